#include "app/link_internal.h"

#include <stdlib.h>

#include <sodium.h>

#include "app/text.h"

void link_fetch_forget(struct link_wanted *wanted)
{
    if (wanted->bytes != NULL)
        sodium_memzero(wanted->bytes, wanted->length);
    free(wanted->bytes);
    *wanted = (struct link_wanted){.state = LINK_FETCH_NONE};
}

void link_fetch_ask(struct link *link, const struct id *id)
{
    link_lock(link);
    link_fetch_forget(&link->wanted);
    link->wanted.id = *id;
    if (!id_is_empty(id))
        link->wanted.state = LINK_FETCH_ASKED;
    link_unlock(link);
    link_sync_ring(link);
}

enum link_fetch link_fetch_take(struct link *link, const struct id *id, char **bytes,
                                size_t *length, char *message)
{
    enum link_fetch state = LINK_FETCH_NONE;

    *bytes = NULL;
    *length = 0;
    message[0] = '\0';
    link_lock(link);
    if (id_equal(&link->wanted.id, id)) {
        state = link->wanted.state;
        text_copy(message, ERROR_MESSAGE_SIZE, link->wanted.message);
        if (state == LINK_FETCH_HERE) {
            *bytes = link->wanted.bytes;
            *length = link->wanted.length;
            link->wanted.bytes = NULL;
            link_fetch_forget(&link->wanted);
        }
    }
    link_unlock(link);
    return state;
}

bool link_fetch_wanted(struct link *link, struct id *id)
{
    bool wanted;

    link_lock(link);
    wanted = link->wanted.state == LINK_FETCH_ASKED;
    if (wanted)
        *id = link->wanted.id;
    link_unlock(link);
    return wanted;
}

void link_fetch_answer(struct link *link, const struct id *id, char *bytes, size_t length,
                       const char *message)
{
    link_lock(link);
    if (link->wanted.state == LINK_FETCH_ASKED && id_equal(&link->wanted.id, id)) {
        link->wanted.state = bytes != NULL ? LINK_FETCH_HERE : LINK_FETCH_FAILED;
        link->wanted.bytes = bytes;
        link->wanted.length = length;
        text_copy(link->wanted.message, sizeof(link->wanted.message),
                  message != NULL ? message : "");
        bytes = NULL;
    }
    link_unlock(link);
    if (bytes != NULL)
        sodium_memzero(bytes, length);
    free(bytes);
    link_screen_ring(link);
}
