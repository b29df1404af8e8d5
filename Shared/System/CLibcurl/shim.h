#ifndef TENANT_KMS_CLIBCURL_SHIM_H
#define TENANT_KMS_CLIBCURL_SHIM_H

// The option type checks of <curl/typecheck-gcc.h> look at a macro's call site, which the typed functions below replace.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

// `curl_easy_setopt`, `curl_multi_setopt` and `curl_easy_getinfo` are variadic, and Swift can't call variadic C.
// One function for each argument type keeps the conversions visible: curl reads exactly a long, a pointer or a curl_off_t.

static inline CURLcode tenant_kms_easy_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tenant_kms_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tenant_kms_easy_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tenant_kms_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tenant_kms_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}

// `curl_write_callback` serves CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION alike.
static inline CURLcode tenant_kms_easy_set_callback(CURL *easy, CURLoption option, curl_write_callback value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode tenant_kms_easy_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode tenant_kms_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode tenant_kms_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

// The member is one of a union that Swift imports as a computed property of an unsafe type.
static inline CURLcode tenant_kms_message_result(const CURLMsg *message) {
  return message->data.result;
}

// curl copies requests and answers through buffers of its own and frees them as they are. Requests and answers of a key
// service hold keys, so every block is wiped before the allocator gets it back. `explicit_bzero` is not optimised away.

static inline void tenant_kms_wiping_free(void *block) {
  if (block == NULL) return;
  explicit_bzero(block, malloc_usable_size(block));
  free(block);
}

static inline void *tenant_kms_wiping_realloc(void *block, size_t size) {
  if (block == NULL) return malloc(size);
  void *grown = malloc(size);
  if (grown == NULL) return NULL;
  size_t held = malloc_usable_size(block);
  memcpy(grown, block, held < size ? held : size);
  tenant_kms_wiping_free(block);
  return grown;
}

// The flags are a macro that Swift does not import.
static inline CURLcode tenant_kms_global_init(void) {
  return curl_global_init_mem(
      CURL_GLOBAL_DEFAULT, malloc, tenant_kms_wiping_free, tenant_kms_wiping_realloc, strdup, calloc);
}

#endif
