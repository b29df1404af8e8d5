/* The least of an HTTP server: one thread, one answer to every request, connections kept. It prints its port. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stopwatch.h"

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 152\r\n\r\n"
    "{\"KeyId\":\"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\","
    "\"Plaintext\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}";

typedef struct {
  int descriptor;
  size_t length;
  char bytes[1 << 16];
} connection_t;

/* How many bytes the first request has; 0 while it isn't whole. */
static size_t whole(connection_t *connection) {
  connection->bytes[connection->length] = 0;
  char *end = strstr(connection->bytes, "\r\n\r\n"), *field = strcasestr(connection->bytes, "\r\nContent-Length:");
  if (!end) return 0;
  size_t length = end + 4 - connection->bytes + (field && field < end ? atol(field + 17) : 0);
  return connection->length >= length ? length : 0;
}

static int serve(connection_t *connection) {
  ssize_t count = read(connection->descriptor, connection->bytes + connection->length,
                       sizeof connection->bytes - 1 - connection->length);
  if (count <= 0) return 0;
  connection->length += count;
  for (size_t length; (length = whole(connection));) {
    if (write(connection->descriptor, answer, sizeof answer - 1) != sizeof answer - 1) return 0;
    connection->length -= length;
    memmove(connection->bytes, connection->bytes + length, connection->length);
  }
  return connection->length < sizeof connection->bytes - 1;
}

int main(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  DEMAND(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 64) == 0);
  DEMAND(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  DEMAND(epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) == 0);
  for (;;) {
    struct epoll_event events[64];
    int count = epoll_wait(poll, events, 64, -1);
    for (int i = 0; i < count; i++) {
      connection_t *connection = events[i].data.ptr;
      if (!connection) {
        connection = malloc(sizeof *connection);
        connection->descriptor = accept(listener, NULL, NULL), connection->length = 0;
        setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        event.data.ptr = connection;
        DEMAND(epoll_ctl(poll, EPOLL_CTL_ADD, connection->descriptor, &event) == 0);
      } else if (!serve(connection)) {
        close(connection->descriptor);
        free(connection);
      }
    }
  }
}
