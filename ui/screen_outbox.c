/* What waits to be sent, in plain words. */
#include "ui/screen_outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"

#define OUTBOX_LIMIT 200

struct row {
    struct id operation;
    char words[2 * WORK_NAME_SIZE], about[WORK_NAME_SIZE], state[WORK_NAME_SIZE];
    bool sent; /* at least once: it can not be taken back */
};

struct outbox {
    struct desk *desk; /* borrowed */
    struct row rows[OUTBOX_LIMIT];
    struct list list;
    size_t count;
    int64_t waiting; /* all of them */
};

/* Why the last attempt failed. What the server said is in its own language: its meaning is here. */
static void reason_words(const char *reason, char *text, size_t size)
{
    size_t length = strlen(STORE_REASON_ANSWERED);
    long status =
        strncmp(reason, STORE_REASON_ANSWERED, length) == 0 ? strtol(reason + length, NULL, 10) : 0;

    if (status == 429 || status == 503)
        text_copy(text, size, _("the server is busy"));
    else if (status >= 500)
        snprintf(text, size, _("the server has a fault (%ld)"), status);
    else if (status >= 300)
        snprintf(text, size, _("the server did not take it (%ld)"), status);
    else if (status > 0)
        text_copy(text, size, _("the answer makes no sense"));
    else if (strcmp(reason, STORE_REASON_AGAIN) == 0)
        text_copy(text, size, _("the server lost it"));
    else
        text_copy(text, size, _("no answer"));
}

static int add(void *context, const struct outbox_entry *entry)
{
    struct outbox *outbox = context;
    struct row *row = &outbox->rows[outbox->count++];

    row->operation = entry->operation->id;
    row->sent = entry->attempts > 0;
    operation_words(outbox->desk, entry->operation, row->words, sizeof(row->words));
    operation_about(outbox->desk, entry->operation, row->about, sizeof(row->about));
    if (strcmp(entry->reason, STORE_REASON_LATER) == 0)
        snprintf(row->state, sizeof(row->state), "%s", _("the centre will decide"));
    else if (entry->attempts == 0)
        snprintf(row->state, sizeof(row->state), "%s", _("not sent yet"));
    else {
        char reason[WORK_NAME_SIZE];

        reason_words(entry->reason, reason, sizeof(reason));
        snprintf(
            row->state, sizeof(row->state),
            language_plural("tried %1$d time: %2$s", "tried %1$d times: %2$s", entry->attempts),
            entry->attempts, reason);
    }
    return 0;
}

static void read_all(struct screen *screen)
{
    struct outbox *outbox = screen->data;
    struct error error = ERROR_INIT;

    outbox->desk = screen->desk;
    outbox->count = 0;
    if (store_outbox_each(screen->desk->store, OUTBOX_LIMIT, add, outbox, &error) != 0)
        ui_tell_error(screen->ui, &error);
    outbox->waiting = store_outbox_count(screen->desk->store, NULL);
    list_set_count(&outbox->list, outbox->count);
}

static void outbox_close(struct screen *screen)
{
    free(screen->data);
}

static int outbox_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct outbox *outbox = calloc(1, sizeof(*outbox));

    if (outbox == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = outbox;
    list_restore(&outbox->list, arguments);
    read_all(screen);
    return 0;
}

static json_t *outbox_save(const struct screen *screen)
{
    const struct outbox *outbox = screen->data;

    return list_save(&outbox->list);
}

static void draw_row(void *context, const struct paint *area, size_t index, bool selected)
{
    const struct outbox *outbox = context;
    const struct row *row = &outbox->rows[index];
    int used;

    (void)selected;
    paint_text(area, 0, 1, -1, PAINT_TEXT, row->words);
    used = 3 + paint_text(area, 1, 3, area->columns / 2, PAINT_DIM, row->about);
    paint_text(area, 1, used + 2, -1, row->sent ? PAINT_WARNING : PAINT_DIM, row->state);
}

static void outbox_draw(struct screen *screen, const struct paint *paint)
{
    struct outbox *outbox = screen->data;
    struct paint rest = paint_part(paint, 2, 0, -1, -1);
    char text[WORK_NAME_SIZE];

    if (outbox->count == 0) {
        paint_text(paint, 1, 0, -1, PAINT_GOOD, _("Nothing waits: the server has everything."));
        paint_cursor(paint, 1, 0);
        return;
    }
    snprintf(text, sizeof(text),
             language_plural("%lld change waits; it is sent by itself, in this order.",
                             "%lld changes wait; they are sent by themselves, in this order.",
                             outbox->waiting),
             (long long)outbox->waiting);
    paint_text(paint, 0, 0, -1, PAINT_DIM, text);
    list_draw(&outbox->list, &rest, 2, true, draw_row, outbox);
}

static void run_withdraw(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("Take it back"), N_("Leave it"), NULL};
    const struct outbox *outbox = screen->data;

    (void)argument;
    if (outbox->count == 0)
        return;
    if (outbox->rows[outbox->list.selected].sent)
        ui_tell(screen->ui, UI_NOTE, "%s",
                _("It may have reached the server already: it can not be taken back."));
    else
        screen_ask(screen, "withdraw", _("Take this change back? It is then as if never made."),
                   choices);
}

static void outbox_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct outbox *outbox = screen->data;
    struct error error = ERROR_INIT;

    if (strcmp(from, "choice") != 0 || json_integer_or(answer, "choice", -1) != 0 ||
        outbox->list.selected >= outbox->count)
        return;
    if (store_outbox_withdraw(screen->desk->store, &outbox->rows[outbox->list.selected].operation,
                              &error) != 0)
        ui_tell_error(screen->ui, &error);
    else
        ui_tell(screen->ui, UI_DONE, "%s", _("Taken back."));
    screen->desk->changes++;
    read_all(screen);
}

static void run_refusals(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "refusals", NULL);
}

static bool outbox_key(struct screen *screen, const struct input *input)
{
    struct outbox *outbox = screen->data;

    return list_key(&outbox->list, input, true);
}

static const struct screen_key outbox_keys[] = {
    {INPUT_CONTROL('X'), N_("Take back"), N_("Takes back a change that was not sent yet."),
     N_("take-back"), run_withdraw},
    {INPUT_TAB, N_("Refusals"), N_("Shows what the server refused."), NULL, run_refusals},
    {0},
};

static bool outbox_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct outbox *outbox = screen->data;

    return key->run != run_withdraw || outbox->count > 0;
}

extern const struct screen_kind screen_outbox;
const struct screen_kind screen_outbox = {
    .name = "outbox",
    .title = N_("Outbox"),
    .help = N_("Changes made here that the server has not confirmed yet, with how often they were "
               "tried and why that failed. Nothing needs to be done: they go by themselves."),
    .command = N_("outbox"),
    .code = INPUT_F(7),
    .label = N_("Outbox"),
    .flags = SCREEN_SINGLE,
    .keys = outbox_keys,
    .offers = outbox_offers,
    .open = outbox_open,
    .close = outbox_close,
    .draw = outbox_draw,
    .key = outbox_key,
    .save = outbox_save,
    .changed = read_all,
    .answer = outbox_answer,
};
