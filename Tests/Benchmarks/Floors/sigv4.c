/* The least that a signature costs: two SHA-256 and one HMAC over as many bytes, the HMAC's key set once.
   sigv4 COUNT BODY CANONICAL STRING, the lengths in bytes */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "stopwatch.h"

int main(int argc, char **argv) {
  DEMAND(argc == 5);
  long count = atol(argv[1]);
  size_t body = atol(argv[2]), canonical = atol(argv[3]), string = atol(argv[4]);
  static unsigned char bytes[1 << 16], key[32], digest[32];
  DEMAND(body <= sizeof bytes && canonical <= sizeof bytes && string <= sizeof bytes);
  EVP_MD *sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0), OSSL_PARAM_construct_end()};
  DEMAND(EVP_MAC_init(context, key, sizeof key, parameters) == 1);
  begin();
  for (long i = 0; i < count; i++) {
    DEMAND(EVP_Digest(bytes, body, digest, NULL, sha256, NULL) == 1);
    DEMAND(EVP_Digest(bytes, canonical, digest, NULL, sha256, NULL) == 1);
    DEMAND(EVP_MAC_update(context, bytes, string) == 1);
    DEMAND(EVP_MAC_final(context, digest, NULL, sizeof digest) == 1);
    DEMAND(EVP_MAC_init(context, NULL, 0, NULL) == 1);
    memcpy(bytes, digest, sizeof digest);
  }
  report();
}
