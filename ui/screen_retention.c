/* How long things are kept, by rule, and what the rules erase next, and when: all rules, or what is
 * due by one of them. It is read at the server, step by step, and nothing is changed by it. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/inquiry.h"
#include "ui/keeping_words.h"
#include "ui/language.h"
#include "ui/list.h"

#define HEAD 3
/* Of each rule, the next ones; how many there are is counted. */
#define DUE_MOST    500
#define PATIENCE_MS (INT64_C(60) * 1000)
#define KEPT_WIDTH  12
#define COUNT_WIDTH 8
#define NEXT_WIDTH  15

static const int horizons[] = {0, 30, 90, 365};
#define HORIZONS (sizeof(horizons) / sizeof(horizons[0]))

/* One thing that is due. */
struct due {
    int64_t due_ms, latest_ms;
    json_t *told; /* owned */
};

struct rule {
    char what[16];
    char service[RECORD_KEY_SIZE];
    int64_t months;
    int64_t found; /* how many are due */
    struct due *due;
    size_t count; /* of those that are kept here: the next ones */
};

struct retention {
    struct inquiry inquiry;
    size_t horizon;
    struct rule *rules; /* owned */
    size_t rule_count;
    struct list list; /* of rules */
    struct list dues; /* of what is due by the one that is open */
    bool open;        /* a rule is */
    json_t *place;    /* owned: where the next step begins; NULL: at the first */
    int64_t looked_at, files, words, held, at_work;
    bool ended;
    char notice[200];
};

/* --- reading ---------------------------------------------------------------------------------- */

static void forget_rules(struct retention *retention)
{
    for (size_t i = 0; i < retention->rule_count; i++) {
        for (size_t at = 0; at < retention->rules[i].count; at++)
            json_decref(retention->rules[i].due[at].told);
        free(retention->rules[i].due);
    }
    free(retention->rules);
    retention->rules = NULL;
    retention->rule_count = 0;
}

static void ask_step(struct screen *screen)
{
    struct retention *retention = screen->data;
    json_t *body =
        json_pack("{s:i, s:O*}", "days", horizons[retention->horizon], "place", retention->place);

    if (!inquiry_ask(&retention->inquiry, screen->desk, "/v1/retention", body))
        text_copy(retention->notice, sizeof(retention->notice),
                  _("Offline: the rules are read at the server. r looks again."));
    else
        text_copy(retention->notice, sizeof(retention->notice), "");
}

/* From the first one on. */
static void look(struct screen *screen)
{
    struct retention *retention = screen->data;

    json_decref(retention->place);
    retention->place = NULL;
    retention->looked_at = retention->files = retention->words = 0;
    retention->held = retention->at_work = 0;
    retention->ended = false;
    ask_step(screen);
}

static void read_rules(struct retention *retention, const json_t *rules)
{
    size_t count = json_array_size(rules);

    forget_rules(retention);
    retention->rules = count > 0 ? calloc(count, sizeof(*retention->rules)) : NULL;
    retention->rule_count = retention->rules != NULL ? count : 0;
    for (size_t i = 0; i < retention->rule_count; i++) {
        const json_t *told = json_array_get(rules, i);
        struct rule *rule = &retention->rules[i];

        text_copy(rule->what, sizeof(rule->what), json_text_or(told, "what", ""));
        text_copy(rule->service, sizeof(rule->service), json_text_or(told, "service", ""));
        rule->months = json_integer_or(told, "months", 0);
    }
    list_set_count(&retention->list, retention->rule_count);
    if (retention->list.selected >= retention->rule_count)
        retention->open = false;
}

/* Keeps the next ones: of too many, those that are due last go. */
static void add_due(struct rule *rule, json_t *told)
{
    struct due due = {.told = told};
    struct due *grown;
    size_t at;

    rule->found++;
    timestamp_parse(json_text_or(told, "due", ""), &due.due_ms);
    timestamp_parse(json_text_or(told, "latest", ""), &due.latest_ms);
    if (rule->count == DUE_MOST && due.due_ms >= rule->due[DUE_MOST - 1].due_ms)
        return;
    if (rule->count == DUE_MOST) {
        json_decref(rule->due[--rule->count].told);
    } else {
        grown = realloc(rule->due, (rule->count + 1) * sizeof(*grown));
        if (grown == NULL)
            return;
        rule->due = grown;
    }
    json_incref(told);
    for (at = rule->count++; at > 0 && rule->due[at - 1].due_ms > due.due_ms; at--)
        rule->due[at] = rule->due[at - 1];
    rule->due[at] = due;
}

static void read_due(struct retention *retention, const json_t *list)
{
    json_t *told;
    size_t at;

    json_array_foreach((json_t *)(uintptr_t)list, at, told)
    {
        for (size_t i = 0; i < retention->rule_count; i++)
            if (strcmp(retention->rules[i].what, json_text_or(told, "what", "")) == 0 &&
                strcmp(retention->rules[i].service, json_text_or(told, "service", "")) == 0)
                add_due(&retention->rules[i], told);
    }
    if (retention->open)
        list_set_count(&retention->dues, retention->rules[retention->list.selected].count);
}

static void read_step(struct retention *retention, const json_t *step)
{
    const json_t *rules = json_object_get(step, "rules");

    if (rules != NULL)
        read_rules(retention, rules);
    read_due(retention, json_object_get(step, "due"));
    retention->looked_at += json_integer_or(step, "looked_at", 0);
    retention->files += json_integer_or(step, "files", 0);
    retention->words += json_integer_or(step, "words", 0);
    retention->held += json_integer_or(step, "held", 0);
    retention->at_work += json_integer_or(step, "at_work", 0);
    retention->ended = json_bool_or(step, "ended", true);
    json_decref(retention->place);
    retention->place = json_incref(json_object_get(step, "place"));
}

static void take(struct screen *screen)
{
    struct retention *retention = screen->data;
    struct question_answer answer;

    if (!inquiry_take(&retention->inquiry, screen->desk, PATIENCE_MS, &answer))
        return;
    if (answer.status != 200) {
        text_copy(retention->notice, sizeof(retention->notice), keeping_refusal(&answer));
    } else {
        read_step(retention, answer.document);
        if (!retention->ended)
            ask_step(screen);
    }
    json_decref(answer.document);
}

/* --- opening ---------------------------------------------------------------------------------- */

static void retention_close(struct screen *screen)
{
    struct retention *retention = screen->data;

    inquiry_forget(&retention->inquiry, screen->desk);
    forget_rules(retention);
    json_decref(retention->place);
    free(retention);
}

static int retention_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct retention *retention;

    (void)arguments;
    if (!keeping_is_open(screen->desk))
        return error_set(error, ERROR_REFUSED, "%s",
                         _("Your role neither erases files nor copies them for clients."));
    retention = calloc(1, sizeof(*retention));
    if (retention == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = retention;
    retention->inquiry.kind = QUESTION_RETENTION;
    retention->horizon = 2;
    look(screen);
    return 0;
}

static json_t *retention_save(const struct screen *screen)
{
    (void)screen;
    return json_object();
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void rule_name(const struct rule *rule, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s", keeping_what(rule->what), rule->service[0] != '\0' ? " · " : "",
             rule->service);
}

static void draw_rule(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct retention *retention = screen->data;
    const struct rule *rule = &retention->rules[index];
    int next = row->columns - NEXT_WIDTH, count = next - COUNT_WIDTH, kept = count - KEPT_WIDTH;
    char text[RECORD_KEY_SIZE + 100];

    (void)selected;
    rule_name(rule, text, sizeof(text));
    paint_text(row, 0, 1, kept - 2, PAINT_TEXT, text);
    if (rule->months > 0)
        snprintf(text, sizeof(text), language_plural("%d month", "%d months", (int)rule->months),
                 (int)rule->months);
    paint_text(row, 0, kept, KEPT_WIDTH - 1, PAINT_DIM, rule->months > 0 ? text : _("for ever"));
    if (rule->months == 0)
        return;
    snprintf(text, sizeof(text), "%lld", (long long)rule->found);
    paint_right(row, 0, count, COUNT_WIDTH - 2, rule->found > 0 ? PAINT_VALUE : PAINT_DIM, text);
    if (rule->count == 0)
        return;
    format_on_day(text, sizeof(text), rule->due[0].due_ms, desk_now(screen->desk));
    paint_text(row, 0, next, NEXT_WIDTH,
               rule->due[0].due_ms <= desk_now(screen->desk) ? PAINT_WARNING : PAINT_DIM,
               rule->due[0].due_ms <= desk_now(screen->desk) ? _("next round") : text);
}

static void draw_due(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct retention *retention = screen->data;
    const struct due *due = &retention->rules[retention->list.selected].due[index];
    const char *label = json_text_or(due->told, "label", "");
    char text[100], count[80];

    (void)selected;
    format_on_day(text, sizeof(text), due->due_ms, desk_now(screen->desk));
    paint_text(row, 0, 1, 14, due->due_ms <= desk_now(screen->desk) ? PAINT_WARNING : PAINT_TEXT,
               due->due_ms <= desk_now(screen->desk) ? _("next round") : text);
    paint_text(row, 0, 16, row->columns - 16 - 25, PAINT_VALUE,
               *label != '\0' ? label : json_text_or(due->told, "record", ""));
    keeping_count(due->told, count, sizeof(count));
    paint_text(row, 0, row->columns - 24, -1, PAINT_DIM, count);
}

static void draw_horizon(const struct retention *retention, const struct paint *paint)
{
    int days = horizons[retention->horizon];
    char text[200];

    if (days == 0)
        text_copy(text, sizeof(text), _("What the next round erases"));
    else
        snprintf(text, sizeof(text),
                 language_plural("What goes within %d day", "What goes within %d days", days),
                 days);
    paint_text(paint, 0, 0, -1, PAINT_ACCENT, text);
}

static void draw_state(const struct retention *retention, const struct paint *paint)
{
    char text[300];

    if (*retention->notice != '\0') {
        paint_text(paint, 1, 0, -1, PAINT_WARNING, retention->notice);
        return;
    }
    if (!retention->ended)
        snprintf(text, sizeof(text), _("%1$lld looked at, %2$lld due ..."),
                 (long long)retention->looked_at, (long long)retention->files);
    else
        snprintf(text, sizeof(text),
                 _("%1$lld due; past their time but held back %2$lld, not closed %3$lld; words "
                   "%4$lld"),
                 (long long)retention->files, (long long)retention->held,
                 (long long)retention->at_work, (long long)retention->words);
    paint_text(paint, 1, 0, -1, PAINT_DIM, text);
}

static void draw_none(const struct paint *rest, const char *text)
{
    paint_wrapped(rest, 0, 1, -1, 3, PAINT_DIM, text);
    paint_cursor(rest, 0, 0);
}

static void draw_opened(struct screen *screen, const struct paint *paint, const struct paint *rest)
{
    struct retention *retention = screen->data;
    const struct rule *rule = &retention->rules[retention->list.selected];
    char text[RECORD_KEY_SIZE + 100];

    rule_name(rule, text, sizeof(text));
    paint_heading(paint, 2, text);
    if (rule->count == 0)
        draw_none(rest, _("Nothing of it is due in this time."));
    list_draw(&retention->dues, rest, 1, true, draw_due, screen);
}

static void retention_draw(struct screen *screen, const struct paint *paint)
{
    struct retention *retention = screen->data;
    struct paint rest = paint_part(paint, HEAD, 0, -1, -1);

    draw_horizon(retention, paint);
    draw_state(retention, paint);
    if (retention->open) {
        draw_opened(screen, paint, &rest);
        return;
    }
    paint_heading(paint, 2, _("Kept after what was done last; due; from when on"));
    if (retention->rule_count == 0)
        draw_none(&rest, retention->ended
                             ? _("There is no rule: nothing is erased by itself. Rules are set at "
                                 "the server: guichetd retention set.")
                             : "");
    list_draw(&retention->list, &rest, 1, true, draw_rule, screen);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void run_open(struct screen *screen, const char *argument)
{
    struct retention *retention = screen->data;
    const struct rule *rule;

    (void)argument;
    if (retention->rule_count == 0)
        return;
    rule = &retention->rules[retention->list.selected];
    if (!retention->open) {
        retention->open = true;
        retention->dues = (struct list){0};
        list_set_count(&retention->dues, rule->count);
    } else if (retention->dues.selected < rule->count) {
        const json_t *told = rule->due[retention->dues.selected].told;

        ui_open(screen->ui, "keeping",
                json_pack("{s:s, s:s}", "type", json_text_or(told, "type", ""), "of",
                          json_text_or(told, "record", "")));
    }
}

static void run_days(struct screen *screen, const char *argument)
{
    struct retention *retention = screen->data;

    (void)argument;
    retention->horizon = (retention->horizon + 1) % HORIZONS;
    look(screen);
}

static void run_look(struct screen *screen, const char *argument)
{
    (void)argument;
    look(screen);
}

static bool retention_key(struct screen *screen, const struct input *input)
{
    struct retention *retention = screen->data;

    if (input->code == INPUT_ESCAPE && retention->open) {
        retention->open = false;
        return true;
    }
    return list_key(retention->open ? &retention->dues : &retention->list, input, true);
}

static void retention_answer(struct screen *screen, const char *from, const json_t *answer)
{
    (void)from;
    if (json_bool_or(answer, "erased", false))
        look(screen);
}

static const struct screen_key retention_keys[] = {
    {INPUT_ENTER, N_("Open"),
     N_("On a rule, what is due by it; on that, what is kept and what may be done."), NULL,
     run_open},
    {'d', N_("Days"), N_("Looks further ahead: the next round, 30 days, 90 days, a year."),
     N_("days"), run_days},
    {'r', N_("Look again"), N_("Asks the server again."), NULL, run_look},
    {0},
};

static const char *retention_back(const struct screen *screen)
{
    const struct retention *retention = screen->data;

    return retention->open ? N_("How long things are kept") : NULL;
}

extern const struct screen_kind screen_retention;
const struct screen_kind screen_retention = {
    .name = "retention",
    .title = N_("How long things are kept"),
    .help = N_("The rules by type of record, and what they erase next, and when. Here they are "
               "only read: they are set, and rounds run, at the server’s machine (guichetd "
               "retention)."),
    .command = N_("retention"),
    .flags = SCREEN_SINGLE,
    .keys = retention_keys,
    .open = retention_open,
    .close = retention_close,
    .draw = retention_draw,
    .key = retention_key,
    .save = retention_save,
    .tick = take,
    .wake = take,
    .answer = retention_answer,
    .back = retention_back,
};
