// OpenSSL 3.0's libcrypto, as much of it as the Cryptography module uses.

#ifndef CLIBCRYPTO_SHIM_H
#define CLIBCRYPTO_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

// An OSSL_PARAM keeps pointers to its name and its text. Swift lends a C string for one call only, so parameters that
// are built there would dangle: the two functions below build them from C literals.

// EVP_MAC_init for HMAC with SHA-256. An empty key still needs an address: null means "keep the former key".
static inline int CLibcrypto_init_hmac_sha256(EVP_MAC_CTX *context, const unsigned char *key, size_t key_count) {
  const OSSL_PARAM parameters[] = {
    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
    OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_init(context, key ? key : (const unsigned char *)"", key_count, parameters);
}

// PEM_read_bio_PrivateKey of a key that is not encrypted. The macro's callback would ask for a passphrase at the terminal:
// with a text in its place and no callback, libcrypto takes that text, here the empty one (pem_password_cb(3)).
static inline EVP_PKEY *CLibcrypto_read_private_key(const void *pem, size_t count) {
  BIO *input = count > 0 && count <= 65536 ? BIO_new_mem_buf(pem, (int)count) : NULL;
  if (!input) return NULL;
  EVP_PKEY *key = PEM_read_bio_PrivateKey(input, NULL, NULL, (void *)"");
  BIO_free(input);
  return key;
}

// EVP_KDF_derive for HKDF with SHA-256. The casts drop a const that libcrypto keeps: it only reads these parameters.
static inline int CLibcrypto_derive_hkdf_sha256(
  EVP_KDF_CTX *context, unsigned char *output, size_t output_count, const void *secret, size_t secret_count,
  const void *salt, size_t salt_count, const void *info, size_t info_count
) {
  const OSSL_PARAM parameters[] = {
    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, secret_count),
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count),
    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count),
    OSSL_PARAM_construct_end(),
  };
  return EVP_KDF_derive(context, output, output_count, parameters);
}

#endif
