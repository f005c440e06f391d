/*
 * Where the server listens: addresses, sockets, certificates.
 */
#ifndef GUICHET_NET_SERVER_LISTEN_H
#define GUICHET_NET_SERVER_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "app/error.h"

/*
 * Opens a listening socket on "HOST:PORT" ("[::1]:8737" for IPv6) and writes the address that
 * clients use ("https://..."). Without `secure`, every address that HOST stands for must be
 * loopback, else ERROR_REFUSED. The socket is the caller's.
 */
int listen_open(const char *where, bool secure, int *socket, char *address, size_t size,
                struct error *error);

/* Reads a PEM file of at most 256 KiB. Owned (free()). */
int listen_pem_read(const char *path, char **text, struct error *error);

#endif
