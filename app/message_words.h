/*
 * What is said to clients, in their language, wherever it is said: in messages, on the status page.
 * The screen's own texts are gettext's; these go out, and the server says them too.
 */
#ifndef GUICHET_APP_MESSAGE_WORDS_H
#define GUICHET_APP_MESSAGE_WORDS_H

#include <stddef.h>

#include "app/record.h"

/* `language` is BCP 47 in all of these; French for "fr...", else English. Static strings. */
const char *message_status_words(const char *status, const char *language);
/* The same in a whole sentence. */
const char *message_status_sentence(const char *status, const char *language);

/* "Monday to Wednesday 8:30 to 16:30, Thursday 8:30 to 20:00" of an office's record; "" when it
 * says none. */
void message_hours(const struct record *office, const char *language, char *text, size_t size);

#endif
