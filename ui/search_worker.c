#include "ui/search_worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"

#define RESULTS_MOST 60

struct search_worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t asked;
    struct link *link;           /* borrowed */
    struct catalogue *catalogue; /* the thread's own */
    atomic_bool cancel;
    /* under the mutex */
    bool ending;
    uint64_t question, begun, answered, taken;
    char query[SEARCH_QUERY_LIMIT + 1];
    char language[8];
    char channel[16];
    bool closed;
    struct search_results *results; /* owned until taken */
    struct error error;
    struct choice_table *learnt; /* owned; NULL: nothing new */
    /* the thread's own */
    struct choice_table *choices; /* owned; NULL for none */
};

/* Waits for a question and copies it; false at the end. */
static bool worker_next(struct search_worker *worker, struct search_request *request,
                        char query[SEARCH_QUERY_LIMIT + 1], char language[8], char channel[16])
{
    bool goes_on;

    pthread_mutex_lock(&worker->mutex);
    while (!worker->ending && worker->begun == worker->question)
        pthread_cond_wait(&worker->asked, &worker->mutex);
    worker->begun = worker->question;
    if (worker->learnt != NULL) {
        choice_table_free(worker->choices);
        worker->choices = worker->learnt;
        worker->learnt = NULL;
    }
    atomic_store(&worker->cancel, worker->ending);
    text_copy(query, SEARCH_QUERY_LIMIT + 1, worker->query);
    text_copy(language, 8, worker->language);
    text_copy(channel, 16, worker->channel);
    *request = (struct search_request){.query = query,
                                       .language = language,
                                       .channel = *channel == '\0' ? NULL : channel,
                                       .limit = RESULTS_MOST,
                                       .closed = worker->closed,
                                       .choices = worker->choices,
                                       .cancel = &worker->cancel};
    /* Not by `cancel`: a key typed from here on sets it, and that ends a search, never the thread.
     */
    goes_on = !worker->ending;
    pthread_mutex_unlock(&worker->mutex);
    return goes_on;
}

static void worker_answer(struct search_worker *worker, uint64_t question,
                          struct search_results *results, const struct error *error)
{
    pthread_mutex_lock(&worker->mutex);
    if (question == worker->question) {
        search_results_free(worker->results);
        worker->results = results;
        worker->error = *error;
        worker->answered = question;
    } else {
        search_results_free(results); /* a newer one has been asked for meanwhile */
    }
    pthread_mutex_unlock(&worker->mutex);
    link_screen_ring(worker->link);
}

static void *worker_run(void *context)
{
    struct search_worker *worker = context;
    struct search_request request;
    char query[SEARCH_QUERY_LIMIT + 1], language[8], channel[16];

    while (worker_next(worker, &request, query, language, channel)) {
        struct search_results *results = NULL;
        struct error error = ERROR_INIT;
        uint64_t question;

        pthread_mutex_lock(&worker->mutex);
        question = worker->begun;
        pthread_mutex_unlock(&worker->mutex);
        if (search_run(worker->catalogue, &request, &results, &error) == ERROR_CANCELLED)
            continue;
        worker_answer(worker, question, results, &error);
    }
    explicit_bzero(query, sizeof(query)); /* the stack outlives the thread */
    return NULL;
}

int search_worker_new(struct search_worker **worker, const char *catalogue_path, struct link *link,
                      struct error *error)
{
    struct search_worker *made = calloc(1, sizeof(*made));
    int code;

    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    made->link = link;
    code = catalogue_open(&made->catalogue, catalogue_path, false, error);
    if (code != 0) {
        free(made);
        return code;
    }
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->asked, NULL);
    if (pthread_create(&made->thread, NULL, worker_run, made) != 0) {
        pthread_cond_destroy(&made->asked);
        pthread_mutex_destroy(&made->mutex);
        catalogue_close(made->catalogue);
        free(made);
        return error_set(error, ERROR_INTERNAL, "cannot start a thread");
    }
    *worker = made;
    return 0;
}

void search_worker_free(struct search_worker *worker)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->mutex);
    worker->ending = true;
    atomic_store(&worker->cancel, true);
    pthread_cond_signal(&worker->asked);
    pthread_mutex_unlock(&worker->mutex);
    pthread_join(worker->thread, NULL);
    pthread_cond_destroy(&worker->asked);
    pthread_mutex_destroy(&worker->mutex);
    search_results_free(worker->results);
    choice_table_free(worker->learnt);
    choice_table_free(worker->choices);
    catalogue_close(worker->catalogue);
    free(worker);
}

void search_worker_learn(struct search_worker *worker, struct choice_table *choices)
{
    pthread_mutex_lock(&worker->mutex);
    choice_table_free(worker->learnt);
    worker->learnt = choices;
    pthread_mutex_unlock(&worker->mutex);
}

uint64_t search_worker_ask(struct search_worker *worker, const char *query, const char *language,
                           const char *channel, bool closed)
{
    uint64_t question;

    pthread_mutex_lock(&worker->mutex);
    text_copy(worker->query, sizeof(worker->query), query);
    text_copy(worker->language, sizeof(worker->language), language);
    text_copy(worker->channel, sizeof(worker->channel), channel);
    worker->closed = closed;
    question = ++worker->question;
    atomic_store(&worker->cancel, true);
    pthread_cond_signal(&worker->asked);
    pthread_mutex_unlock(&worker->mutex);
    return question;
}

uint64_t search_worker_take(struct search_worker *worker, struct search_results **results,
                            struct error *error)
{
    uint64_t question = 0;

    pthread_mutex_lock(&worker->mutex);
    if (worker->answered != worker->taken) {
        question = worker->taken = worker->answered;
        *results = worker->results;
        worker->results = NULL;
        *error = worker->error;
    }
    pthread_mutex_unlock(&worker->mutex);
    return question;
}
