#include "app/errand.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"

struct errand {
    pthread_mutex_t mutex; /* guards all below */
    enum errand_kind kind; /* stays after the answer */
    enum errand_state state;
    bool taken;                     /* an answer for what was asked before does not count */
    struct errand_request *request; /* locked memory */
    char message[ERROR_MESSAGE_SIZE];
};

struct errand *errand_new(void)
{
    struct errand *errand = calloc(1, sizeof *errand);

    if (errand == NULL)
        return NULL;
    errand->request = sodium_malloc(sizeof *errand->request);
    if (errand->request == NULL || pthread_mutex_init(&errand->mutex, NULL) != 0) {
        sodium_free(errand->request);
        free(errand);
        return NULL;
    }
    sodium_memzero(errand->request, sizeof *errand->request);
    return errand;
}

void errand_free(struct errand *errand)
{
    if (errand == NULL)
        return;
    sodium_free(errand->request);
    (void)pthread_mutex_destroy(&errand->mutex);
    free(errand);
}

void errand_ask(struct errand *errand, const struct errand_request *request)
{
    (void)pthread_mutex_lock(&errand->mutex);
    *errand->request = *request;
    errand->kind = request->kind;
    errand->state = ERRAND_ASKED;
    errand->taken = false;
    errand->message[0] = '\0';
    (void)pthread_mutex_unlock(&errand->mutex);
}

enum errand_state errand_state(struct errand *errand, enum errand_kind kind, char *message)
{
    (void)pthread_mutex_lock(&errand->mutex);
    enum errand_state state = errand->kind == kind ? errand->state : ERRAND_IDLE;
    if (message != NULL)
        memcpy(message, errand->message, sizeof errand->message);
    (void)pthread_mutex_unlock(&errand->mutex);
    return state;
}

void errand_clear(struct errand *errand)
{
    (void)pthread_mutex_lock(&errand->mutex);
    sodium_memzero(errand->request, sizeof *errand->request);
    errand->kind = ERRAND_NONE;
    errand->state = ERRAND_IDLE;
    errand->taken = false;
    (void)pthread_mutex_unlock(&errand->mutex);
}

bool errand_waits(struct errand *errand)
{
    (void)pthread_mutex_lock(&errand->mutex);
    bool waits = errand->state == ERRAND_ASKED;
    (void)pthread_mutex_unlock(&errand->mutex);
    return waits;
}

bool errand_take(struct errand *errand, struct errand_request *request)
{
    (void)pthread_mutex_lock(&errand->mutex);
    bool waits = errand->state == ERRAND_ASKED;
    if (waits) {
        *request = *errand->request;
        errand->taken = true;
    }
    (void)pthread_mutex_unlock(&errand->mutex);
    return waits;
}

void errand_answer(struct errand *errand, enum errand_state state, const char *message)
{
    (void)pthread_mutex_lock(&errand->mutex);
    if (errand->taken && errand->state == ERRAND_ASKED) {
        sodium_memzero(errand->request, sizeof *errand->request);
        errand->state = state;
        text_copy(errand->message, sizeof errand->message, message == NULL ? "" : message);
    }
    (void)pthread_mutex_unlock(&errand->mutex);
}
