/*
 * What all that speaks through libcurl shares: its start, and the line between this machine and
 * others, which nothing crosses unencrypted.
 */
#ifndef GUICHET_NET_CURL_COMMON_H
#define GUICHET_NET_CURL_COMMON_H

#include <stdbool.h>

#include <curl/curl.h>

#include "app/error.h"

/* Starts libcurl once; from any thread. */
int curl_common_start(struct error *error);

/* True for "localhost", 127.0.0.0/8 and [::1], as URLs write them. */
bool curl_common_is_loopback(const char *host);

/* For CURLOPT_OPENSOCKETFUNCTION: what is not encrypted never leaves the machine, whatever
 * "localhost" was made to resolve to. */
curl_socket_t curl_common_open_loopback(void *context, curlsocktype purpose,
                                        struct curl_sockaddr *address);

#endif
