/* The least that sealing and opening costs: AES-256-GCM with 46 bytes of additional data, the key set once, nonces drawn
   in bulk.
   envelope BYTES COUNT */
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "stopwatch.h"

int main(int argc, char **argv) {
  DEMAND(argc == 3);
  int size = atoi(argv[1]), written;
  long count = atol(argv[2]);
  static unsigned char key[32], data[46], nonces[256 * 12], tag[16], last[16];
  unsigned char *plain = calloc(1, size), *sealed = calloc(1, size);
  EVP_CIPHER *gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  DEMAND(EVP_CipherInit_ex2(context, gcm, key, NULL, 1, NULL) == 1);
  begin();
  for (long i = 0; i < count; i++) {
    if (i % 256 == 0) DEMAND(RAND_bytes(nonces, sizeof nonces) == 1);
    unsigned char *nonce = nonces + i % 256 * 12;
    memcpy(data + 42, &i, 4);
    DEMAND(EVP_CipherInit_ex2(context, NULL, NULL, nonce, 1, NULL) == 1);
    DEMAND(EVP_CipherUpdate(context, NULL, &written, data, sizeof data) == 1);
    DEMAND(EVP_CipherUpdate(context, sealed, &written, plain, size) == 1);
    DEMAND(EVP_CipherFinal_ex(context, last, &written) == 1);
    DEMAND(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, sizeof tag, tag) == 1);
    DEMAND(EVP_CipherInit_ex2(context, NULL, NULL, nonce, 0, NULL) == 1);
    DEMAND(EVP_CipherUpdate(context, NULL, &written, data, sizeof data) == 1);
    DEMAND(EVP_CipherUpdate(context, plain, &written, sealed, size) == 1);
    DEMAND(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) == 1);
    DEMAND(EVP_CipherFinal_ex(context, last, &written) == 1);
  }
  report();
}
