#include "app/link_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <sodium.h>

void link_lock(struct link *link)
{
    (void)pthread_mutex_lock(&link->mutex);
}

void link_unlock(struct link *link)
{
    (void)pthread_mutex_unlock(&link->mutex);
}

/* All but the mutex, whichever of it there is. */
static void free_parts(struct link *link)
{
    link_sign_in_destroy(&link->sign_in);
    questions_free(link->questions);
    announced_free(link->announced);
    errand_free(link->errand);
    if (link->screen_fd >= 0)
        (void)close(link->screen_fd);
    if (link->sync_fd >= 0)
        (void)close(link->sync_fd);
    free(link);
}

int link_new(struct link **result, struct error *error)
{
    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium cannot start");
    struct link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the link");
    bool password = link_sign_in_make(&link->sign_in);
    link->errand = errand_new();
    link->questions = questions_new();
    link->announced = announced_new();
    link->screen_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    link->sync_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!password || link->errand == NULL || link->questions == NULL || link->announced == NULL ||
        link->screen_fd < 0 || link->sync_fd < 0 || pthread_mutex_init(&link->mutex, NULL) != 0) {
        free_parts(link);
        return error_set(error, ERROR_MEMORY,
                         "the link cannot be made: no memory, locked memory or descriptor");
    }
    *result = link;
    return 0;
}

/* Takes the store away; the lock is held. */
static void forget_store(struct link *link)
{
    free(link->store_path);
    seal_key_free(link->store_key);
    link->store_path = NULL;
    link->store_key = NULL;
    link->store_generation++;
}

void link_free(struct link *link)
{
    if (link == NULL)
        return;
    forget_store(link);
    link_fetch_forget(&link->wanted);
    (void)pthread_mutex_destroy(&link->mutex);
    free_parts(link);
}

/* --- state of the link ---------------------------------------------------------------------- */

void link_status_get(struct link *link, struct link_status *status)
{
    link_lock(link);
    *status = link->status;
    link_unlock(link);
}

void link_status_set(struct link *link, const struct link_status *status)
{
    link_lock(link);
    link->status = *status;
    link_unlock(link);
    link_screen_ring(link);
}

void link_file_set(struct link *link, const struct link_file *file)
{
    link_lock(link);
    link->file = *file;
    link_unlock(link);
    link_screen_ring(link);
}

bool link_file_get(struct link *link, enum record_type type, const struct id *id,
                   struct link_file *file)
{
    link_lock(link);
    *file = link->file;
    link_unlock(link);
    return file->type == type && id_equal(&file->id, id);
}

/* --- bells ---------------------------------------------------------------------------------- */

static void ring(int descriptor)
{
    /* Fails only when the counter is full, and then the bell is ringing already. */
    (void)eventfd_write(descriptor, 1);
}

static void clear(int descriptor)
{
    eventfd_t count;
    (void)eventfd_read(descriptor, &count);
}

int link_screen_fd(const struct link *link)
{
    return link->screen_fd;
}

int link_sync_fd(const struct link *link)
{
    return link->sync_fd;
}

void link_screen_ring(struct link *link)
{
    ring(link->screen_fd);
}

void link_sync_ring(struct link *link)
{
    ring(link->sync_fd);
}

void link_screen_clear(struct link *link)
{
    clear(link->screen_fd);
}

void link_sync_clear(struct link *link)
{
    clear(link->sync_fd);
}

/* --- store ---------------------------------------------------------------------------------- */

int link_store_set(struct link *link, const char *path, const struct seal_key *key,
                   struct error *error)
{
    char *path_copy = NULL;
    struct seal_key *key_copy = NULL;
    if (path != NULL) {
        path_copy = strdup(path);
        key_copy = seal_key_copy(key);
        if (path_copy == NULL || key_copy == NULL) {
            free(path_copy);
            seal_key_free(key_copy);
            return error_set(error, ERROR_MEMORY, "no memory to name the store");
        }
    }
    link_lock(link);
    forget_store(link);
    link->store_path = path_copy;
    link->store_key = key_copy;
    link_unlock(link);
    link_sync_ring(link);
    return 0;
}

bool link_store_get(struct link *link, char **path, struct seal_key **key, uint64_t *generation)
{
    char *path_copy = NULL;
    struct seal_key *key_copy = NULL;
    link_lock(link);
    *generation = link->store_generation;
    if (link->store_path != NULL) {
        path_copy = strdup(link->store_path);
        key_copy = seal_key_copy(link->store_key);
    }
    link_unlock(link);
    if (path_copy == NULL || key_copy == NULL) {
        free(path_copy);
        seal_key_free(key_copy);
        return false;
    }
    *path = path_copy;
    *key = key_copy;
    return true;
}

void link_sign_out(struct link *link)
{
    link_lock(link);
    link_sign_in_forget(&link->sign_in);
    forget_store(link);
    link->presence_asked = link->away = false;
    errand_clear(link->errand);
    link_fetch_forget(&link->wanted);
    link_unlock(link);
    questions_forget_all(link->questions);
    announced_forget(link->announced);
    link_sync_ring(link);
    link_screen_ring(link);
}

/* --- errands -------------------------------------------------------------------------------- */

struct errand *link_errand(const struct link *link)
{
    return link->errand;
}

void link_errand_ask(struct link *link, const struct errand_request *request)
{
    errand_ask(link->errand, request);
    link_sync_ring(link);
}

void link_errand_answer(struct link *link, enum errand_state state, const char *message)
{
    errand_answer(link->errand, state, message);
    link_screen_ring(link);
}

void link_wipe_set(struct link *link)
{
    link_lock(link);
    link->wipe = true;
    link_unlock(link);
    link_screen_ring(link);
}

bool link_wipe_get(struct link *link)
{
    link_lock(link);
    bool wipe = link->wipe;
    link_unlock(link);
    return wipe;
}

/* --- presence ------------------------------------------------------------------------------- */

void link_presence_ask(struct link *link)
{
    link_lock(link);
    link->presence_asked = true;
    link_unlock(link);
    link_sync_ring(link);
}

void link_away_set(struct link *link, bool away)
{
    link_lock(link);
    link->away = away;
    link_unlock(link);
    link_presence_ask(link);
}

bool link_away_get(struct link *link)
{
    link_lock(link);
    bool away = link->away;
    link_unlock(link);
    return away;
}

bool link_presence_take(struct link *link)
{
    link_lock(link);
    bool asked = link->presence_asked;
    link->presence_asked = false;
    link_unlock(link);
    return asked;
}

/* --- questions ------------------------------------------------------------------------------ */

struct questions *link_questions(struct link *link)
{
    return link->questions;
}

/* --- hand-offs on their way ------------------------------------------------------------------- */

struct announced *link_announced(struct link *link)
{
    return link->announced;
}
