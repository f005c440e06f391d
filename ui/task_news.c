#include "ui/task_news.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/promise.h"
#include "app/text.h"
#include "app/zone.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/promise_words.h"
#include "ui/work.h"

/* The zone of the agent's office. New, NULL: UTC. */
static struct zone *office_zone(struct desk *desk)
{
    struct zone *zone = NULL;

    if (desk->office != NULL && *record_text(desk->office, "zone") != '\0' &&
        zone_open(&zone, record_text(desk->office, "zone"), NULL) != 0)
        zone = NULL;
    return zone;
}

enum task_when task_when_here(struct desk *desk, const struct record *task)
{
    struct zone *zone = office_zone(desk);
    enum task_when when = task_when(task, zone, desk_now(desk));

    zone_free(zone);
    return when;
}

void task_day_words(struct desk *desk, int64_t ms, char *text, size_t size)
{
    struct promise_place place = {NULL, office_zone(desk)};

    promise_day_words(&place, ms, text, size);
    promise_place_clear(&place);
}

void task_text_here(struct desk *desk, const struct record *task, char *text, size_t size)
{
    struct record *note = work_get(desk, RECORD_NOTE, record_text(task, "note"), NULL);
    struct record *promise = work_get(desk, RECORD_PROMISE, record_text(task, "promise"), NULL);
    char title[WORK_NAME_SIZE], span[64];

    text_copy(text, size, record_text(task, "text"));
    if (*text == '\0' && note != NULL)
        text_copy(text, size, record_text(note, "text"));
    if (*text == '\0' && promise != NULL) {
        work_title(desk, RECORD_SERVICE, record_text(promise, "service"), title, sizeof(title));
        format_span(span, sizeof(span), json_integer_or(promise->body, "amount", 0),
                    record_text(promise, "unit"));
        snprintf(text, size, _("Give the fee back: %1$s was guaranteed within %2$s."), title, span);
    }
    record_free(note);
    record_free(promise);
}

/* --- which is next --------------------------------------------------------------------------- */

struct looking {
    struct desk *desk;
    struct record *first; /* owned */
};

static int look(void *context, const struct record *task, enum store_pending pending)
{
    struct looking *looking = context;
    int64_t due = task_due_ms(task), first;

    (void)pending;
    if (!task_is_for(task, looking->desk->agent))
        return 0;
    first = looking->first != NULL ? task_due_ms(looking->first) : 0;
    if (looking->first == NULL || (due != 0 && (first == 0 || due < first))) {
        record_free(looking->first);
        looking->first = record_copy(task);
    }
    return 0;
}

struct record *task_next(struct desk *desk)
{
    struct looking looking = {desk, NULL};

    task_each_open(desk->store, NULL, look, &looking, NULL);
    return looking.first;
}

/* --- news ------------------------------------------------------------------------------------ */

static int64_t today(struct desk *desk)
{
    struct promise_place place = {NULL, office_zone(desk)};
    struct calendar_day day = promise_day(&place, desk_now(desk));

    promise_place_clear(&place);
    return calendar_day_number(&day);
}

void task_news_observe(struct desk *desk)
{
    struct zone *zone = office_zone(desk);
    struct desk_line *line = &desk->line;
    int due = 0, overdue = 0;

    task_count_due(desk->store, desk->agent, zone, desk_now(desk), &due, &overdue, NULL);
    zone_free(zone);
    line->tasks_due = due + overdue;
    line->tasks_day = today(desk);
    if (line->tasks_due == 0)
        line->tasks_told = 0;
    if (line->tasks_due <= line->tasks_told || line->notice[0] != '\0')
        return;
    if (overdue > 0)
        snprintf(line->notice, sizeof(line->notice),
                 language_plural("%1$d task is due today, %2$d overdue: :task shows the first",
                                 "%1$d tasks are due today, %2$d overdue: :task shows the first",
                                 due),
                 due, overdue);
    else
        snprintf(line->notice, sizeof(line->notice),
                 language_plural("%d task is due today: :task shows the first",
                                 "%d tasks are due today: :task shows the first", due),
                 due);
}

void task_news_seen(struct desk *desk)
{
    if (desk->line.tasks_due > desk->line.tasks_told) {
        desk->line.tasks_told = desk->line.tasks_due;
        desk->line.notice[0] = '\0';
        desk->changes++;
    }
}

bool task_news_is_stale(struct desk *desk)
{
    if (desk->store == NULL || desk->agent == NULL || desk->line.tasks_day == today(desk))
        return false;
    desk->line.tasks_told = 0;
    return true;
}
