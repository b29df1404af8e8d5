/* Commands of 512 bytes, published to the queue `parts` and confirmed, or consumed and acknowledged; connecting counts.
   amqp publish|consume WINDOW COUNT, the broker's URL in AMQP_URL */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <string.h>

#include "stopwatch.h"

static amqp_connection_state_t connect_to(char *url) {
  struct amqp_connection_info info;
  DEMAND(amqp_parse_url(url, &info) == AMQP_STATUS_OK);
  amqp_connection_state_t connection = amqp_new_connection();
  DEMAND(amqp_socket_open(amqp_tcp_socket_new(connection), info.host, info.port) == AMQP_STATUS_OK);
  amqp_rpc_reply_t reply =
      amqp_login(connection, info.vhost, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, info.user, info.password);
  DEMAND(reply.reply_type == AMQP_RESPONSE_NORMAL);
  amqp_channel_open(connection, 1);
  DEMAND(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL);
  return connection;
}

static void publish(amqp_connection_state_t connection, long window, long count) {
  amqp_confirm_select(connection, 1);
  char body[512], *confirmed = calloc(1, count + 1);
  memset(body, 'a', sizeof body);
  amqp_bytes_t bytes = {sizeof body, body};
  amqp_basic_properties_t properties = {._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = 2};
  long sent = 0, done = 0, oldest = 1;
  while (done < count) {
    while (sent < count && sent - done < window) {
      amqp_bytes_t queue = amqp_cstring_bytes("parts");
      DEMAND(amqp_basic_publish(connection, 1, amqp_empty_bytes, queue, 1, 0, &properties, bytes) == AMQP_STATUS_OK);
      sent++;
    }
    amqp_frame_t frame;
    DEMAND(amqp_simple_wait_frame(connection, &frame) == AMQP_STATUS_OK);
    DEMAND(frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_BASIC_ACK_METHOD);
    amqp_basic_ack_t *ack = frame.payload.method.decoded;
    for (long tag = ack->multiple ? oldest : (long)ack->delivery_tag; tag <= (long)ack->delivery_tag; tag++)
      if (!confirmed[tag]) confirmed[tag] = 1, done++;
    while (oldest <= count && confirmed[oldest]) oldest++;
    amqp_maybe_release_buffers(connection);
  }
}

static void consume(amqp_connection_state_t connection, long window, long count) {
  DEMAND(amqp_basic_qos(connection, 1, 0, window, 0));
  amqp_basic_consume(connection, 1, amqp_cstring_bytes("parts"), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
  DEMAND(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL);
  for (long i = 0; i < count; i++) {
    amqp_envelope_t envelope;
    DEMAND(amqp_consume_message(connection, &envelope, NULL, 0).reply_type == AMQP_RESPONSE_NORMAL);
    DEMAND(amqp_basic_ack(connection, 1, envelope.delivery_tag, 0) == AMQP_STATUS_OK);
    amqp_destroy_envelope(&envelope);
    amqp_maybe_release_buffers(connection);
  }
}

int main(int argc, char **argv) {
  char *url = getenv("AMQP_URL");
  DEMAND(argc == 4 && url);
  begin();
  amqp_connection_state_t connection = connect_to(url);
  (strcmp(argv[1], "publish") ? consume : publish)(connection, atol(argv[2]), atol(argv[3]));
  report();
  amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
}
