/// librabbitmq 0.11 as Swift can call it, and the one system call that wakes its reader.

#ifndef CRABBITMQ_SHIM_H
#define CRABBITMQ_SHIM_H

#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <sys/eventfd.h>

/// `amqp_login_with_properties` is variadic (its tail depends on the SASL method), and Swift can't call variadics.
static inline amqp_rpc_reply_t crabbitmq_login_plain(
    amqp_connection_state_t state, const char *vhost, int channel_max, int frame_max, int heartbeat,
    const amqp_table_t *client_properties, const char *user, const char *password) {
  return amqp_login_with_properties(state, vhost, channel_max, frame_max, heartbeat, client_properties,
                                    AMQP_SASL_METHOD_PLAIN, user, password);
}

struct ssl_ctx_st;
/// OpenSSL's; declared here because its headers would drag all of OpenSSL into this module for one name.
int SSL_CTX_set_default_verify_paths(struct ssl_ctx_st *context);

/// Trusts the system's certificate store: librabbitmq can load a CA file but has no call for the store.
static inline int crabbitmq_trust_system_store(amqp_socket_t *socket) {
  return SSL_CTX_set_default_verify_paths((struct ssl_ctx_st *)amqp_ssl_socket_get_context(socket));
}

#endif
