/* Calls as long as signed ones of KMS through libcurl, 16 in flight, over connections that are kept; nothing is signed.
   http URL COUNT */
#include <curl/curl.h>
#include <string.h>

#include "stopwatch.h"

static size_t discard(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes, (void)context;
  return size * count;
}

int main(int argc, char **argv) {
  DEMAND(argc == 3);
  long count = atol(argv[2]), begun = 0, done = 0;
  static char body[332], field[1024];
  memset(body, 'A', sizeof body - 1);
  snprintf(field, sizeof field, "Authorization: %0900d", 0);
  DEMAND(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  CURLM *multi = curl_multi_init();
  struct curl_slist *fields = curl_slist_append(NULL, field);
  fields = curl_slist_append(fields, "Content-Type: application/x-amz-json-1.1");
  begin();
  for (; begun < count && begun < 16; begun++) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_multi_add_handle(multi, easy);
  }
  while (done < count) {
    int running, left;
    DEMAND(curl_multi_perform(multi, &running) == CURLM_OK);
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
      DEMAND(message->msg == CURLMSG_DONE && message->data.result == CURLE_OK);
      CURL *easy = message->easy_handle;
      curl_multi_remove_handle(multi, easy);
      done++;
      if (begun < count) begun++, curl_multi_add_handle(multi, easy);
    }
    if (done < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  report();
}
