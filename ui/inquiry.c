#include "ui/inquiry.h"

#include "ui/work_file.h"

bool inquiry_ask(struct inquiry *inquiry, struct desk *desk, const char *path, json_t *body)
{
    bool asks = body != NULL && work_is_online(desk);

    if (asks) {
        inquiry->number = questions_ask(link_questions(desk->link), inquiry->kind, path, body);
        inquiry->asked_ms = desk_now(desk);
        link_sync_ring(desk->link);
    }
    json_decref(body);
    return asks && inquiry->number != 0;
}

bool inquiry_take(struct inquiry *inquiry, struct desk *desk, int64_t patience_ms,
                  struct question_answer *answer)
{
    struct questions *questions = link_questions(desk->link);

    *answer = (struct question_answer){.status = 0};
    if (inquiry->number == 0)
        return false;
    if (questions_take(questions, inquiry->kind, inquiry->number, answer) == QUESTION_WAITING) {
        if (patience_ms == 0 || desk_now(desk) - inquiry->asked_ms <= patience_ms)
            return false;
        questions_forget(questions, inquiry->kind);
    }
    inquiry->number = 0;
    return true;
}

void inquiry_forget(struct inquiry *inquiry, struct desk *desk)
{
    if (inquiry->number != 0)
        questions_forget(link_questions(desk->link), inquiry->kind);
    inquiry->number = 0;
}
