#include "net/server_worker.h"

#include <pthread.h>
#include <stdlib.h>

struct job {
    worker_job run;
    void *argument;
};

struct worker {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread;
    bool ending;
    size_t first; /* ring of jobs */
    size_t count;
    size_t limit;
    struct job jobs[];
};

static void *worker_run(void *argument)
{
    struct worker *worker = argument;

    pthread_mutex_lock(&worker->mutex);
    for (;;) {
        struct job job;

        while (worker->count == 0 && !worker->ending)
            pthread_cond_wait(&worker->changed, &worker->mutex);
        if (worker->count == 0)
            break;
        job = worker->jobs[worker->first];
        worker->first = (worker->first + 1) % worker->limit;
        worker->count--;
        pthread_mutex_unlock(&worker->mutex);
        job.run(job.argument);
        pthread_mutex_lock(&worker->mutex);
    }
    pthread_mutex_unlock(&worker->mutex);
    return NULL;
}

int worker_new(struct worker **worker, size_t limit, struct error *error)
{
    struct worker *made = calloc(1, sizeof(*made) + limit * sizeof(made->jobs[0]));

    *worker = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a worker");
    made->limit = limit;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->changed, NULL);
    if (pthread_create(&made->thread, NULL, worker_run, made) != 0) {
        pthread_cond_destroy(&made->changed);
        pthread_mutex_destroy(&made->mutex);
        free(made);
        return error_set(error, ERROR_MEMORY, "no thread for a worker");
    }
    *worker = made;
    return 0;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->mutex);
    worker->ending = true;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->mutex);
    pthread_join(worker->thread, NULL);
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->mutex);
    free(worker);
}

bool worker_add(struct worker *worker, worker_job job, worker_job before, void *argument)
{
    bool added = false;

    pthread_mutex_lock(&worker->mutex);
    if (worker->count < worker->limit && !worker->ending) {
        if (before != NULL)
            before(argument);
        worker->jobs[(worker->first + worker->count++) % worker->limit] =
            (struct job){job, argument};
        pthread_cond_signal(&worker->changed);
        added = true;
    }
    pthread_mutex_unlock(&worker->mutex);
    return added;
}
