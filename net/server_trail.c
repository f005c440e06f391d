#include "net/server_trail.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"

/* So many entries in one transaction. */
#define TOGETHER 256

struct trail {
    struct ledger *ledger;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread;
    bool ending, ended;
    struct trail_job *first;
    struct trail_job **end;
};

struct trail_job *trail_job_new(const struct audit_entry *entry)
{
    struct trail_job *job = calloc(1, sizeof(*job));
    size_t length = entry->client_count * ID_BYTES;

    if (job == NULL)
        return NULL;
    job->entry = *entry;
    text_copy(job->what, sizeof(job->what), entry->what != NULL ? entry->what : "");
    job->entry.what = job->what;
    job->entry.words = entry->words != NULL ? strdup(entry->words) : NULL;
    job->entry.clients = NULL;
    if (length > 0) {
        unsigned char *clients = malloc(length);

        if (clients != NULL)
            memcpy(clients, entry->clients, length);
        job->entry.clients = clients;
    }
    if ((length > 0 && job->entry.clients == NULL) ||
        (entry->words != NULL && job->entry.words == NULL)) {
        trail_job_free(job);
        return NULL;
    }
    return job;
}

void trail_job_free(struct trail_job *job)
{
    if (job == NULL)
        return;
    free((void *)(uintptr_t)job->entry.words);
    free((void *)(uintptr_t)job->entry.clients);
    free(job);
}

/* Takes up to TOGETHER jobs off the list; holds the mutex. */
static struct trail_job *take(struct trail *trail)
{
    struct trail_job *first = trail->first, *last = first;

    for (size_t i = 1; i < TOGETHER && last->next != NULL; i++)
        last = last->next;
    trail->first = last->next;
    if (trail->first == NULL)
        trail->end = &trail->first;
    last->next = NULL;
    return first;
}

static void write_jobs(struct trail *trail, struct trail_job *first)
{
    struct audit_entry entries[TOGETHER];
    struct error error = ERROR_INIT;
    size_t count = 0;
    int code;

    entries[count++] = first->entry;
    for (const struct trail_job *job = first->next; job != NULL; job = job->next)
        entries[count++] = job->entry;
    code = ledger_audit_write_all(trail->ledger, entries, count, &error);
    for (struct trail_job *job = first, *next; job != NULL; job = next) {
        next = job->next;
        job->code = code;
        job->error = error;
        job->done = true;
        /* From here on it may be gone. */
        MHD_resume_connection(job->connection);
    }
}

static void *run(void *argument)
{
    struct trail *trail = argument;

    pthread_mutex_lock(&trail->mutex);
    for (;;) {
        struct trail_job *jobs;

        while (trail->first == NULL && !trail->ending)
            pthread_cond_wait(&trail->changed, &trail->mutex);
        if (trail->first == NULL)
            break;
        jobs = take(trail);
        pthread_mutex_unlock(&trail->mutex);
        write_jobs(trail, jobs);
        pthread_mutex_lock(&trail->mutex);
    }
    pthread_mutex_unlock(&trail->mutex);
    return NULL;
}

int trail_new(struct trail **trail, struct ledger *ledger, struct error *error)
{
    struct trail *made = calloc(1, sizeof(*made));

    *trail = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the audit trail");
    made->ledger = ledger;
    made->end = &made->first;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->changed, NULL);
    if (pthread_create(&made->thread, NULL, run, made) != 0) {
        pthread_cond_destroy(&made->changed);
        pthread_mutex_destroy(&made->mutex);
        free(made);
        return error_set(error, ERROR_MEMORY, "no thread for the audit trail");
    }
    *trail = made;
    return 0;
}

void trail_stop(struct trail *trail)
{
    if (trail == NULL || trail->ended)
        return;
    pthread_mutex_lock(&trail->mutex);
    trail->ending = true;
    pthread_cond_signal(&trail->changed);
    pthread_mutex_unlock(&trail->mutex);
    pthread_join(trail->thread, NULL);
    trail->ended = true;
}

void trail_free(struct trail *trail)
{
    if (trail == NULL)
        return;
    trail_stop(trail);
    pthread_cond_destroy(&trail->changed);
    pthread_mutex_destroy(&trail->mutex);
    free(trail);
}

bool trail_put(struct trail *trail, struct trail_job *job, struct MHD_Connection *connection)
{
    bool suspends;

    pthread_mutex_lock(&trail->mutex);
    suspends = !trail->ending;
    if (suspends) {
        job->connection = connection;
        job->next = NULL;
        /* Before the writing can begin: what is resumed was suspended. */
        MHD_suspend_connection(connection);
        *trail->end = job;
        trail->end = &job->next;
        pthread_cond_signal(&trail->changed);
    }
    pthread_mutex_unlock(&trail->mutex);
    if (!suspends) {
        job->code = ledger_audit_write(trail->ledger, &job->entry, &job->error);
        job->done = true;
    }
    return suspends;
}
