#include "net/curl_common.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

static CURLcode curl_started = CURLE_FAILED_INIT;

static void start_curl(void)
{
    curl_started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

int curl_common_start(struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, start_curl);
    return curl_started == CURLE_OK ? 0 : error_set(error, ERROR_INTERNAL, "libcurl cannot start");
}

bool curl_common_is_loopback(const char *host)
{
    struct in_addr address;

    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
        return true;
    return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

curl_socket_t curl_common_open_loopback(void *context, curlsocktype purpose,
                                        struct curl_sockaddr *address)
{
    const struct sockaddr *where = &address->addr;
    bool loopback = false;

    (void)context;
    (void)purpose;
    if (where->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, where, sizeof ipv4);
        loopback = ntohl(ipv4.sin_addr.s_addr) >> 24 == 127;
    } else if (where->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, where, sizeof ipv6);
        loopback = IN6_IS_ADDR_LOOPBACK(&ipv6.sin6_addr) != 0;
    }
    if (!loopback)
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}
