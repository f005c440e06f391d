#include "ui/case_reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AT_ONCE_MS     150 /* so long a small store is waited for */
#define CHANGES_A_LOOK 400

struct case_reader {
    struct link *link;        /* borrowed */
    char *path;               /* owned */
    struct seal_key *key;     /* owned */
    struct case_table *table; /* owned; the screen's */
    uint64_t generation;
    pthread_t thread;
    bool running; /* there is a thread to be joined */
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    atomic_bool cancel;
    atomic_size_t read;
    /* under the mutex */
    bool done;
    struct case_table *made; /* owned until taken; NULL when it failed */
};

static void *read_all(void *context)
{
    struct case_reader *reader = context;
    struct case_table *table = case_table_new();
    struct store *store = NULL;
    int code = table == NULL ? ERROR_MEMORY : store_open(&store, reader->path, reader->key, NULL);

    if (code == 0)
        code = case_table_read(table, store, &reader->cancel, &reader->read, NULL);
    if (store != NULL)
        store_close(store);
    if (code != 0) {
        case_table_free(table);
        table = NULL;
    }
    pthread_mutex_lock(&reader->mutex);
    reader->made = table;
    reader->done = true;
    pthread_cond_signal(&reader->ended);
    pthread_mutex_unlock(&reader->mutex);
    link_screen_ring(reader->link);
    return NULL;
}

static void wait_a_little(struct case_reader *reader)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += AT_ONCE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&reader->mutex);
    while (!reader->done && pthread_cond_timedwait(&reader->ended, &reader->mutex, &until) == 0)
        continue;
    pthread_mutex_unlock(&reader->mutex);
}

static int start(struct case_reader *reader, struct error *error)
{
    reader->done = false;
    atomic_store(&reader->read, 0);
    if (pthread_create(&reader->thread, NULL, read_all, reader) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot start a thread");
    reader->running = true;
    return 0;
}

int case_reader_new(struct case_reader **reader, const char *path, const struct seal_key *key,
                    struct link *link, struct error *error)
{
    struct case_reader *made = calloc(1, sizeof(*made));
    int code = 0;

    *reader = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->ended, NULL);
    made->link = link;
    made->path = strdup(path);
    made->key = seal_key_copy(key);
    if (made->path == NULL || made->key == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0)
        code = start(made, error);
    if (code != 0) {
        case_reader_free(made);
        return code;
    }
    wait_a_little(made);
    case_reader_take(made);
    *reader = made;
    return 0;
}

static void end_thread(struct case_reader *reader)
{
    if (!reader->running)
        return;
    atomic_store(&reader->cancel, true);
    pthread_join(reader->thread, NULL);
    reader->running = false;
    atomic_store(&reader->cancel, false);
}

void case_reader_free(struct case_reader *reader)
{
    if (reader == NULL)
        return;
    end_thread(reader);
    case_table_free(reader->made);
    case_table_free(reader->table);
    pthread_cond_destroy(&reader->ended);
    pthread_mutex_destroy(&reader->mutex);
    seal_key_free(reader->key);
    free(reader->path);
    free(reader);
}

struct case_table *case_reader_table(struct case_reader *reader, uint64_t *generation)
{
    if (reader == NULL)
        return NULL;
    if (generation != NULL)
        *generation = reader->generation;
    return reader->table;
}

size_t case_reader_progress(struct case_reader *reader)
{
    return reader == NULL ? 0 : atomic_load(&reader->read);
}

bool case_reader_take(struct case_reader *reader)
{
    struct case_table *made = NULL;

    if (reader == NULL || !reader->running)
        return false;
    pthread_mutex_lock(&reader->mutex);
    if (reader->done) {
        made = reader->made;
        reader->made = NULL;
    }
    pthread_mutex_unlock(&reader->mutex);
    if (made == NULL)
        return false;
    end_thread(reader);
    case_table_free(reader->table);
    reader->table = made;
    reader->generation++;
    return true;
}

/* What is shown stays until what is read anew has come. */
int case_reader_follow(struct case_reader *reader, struct store *store, bool *more,
                       struct error *error)
{
    int code;

    *more = false;
    if (reader == NULL || reader->table == NULL || reader->running)
        return 0;
    code = case_table_follow(reader->table, store, CHANGES_A_LOOK, more, error);
    return code == ERROR_NOT_FOUND ? start(reader, error) : code;
}
