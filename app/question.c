#include "app/question.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"

struct slot {
    uint64_t number; /* 0: nothing was asked */
    char path[64];
    char *body; /* owned; NULL once it is answered */
    bool answered;
    struct question_answer answer;
};

struct questions {
    pthread_mutex_t mutex; /* guards all below */
    uint64_t last;
    struct slot slots[QUESTION_KIND_COUNT];
};

static void wipe(char *text)
{
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
}

static void slot_clear(struct slot *slot)
{
    wipe(slot->body);
    json_decref(slot->answer.document);
    *slot = (struct slot){0};
}

struct questions *questions_new(void)
{
    struct questions *questions = calloc(1, sizeof(*questions));

    if (questions != NULL)
        pthread_mutex_init(&questions->mutex, NULL);
    return questions;
}

void questions_free(struct questions *questions)
{
    if (questions == NULL)
        return;
    for (int kind = 0; kind < QUESTION_KIND_COUNT; kind++)
        slot_clear(&questions->slots[kind]);
    pthread_mutex_destroy(&questions->mutex);
    free(questions);
}

uint64_t questions_ask(struct questions *questions, enum question_kind kind, const char *path,
                       const json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT);
    struct slot *slot = &questions->slots[kind];
    uint64_t number = 0;

    pthread_mutex_lock(&questions->mutex);
    slot_clear(slot);
    if (text != NULL) {
        number = slot->number = ++questions->last;
        text_copy(slot->path, sizeof(slot->path), path);
        slot->body = text;
    }
    pthread_mutex_unlock(&questions->mutex);
    return number;
}

void questions_forget(struct questions *questions, enum question_kind kind)
{
    pthread_mutex_lock(&questions->mutex);
    slot_clear(&questions->slots[kind]);
    pthread_mutex_unlock(&questions->mutex);
}

void questions_forget_all(struct questions *questions)
{
    for (int kind = 0; kind < QUESTION_KIND_COUNT; kind++)
        questions_forget(questions, (enum question_kind)kind);
}

enum question_state questions_take(struct questions *questions, enum question_kind kind,
                                   uint64_t number, struct question_answer *answer)
{
    struct slot *slot = &questions->slots[kind];
    enum question_state state = QUESTION_NONE;

    *answer = (struct question_answer){0};
    pthread_mutex_lock(&questions->mutex);
    if (number != 0 && slot->number == number) {
        state = slot->answered ? QUESTION_ANSWERED : QUESTION_WAITING;
        if (slot->answered) {
            *answer = slot->answer;
            slot->answer.document = NULL;
            slot_clear(slot);
        }
    }
    pthread_mutex_unlock(&questions->mutex);
    return state;
}

bool questions_wanted(struct questions *questions, struct question *question)
{
    bool wanted = false;

    *question = (struct question){0};
    pthread_mutex_lock(&questions->mutex);
    /* What somebody waits for with their hands off the keys goes first. */
    for (int kind = QUESTION_KIND_COUNT; kind-- > 0 && !wanted;) {
        const struct slot *slot = &questions->slots[kind];

        if (slot->number == 0 || slot->answered)
            continue;
        *question = (struct question){.kind = (enum question_kind)kind, .number = slot->number};
        text_copy(question->path, sizeof(question->path), slot->path);
        question->body = strdup(slot->body);
        wanted = question->body != NULL;
    }
    pthread_mutex_unlock(&questions->mutex);
    return wanted;
}

bool questions_wait(struct questions *questions)
{
    bool waits = false;

    pthread_mutex_lock(&questions->mutex);
    for (int kind = 0; kind < QUESTION_KIND_COUNT; kind++)
        waits |= questions->slots[kind].number != 0 && !questions->slots[kind].answered;
    pthread_mutex_unlock(&questions->mutex);
    return waits;
}

void question_clear(struct question *question)
{
    wipe(question->body);
    *question = (struct question){0};
}

void questions_answer(struct questions *questions, enum question_kind kind, uint64_t number,
                      struct question_answer *answer)
{
    struct slot *slot = &questions->slots[kind];

    pthread_mutex_lock(&questions->mutex);
    if (slot->number == number && !slot->answered) {
        wipe(slot->body);
        slot->body = NULL;
        slot->answered = true;
        slot->answer = *answer;
        answer->document = NULL;
    }
    pthread_mutex_unlock(&questions->mutex);
    json_decref(answer->document);
    *answer = (struct question_answer){0};
}
