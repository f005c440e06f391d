#include "net/email_mime.h"

#include <pthread.h>
#include <string.h>

#include <gmime/gmime.h>

#define LANGUAGE_LIMIT 35

void email_mime_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, g_mime_init);
}

bool email_language_is_tag(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789-");

    return length > 0 && length <= LANGUAGE_LIMIT && text[length] == '\0';
}
