/* The same done with many cases: what can be done with those that are marked, what must be known
 * for it, and one question that says how many. */
#include "ui/screen_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/json.h"
#include "app/message.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/message_when.h"
#include "ui/ui.h"

/* Of so many it is looked up whether a message is planned; of more it is taken that one is. */
#define PLANNED_LOOKED 200
#define TEMPLATE_LIMIT 20

static const struct {
    const char *text; /* N_() */
    bool cases, loose;
} actions[LISTS_ACTION_COUNT] = {
    [LISTS_TAKE] = {N_("Take"), true, true},
    [LISTS_ASSIGN] = {N_("Assign to an agent"), true, true},
    [LISTS_GIVE_BACK] = {N_("Give back to all"), true, true},
    [LISTS_STATUS] = {N_("Change status"), true, false},
    [LISTS_NOTE] = {N_("Write a note"), true, false},
    [LISTS_TASKS_DONE] = {N_("End their tasks"), true, true},
    [LISTS_WAIT] = {N_("Wait for the client"), true, false},
    [LISTS_MESSAGE] = {N_("Send a message, now or later"), true, false},
    [LISTS_READ] = {N_("Their messages are dealt with"), true, true},
    [LISTS_ATTACH] = {N_("Put into another case"), true, true},
    [LISTS_START] = {N_("Start a case for each"), false, true},
};

/* --- which ----------------------------------------------------------------------------------- */

void lists_work_clear(struct lists_work *work)
{
    free(work->items);
    free(work->failures);
    free(work->text);
    free(work->date);
    free(work->template);
    *work = (struct lists_work){0};
}

void lists_act_free(struct lists *lists)
{
    lists_work_clear(&lists->work);
    free(lists->undo);
}

/* The marked ones that are shown, else the one under the cursor. */
static bool choose_items(struct screen *screen)
{
    struct lists *lists = screen->data;
    struct lists_work *work = &lists->work;
    size_t hidden = case_list_unmark_hidden(&lists->list);

    lists_work_clear(work);
    if (hidden > 0)
        ui_tell(screen->ui, UI_NOTE,
                language_plural("%zu mark was on a case that is not shown: it is off.",
                                "%zu marks were on cases that are not shown: they are off.",
                                hidden),
                hidden);
    work->items = calloc(lists->list.marked + 1, sizeof(work->items[0]));
    for (size_t i = 0; i < lists->list.count && work->items != NULL; i++)
        if (lists->list.marked == 0 ? i == lists->selected
                                    : case_list_is_marked(&lists->list, lists->list.order[i])) {
            const struct case_row *row = lists_row_at(screen, i);

            work->loose += row->kind != RECORD_CASE;
            work->items[work->count++] =
                (struct lists_item){id_from_bytes(row->id), (enum record_type)row->kind};
        }
    return work->count > 0;
}

/* What can be done with some of them, in the order of the menu. */
static size_t menu_make(const struct lists_work *work, enum lists_action items[LISTS_ACTION_COUNT])
{
    size_t count = 0;

    for (int action = 0; action < LISTS_ACTION_COUNT; action++)
        if ((actions[action].cases && work->loose < work->count) ||
            (actions[action].loose && work->loose > 0))
            items[count++] = (enum lists_action)action;
    return count;
}

void lists_act(struct screen *screen)
{
    const char *choices[LISTS_ACTION_COUNT + 1] = {NULL};
    enum lists_action items[LISTS_ACTION_COUNT];
    struct lists *lists = screen->data;
    char question[WORK_NAME_SIZE];
    size_t count;

    if (!choose_items(screen))
        return;
    count = menu_make(&lists->work, items);
    for (size_t i = 0; i < count; i++)
        choices[i] = actions[items[i]].text;
    if (lists->work.loose == 0)
        snprintf(question, sizeof(question),
                 language_plural("What with this case?", "What with these %zu cases?",
                                 lists->work.count),
                 lists->work.count);
    else
        snprintf(question, sizeof(question),
                 language_plural("What with this one?", "What with these %zu?", lists->work.count),
                 lists->work.count);
    screen_ask(screen, "act", question, choices);
}

/* --- the question ---------------------------------------------------------------------------- */

static void confirm_message(struct screen *screen, char *text, size_t size)
{
    const struct lists_work *work = &((const struct lists *)screen->data)->work;
    char when[MESSAGE_WHEN_SIZE];

    if (work->send_ms == 0) {
        snprintf(text, size, _("Send this message in %zu cases, at once?"), work->count);
        return;
    }
    message_when_spoken(screen->desk, NULL, work->send_ms, when);
    snprintf(text, size, _("Plan this message in %1$zu cases, for %2$s?"), work->count, when);
}

static void confirm_text(struct screen *screen, char *text, size_t size)
{
    const struct lists_work *work = &((const struct lists *)screen->data)->work;
    char name[WORK_NAME_SIZE];

    switch (work->action) {
    case LISTS_TAKE:
        snprintf(text, size, _("Take %zu cases into your hands?"), work->count);
        break;
    case LISTS_ASSIGN:
        work_agent_name(screen->desk, work->agent.text, name, sizeof(name));
        snprintf(text, size, _("Assign %1$zu cases to %2$s?"), work->count, name);
        break;
    case LISTS_GIVE_BACK:
        snprintf(text, size, _("Give %zu cases back to all?"), work->count);
        break;
    case LISTS_STATUS:
        snprintf(text, size, _("Set the status of %1$zu cases to: %2$s?"), work->count,
                 format_word(work->status));
        break;
    case LISTS_NOTE:
        snprintf(text, size, _("Write this note on %zu cases?"), work->count);
        break;
    case LISTS_WAIT:
        snprintf(text, size, _("Have %zu cases wait for the client?"), work->count);
        break;
    case LISTS_MESSAGE:
        confirm_message(screen, text, size);
        break;
    case LISTS_READ:
        snprintf(text, size, _("Say of the messages of %zu cases that they are dealt with?"),
                 work->count);
        break;
    case LISTS_ATTACH:
        snprintf(text, size, _("Put what came in %1$zu cases into %2$s?"), work->count, work->text);
        break;
    case LISTS_START:
        snprintf(text, size, _("Start %zu cases?"), work->count);
        break;
    default:
        snprintf(text, size, _("End the open tasks of %zu cases as done?"), work->count);
        break;
    }
}

static int see_planned(void *context, const struct record *message, enum store_pending pending)
{
    (void)message;
    (void)pending;
    *(bool *)context = true;
    return 1;
}

/* Whether a message is planned on a case that is to be closed. */
static bool closes_planned(struct screen *screen)
{
    const struct lists_work *work = &((const struct lists *)screen->data)->work;
    bool found = work->count > PLANNED_LOOKED;

    if (work->action != LISTS_STATUS || strcmp(work->status, "closed") != 0)
        return false;
    for (size_t i = 0; i < work->count && !found; i++)
        message_each_planned(screen->desk->store, &work->items[i].id, desk_now(screen->desk),
                             see_planned, &found, NULL);
    return found;
}

/* One is not asked about: it stands under the cursor. */
static void confirm(struct screen *screen)
{
    static const char *const choices[] = {N_("Yes"), N_("No"), NULL};
    static const char *const closing[] = {N_("Yes, and take planned messages back"),
                                          N_("Yes, and planned messages leave on their day"),
                                          N_("No"), NULL};
    struct lists *lists = screen->data;
    char text[2 * WORK_NAME_SIZE];
    bool planned = closes_planned(screen);

    if (lists->work.count == 1 && !planned) {
        lists_work_begin(screen);
        return;
    }
    confirm_text(screen, text, sizeof(text));
    screen_ask(screen, planned ? "closing" : "confirm", text, planned ? closing : choices);
}

/* --- what must be known ---------------------------------------------------------------------- */

static void ask_status(struct screen *screen)
{
    const char *choices[CASE_STATUS_LIMIT + 1] = {NULL};

    for (size_t i = 0; case_status_words[i] != NULL && i < CASE_STATUS_LIMIT; i++)
        choices[i] = format_word(case_status_words[i]);
    screen_ask(screen, "status", _("Where do they stand now?"), choices);
}

struct templates {
    struct record *list[TEMPLATE_LIMIT]; /* owned */
    size_t count;
};

static int keep_template(void *context, const struct record *record)
{
    struct templates *templates = context;

    if (!json_bool_or(record->body, "ended", false) && templates->count < TEMPLATE_LIMIT &&
        (templates->list[templates->count] = record_copy(record)) != NULL)
        templates->count++;
    return 0;
}

static void templates_read(struct screen *screen, struct templates *templates)
{
    *templates = (struct templates){0};
    catalogue_each(screen->desk->catalogue, RECORD_TEMPLATE, keep_template, templates, NULL);
}

static void templates_free(struct templates *templates)
{
    for (size_t i = 0; i < templates->count; i++)
        record_free(templates->list[i]);
}

static void ask_template(struct screen *screen)
{
    const char *choices[TEMPLATE_LIMIT + 1] = {NULL};
    struct templates templates;

    templates_read(screen, &templates);
    for (size_t i = 0; i < templates.count; i++)
        choices[i] = format_localised(json_object_get(templates.list[i]->body, "title"));
    if (templates.count > 0)
        screen_ask(screen, "template", _("Which message?"), choices);
    else
        ui_tell(screen->ui, UI_FAILED, "%s", _("The catalogue has no messages."));
    templates_free(&templates);
}

/* A message may speak of a date, the same in all cases; then, when it leaves. */
static void template_chosen(struct screen *screen, size_t choice)
{
    struct lists *lists = screen->data;
    struct message_reading reading;
    struct templates templates;
    bool dated = false;

    templates_read(screen, &templates);
    if (choice < templates.count) {
        const struct record *template = templates.list[choice];

        lists->work.template = strdup(record_text(template, "key"));
        for (int french = 0; french < 2; french++) {
            message_template_read(template, french ? "fr" : "en", &reading);
            dated |= message_uses(reading.text, MESSAGE_DATE) ||
                     message_uses(reading.subject, MESSAGE_DATE);
        }
        lists_ask_line(screen, dated ? LISTS_PROMPT_DATE : LISTS_PROMPT_DAY, "");
    }
    templates_free(&templates);
}

/* What the menu leads to. */
static void ask_more(struct screen *screen)
{
    switch (((struct lists *)screen->data)->work.action) {
    case LISTS_ASSIGN:
        ui_open(screen->ui, "agents", json_pack("{s:b}", "choose", true));
        break;
    case LISTS_STATUS:
        ask_status(screen);
        break;
    case LISTS_NOTE:
        lists_ask_line(screen, LISTS_PROMPT_NOTE, "");
        break;
    case LISTS_WAIT:
        lists_ask_line(screen, LISTS_PROMPT_MISSING, "");
        break;
    case LISTS_MESSAGE:
        ask_template(screen);
        break;
    case LISTS_ATTACH:
        lists_ask_line(screen, LISTS_PROMPT_CASE, "");
        break;
    default:
        confirm(screen);
        break;
    }
}

void lists_act_answer(struct screen *screen, const char *name, int64_t choice)
{
    struct lists *lists = screen->data;
    struct lists_work *work = &lists->work;
    enum lists_action items[LISTS_ACTION_COUNT];

    if (choice < 0 || work->count == 0)
        return;
    if (strcmp(name, "confirm") == 0) {
        if (choice == 0)
            lists_work_begin(screen);
    } else if (strcmp(name, "closing") == 0) {
        work->withdraws = choice == 0;
        if (choice < 2)
            lists_work_begin(screen);
    } else if (strcmp(name, "status") == 0) {
        work->status = case_status_words[choice];
        confirm(screen);
    } else if (strcmp(name, "template") == 0) {
        template_chosen(screen, (size_t)choice);
    } else if (strcmp(name, "act") == 0 && (size_t)choice < menu_make(work, items)) {
        work->action = items[choice];
        ask_more(screen);
    }
}

void lists_act_agent(struct screen *screen, const json_t *answer)
{
    struct lists *lists = screen->data;

    if (lists->work.count > 0 && id_parse(&lists->work.agent, json_text_or(answer, "agent", "")))
        confirm(screen);
}

/* --- what is typed --------------------------------------------------------------------------- */

static void keep(char **kept, const char *text)
{
    free(*kept);
    *kept = strdup(text);
}

/* The line comes back as it was typed. */
static void again(struct screen *screen, enum lists_prompt prompt, const char *text,
                  const char *why)
{
    char typed[WORK_NAME_SIZE];

    text_copy(typed, sizeof(typed), text);
    ui_stop_ahead(screen->ui);
    lists_ask_line(screen, prompt, typed);
    ui_tell(screen->ui, UI_FAILED, "%s", why);
}

static void day_typed(struct screen *screen, const char *text)
{
    struct lists_work *work = &((struct lists *)screen->data)->work;
    const char *wrong = NULL;

    work->send_ms = 0;
    if (text[strspn(text, " ")] != '\0')
        wrong = message_when_read_day(screen->desk, NULL, text, &work->send_ms);
    if (wrong != NULL)
        again(screen, LISTS_PROMPT_DAY, text, wrong);
    else
        confirm(screen);
}

static void case_typed(struct screen *screen, const char *text)
{
    struct lists_work *work = &((struct lists *)screen->data)->work;

    if (!desk_cases_find(screen->desk, text, &work->target, work->reference)) {
        again(screen, LISTS_PROMPT_CASE, text, _("No case on this terminal has this reference."));
        return;
    }
    keep(&work->text, work->reference);
    confirm(screen);
}

void lists_act_line(struct screen *screen, enum lists_prompt prompt, const char *text)
{
    struct lists_work *work = &((struct lists *)screen->data)->work;
    bool blank = text[strspn(text, " ")] == '\0';

    switch (prompt) {
    case LISTS_PROMPT_DATE:
        keep(&work->date, text);
        lists_ask_line(screen, LISTS_PROMPT_DAY, "");
        break;
    case LISTS_PROMPT_DAY:
        day_typed(screen, text);
        break;
    case LISTS_PROMPT_CASE:
        if (!blank)
            case_typed(screen, text);
        break;
    case LISTS_PROMPT_MISSING:
        keep(&work->text, text);
        confirm(screen);
        break;
    default:
        if (blank)
            return;
        keep(&work->text, text);
        confirm(screen);
        break;
    }
}
