/*
 * The link of a public screen: a thread that signs in and keeps asking for the waiting room
 * (/v1/display). It keeps what it heard last in memory and nothing anywhere else.
 */
#ifndef GUICHET_NET_DISPLAY_LINK_H
#define GUICHET_NET_DISPLAY_LINK_H

#include <stdint.h>

#include <jansson.h>

#include "app/error.h"

struct display_link;

struct display_link_options {
    const char *server_url;
    const char *ca_file; /* NULL: the system's store */
    const char *login;
    const char *password;
    const char *office; /* key that the sign-in must be of; NULL: whichever it is */
};

enum display_state {
    DISPLAY_STARTING, /* nothing was heard yet */
    DISPLAY_ONLINE,
    DISPLAY_CUT,     /* the server does not answer; asked again and again */
    DISPLAY_REFUSED, /* it answers, and says no: `message` tells why; asked again every minute */
};

struct display_news {
    enum display_state state;
    json_t *view;     /* new reference; NULL while nothing was heard */
    int64_t heard_ms; /* wall time of the last good answer; 0: never */
    char message[ERROR_MESSAGE_SIZE];
};

/* Starts the thread; the options are copied. */
int display_link_start(struct display_link **link, const struct display_link_options *options,
                       struct error *error);
/* Ends it, and wipes the password. NULL is allowed. */
void display_link_stop(struct display_link *link);

/* Readable when there is news; display_link_read takes that back. */
int display_link_fd(const struct display_link *link);
void display_link_read(struct display_link *link, struct display_news *news);

#endif
