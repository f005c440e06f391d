/*
 * What all that uses GMime shares. Nobody outside net/email_*.c includes this.
 */
#ifndef GUICHET_NET_EMAIL_MIME_H
#define GUICHET_NET_EMAIL_MIME_H

#include <stdbool.h>

/* Starts GMime once; from any thread. */
void email_mime_start(void);

/* Letters, digits and '-', as BCP 47 has them, 35 at most. */
bool email_language_is_tag(const char *text);

#endif
