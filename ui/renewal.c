#include "ui/renewal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app/store_key.h"
#include "ui/desk_cases.h"
#include "ui/language.h"
#include "ui/sign_in.h"

struct renewal {
    struct desk *desk; /* borrowed */
    pthread_t thread;
    struct seal_key *key; /* the new one; owned until it is the desk's */
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    atomic_llong done, total;
    atomic_bool over;
    int code; /* of the thread, once it is over */
    struct error error;
};

static int note_progress(void *context, int64_t done, int64_t total)
{
    struct renewal *renewal = context;

    atomic_store(&renewal->done, done);
    atomic_store(&renewal->total, total);
    return 0;
}

static void *run(void *context)
{
    struct renewal *renewal = context;
    struct store *store = NULL;

    renewal->code =
        store_open(&store, renewal->desk->store_path, renewal->desk->key, &renewal->error);
    if (renewal->code == 0)
        renewal->code = store_rekey(store, renewal->key, renewal->wrapped, note_progress, renewal,
                                    &renewal->error);
    store_close(store);
    atomic_store(&renewal->over, true);
    link_screen_ring(renewal->desk->link);
    return NULL;
}

/* A new key, wrapped under the password when that is the present one. */
static int make_key(struct renewal *renewal, const char *password, struct error *error)
{
    if (!sign_in_check(renewal->desk, password))
        return error_set(error, ERROR_REFUSED, "%s", _("that is not your password here"));
    renewal->key = seal_key_new();
    if (renewal->key == NULL)
        return error_set(error, ERROR_MEMORY, "out of locked memory");
    return seal_key_wrap(renewal->key, password, renewal->wrapped, error);
}

int renewal_begin(struct renewal **begun, struct desk *desk, const char *password,
                  struct error *error)
{
    struct renewal *renewal = calloc(1, sizeof(*renewal));
    int code = renewal != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");

    *begun = NULL;
    if (code == 0) {
        renewal->desk = desk;
        code = make_key(renewal, password, error);
    }
    if (code == 0) {
        desk_cases_stop(desk);
        link_store_set(desk->link, NULL, NULL, NULL);
        store_patience(desk->store, false);
        if (pthread_create(&renewal->thread, NULL, run, renewal) == 0) {
            *begun = renewal;
            return 0;
        }
        code = error_set(error, ERROR_INTERNAL, "cannot start a thread");
        store_patience(desk->store, true);
        link_store_set(desk->link, desk->store_path, desk->key, NULL);
        desk_cases_start(desk);
    }
    if (renewal != NULL)
        seal_key_free(renewal->key);
    free(renewal);
    return code;
}

bool renewal_look(const struct renewal *renewal, int64_t *done, int64_t *total)
{
    *done = atomic_load(&renewal->done);
    *total = atomic_load(&renewal->total);
    return atomic_load(&renewal->over);
}

/* This thread's connection, with the key that stands now. */
static int open_anew(struct renewal *renewal, struct error *error)
{
    struct desk *desk = renewal->desk;
    struct store *store = NULL;
    int code = store_open(&store, desk->store_path, renewal->key, error);

    if (code != 0)
        return code;
    store_close(desk->store);
    seal_key_free(desk->key);
    desk->store = store;
    desk->key = renewal->key;
    renewal->key = NULL;
    return 0;
}

int renewal_end(struct renewal *renewal, struct error *error)
{
    struct desk *desk;
    int code;

    if (renewal == NULL)
        return 0;
    desk = renewal->desk;
    pthread_join(renewal->thread, NULL);
    code = renewal->code;
    if (code != 0)
        error_set(error, code, "%s", renewal->error.message);
    else
        code = open_anew(renewal, error);
    store_patience(desk->store, true);
    if (link_store_set(desk->link, desk->store_path, desk->key, error) != 0 && code == 0)
        code = ERROR_MEMORY;
    desk_cases_start(desk);
    seal_key_free(renewal->key);
    free(renewal);
    return code;
}

int renewal_at_once(struct desk *desk, const char *password, struct error *error)
{
    struct renewal renewal = {.desk = desk};
    int code = make_key(&renewal, password, error);

    if (code == 0) {
        desk_cases_stop(desk);
        code = store_rekey(desk->store, renewal.key, renewal.wrapped, NULL, NULL, error);
        if (code == 0) {
            seal_key_free(desk->key);
            desk->key = renewal.key;
            renewal.key = NULL;
        }
        desk_cases_start(desk);
    }
    seal_key_free(renewal.key);
    return code;
}
