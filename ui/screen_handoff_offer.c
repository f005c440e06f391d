/* One hand-off: who offers what and why; accept, decline, withdraw. */
#include "ui/screen_handoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/page.h"

#define LABEL_WIDTH  12
#define REASON_LIMIT 1000

struct offer {
    struct record *handoff; /* owned */
    enum store_pending pending;
    struct page page;
    struct editor *reason; /* owned: why it is declined, or a message */
    bool declining;        /* the reason is being typed */
    bool writing;          /* a message is */
    bool arriving;         /* it is announced, and not here (ui/arriving.h) */
    bool wanted;           /* then: it is to be accepted once it is */
    int64_t until_ms;      /* and when it will not come any more (steady) */
};

static bool is_typing(const struct offer *offer)
{
    return offer->declining || offer->writing;
}

/* --- shared ---------------------------------------------------------------------------------- */

/* Who gave it to whom. */
static void reassigned_text(struct desk *desk, const struct record *handoff,
                            enum store_pending pending, char *text, size_t size)
{
    char by[WORK_NAME_SIZE], to[WORK_NAME_SIZE];

    work_agent_name(desk, record_text(handoff, "reassigned_by"), by, sizeof(by));
    if (record_text(handoff, "next_queue")[0] != '\0')
        work_title(desk, RECORD_QUEUE, record_text(handoff, "next_queue"), to, sizeof(to));
    else
        work_agent_name(desk, record_text(handoff, "next_agent"), to, sizeof(to));
    if (pending == STORE_CLAIMING)
        snprintf(text, size, _("given to %s, pending"), to);
    else
        snprintf(text, size, _("given to %1$s by %2$s"), to, by);
}

void handoff_state_text(struct desk *desk, const struct record *handoff, enum store_pending pending,
                        char *text, size_t size)
{
    const char *state = record_text(handoff, "state");
    char name[WORK_NAME_SIZE];

    work_agent_name(desk, record_text(handoff, "taken_by"), name, sizeof(name));
    if (strcmp(state, "accepted") == 0 && pending == STORE_CLAIMING)
        text_copy(text, size, _("accepted here, pending"));
    else if (strcmp(state, "accepted") == 0)
        snprintf(text, size, _("accepted by %s"), name);
    else if (strcmp(state, "declined") == 0)
        snprintf(text, size, _("declined: %s"), record_text(handoff, "reason"));
    else if (strcmp(state, "reassigned") == 0)
        reassigned_text(desk, handoff, pending, text, size);
    else if (strcmp(state, "offered") == 0 && pending != STORE_SETTLED)
        text_copy(text, size, _("offered, not sent yet"));
    else
        text_copy(text, size, format_word(state));
}

/* --- opening --------------------------------------------------------------------------------- */

static void offer_close(struct screen *screen)
{
    struct offer *offer = screen->data;

    record_free(offer->handoff);
    editor_free(offer->reason);
    free(offer);
}

/* The newest one that is offered to this agent. */
static int find_newest(void *context, const struct record *record, enum store_pending pending)
{
    struct screen *screen = context;
    struct offer *offer = screen->data;

    if (!handoff_is_offered_here(screen->desk, record))
        return 0;
    offer->pending = pending;
    offer->handoff = record_copy(record);
    return 1;
}

/* What is on its way is shown first: that is what the bottom of the screen tells of. */
static bool open_arriving(struct screen *screen)
{
    const struct record *handoff = screen->desk->arriving.handoff;
    struct offer *offer = screen->data;

    if (handoff == NULL)
        return false;
    offer->handoff = record_copy(handoff);
    offer->arriving = offer->handoff != NULL;
    offer->until_ms = screen->desk->arriving.until_ms;
    return offer->arriving;
}

static int offer_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    const struct store_query query = {.type = RECORD_HANDOFF, .newest_first = true};
    struct offer *offer = calloc(1, sizeof(*offer));
    const char *id = json_text_or(arguments, "id", "");
    int code = 0;

    if (offer == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = offer;
    offer->reason = editor_new(EDITOR_LINE, REASON_LIMIT);
    if (*id != '\0')
        offer->handoff = work_get(screen->desk, RECORD_HANDOFF, id, &offer->pending);
    else if (!open_arriving(screen))
        code = store_each(screen->desk->store, &query, find_newest, screen, error);
    if (code >= 0 && (offer->reason == NULL || offer->handoff == NULL))
        code = error_set(error, ERROR_NOT_FOUND, "%s", _("no hand-off is offered to you"));
    if (code < 0) {
        offer_close(screen);
        return code;
    }
    if (!offer->arriving)
        work_look_record(screen, offer->handoff);
    editor_restore(offer->reason, json_object_get(arguments, "reason"));
    offer->declining = json_bool_or(arguments, "declining", false);
    offer->writing = json_bool_or(arguments, "writing", false);
    page_restore(&offer->page, json_object_get(arguments, "page"));
    return 0;
}

static json_t *offer_save(const struct screen *screen)
{
    const struct offer *offer = screen->data;

    return json_pack("{s:s, s:o, s:b, s:b, s:o}", "id", offer->handoff->id.text, "reason",
                     editor_save(offer->reason), "declining", offer->declining, "writing",
                     offer->writing, "page", page_save(&offer->page));
}

static void offer_changed(struct screen *screen)
{
    struct offer *offer = screen->data;
    struct record *handoff;

    if (offer->arriving)
        return;
    handoff = work_get(screen->desk, RECORD_HANDOFF, offer->handoff->id.text, &offer->pending);
    if (handoff == NULL)
        return;
    record_free(offer->handoff);
    offer->handoff = handoff;
    if (!handoff_is_offered(handoff))
        offer->declining = false;
}

/* --- on its way --------------------------------------------------------------------------------
 */

static void run_accept(struct screen *screen, const char *argument);

/* The record is here: from whom it was announced, or it is another one. */
static void arrive(struct screen *screen, struct record *handoff, enum store_pending pending)
{
    struct offer *offer = screen->data;
    bool same = strcmp(record_text(handoff, "from"), record_text(offer->handoff, "from")) == 0;
    bool wanted = offer->wanted && same;

    record_free(offer->handoff);
    offer->handoff = handoff;
    offer->pending = pending;
    offer->arriving = offer->wanted = false;
    work_look_record(screen, handoff);
    if (wanted)
        run_accept(screen, NULL);
}

/* Looks whether it is here, or will not come: nothing was accepted then. */
static void offer_wake(struct screen *screen)
{
    struct offer *offer = screen->data;
    enum store_pending pending = STORE_SETTLED;
    struct record *handoff;

    if (!offer->arriving)
        return;
    handoff = work_get(screen->desk, RECORD_HANDOFF, offer->handoff->id.text, &pending);
    if (handoff != NULL) {
        arrive(screen, handoff, pending);
    } else if (clock_steady(NULL) >= offer->until_ms) {
        ui_tell(screen->ui, UI_FAILED, "%s", _("It did not come: nothing was accepted."));
        screen_close(screen);
    }
}

/* True, and told, when there is nothing to decide yet. */
static bool is_to_come(struct screen *screen)
{
    const struct offer *offer = screen->data;

    if (offer->arriving)
        ui_tell(screen->ui, UI_NOTE, "%s",
                offer->wanted ? _("Arriving: it is accepted when it is here.")
                              : _("Arriving: it is not here yet."));
    return offer->arriving;
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_carried(struct screen *screen)
{
    struct offer *offer = screen->data;
    struct desk *desk = screen->desk;
    struct record *client = work_get_client(desk, record_text(offer->handoff, "client"));
    struct record *matter = work_get(desk, RECORD_CASE, record_text(offer->handoff, "case"), NULL);
    struct record *draft =
        work_get(desk, RECORD_SUBMISSION, record_text(offer->handoff, "submission"), NULL);
    char line[2 * WORK_NAME_SIZE];

    work_client_line(client, line, sizeof(line));
    if (*line != '\0')
        page_labelled(&offer->page, LABEL_WIDTH, _("Client"), PAINT_VALUE, line);
    if (matter != NULL)
        page_labelled(&offer->page, LABEL_WIDTH, _("Case"), PAINT_VALUE,
                      record_text(matter, "reference"));
    if (draft != NULL) {
        work_title(desk, RECORD_FORM, record_text(draft, "form"), line, sizeof(line));
        page_labelled(&offer->page, LABEL_WIDTH, _("Form begun"), PAINT_VALUE, line);
    }
    record_free(client);
    record_free(matter);
    record_free(draft);
}

/* Until when the offer stands, or how long it waited; the window promised to the client. */
static void draw_times(struct screen *screen)
{
    struct offer *offer = screen->data;
    const struct record *handoff = offer->handoff;
    char from[32], to[32], text[2 * WORK_NAME_SIZE];

    work_when(screen->desk, handoff, "expires_at", to, sizeof(to));
    if (handoff_is_offered(handoff) && *to != '\0')
        page_labelled(&offer->page, LABEL_WIDTH, _("Until"), PAINT_VALUE, to);
    format_duration(text, sizeof(text), handoff_waited_ms(handoff, desk_now(screen->desk)));
    page_labelled(&offer->page, LABEL_WIDTH, _("Waiting"), PAINT_VALUE, text);
    work_title(screen->desk, RECORD_QUEUE, record_text(handoff, "also_queue"), text, sizeof(text));
    if (*text != '\0')
        page_labelled(&offer->page, LABEL_WIDTH, _("Open to"), PAINT_WARNING, text);
    if (handoff_is_offered(handoff) && record_text(handoff, "call_back_at")[0] != '\0')
        page_labelled(&offer->page, LABEL_WIDTH, _("Long wait"), PAINT_WARNING,
                      _("offer the client a call-back"));
    work_when(screen->desk, handoff, "call_from", from, sizeof(from));
    work_when(screen->desk, handoff, "call_to", to, sizeof(to));
    if (*from != '\0') {
        snprintf(text, sizeof(text), _("%1$s to %2$s"), from, to);
        page_labelled(&offer->page, LABEL_WIDTH, _("Call"), PAINT_WARNING, text);
    }
}

static void draw_messages(struct screen *screen)
{
    struct offer *offer = screen->data;
    struct handoff_messages messages;
    char name[WORK_NAME_SIZE], when[32], text[3 * WORK_NAME_SIZE];

    if (handoff_messages_read(&messages, screen->desk->store, offer->handoff, NULL) != 0 ||
        messages.count == 0)
        return;
    page_blank(&offer->page);
    for (size_t i = 0; i < messages.count; i++) {
        work_agent_name(screen->desk, record_text(messages.notes[i], "author"), name, sizeof(name));
        work_when(screen->desk, messages.notes[i], "at", when, sizeof(when));
        snprintf(text, sizeof(text), _("%1$s, %2$s"), when, name);
        page_text(&offer->page, 0, PAINT_DIM, text);
        page_text(&offer->page, 2, PAINT_VALUE, record_text(messages.notes[i], "text"));
    }
    handoff_messages_free(&messages);
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct offer *offer = screen->data;
    const struct record *handoff = offer->handoff;
    char text[2 * WORK_NAME_SIZE], when[32];
    char *context;

    page_start(&offer->page, paint);
    handoff_summary(screen->desk, handoff, text, sizeof(text));
    page_text(&offer->page, 0, PAINT_TITLE, text);
    page_blank(&offer->page);
    work_agent_name(screen->desk, record_text(handoff, "from"), text, sizeof(text));
    page_labelled(&offer->page, LABEL_WIDTH, _("From"), PAINT_VALUE, text);
    work_target_name(screen->desk, handoff, text, sizeof(text));
    page_labelled(&offer->page, LABEL_WIDTH, _("To"), PAINT_VALUE, text);
    page_labelled(&offer->page, LABEL_WIDTH, _("Kind"), PAINT_VALUE,
                  format_handoff(handoff_kind(handoff)));
    work_when(screen->desk, handoff, "offered_at", when, sizeof(when));
    page_labelled(&offer->page, LABEL_WIDTH, _("At"), PAINT_VALUE, when);
    if (offer->arriving)
        text_copy(text, sizeof(text), _("arriving, not certain"));
    else
        handoff_state_text(screen->desk, handoff, offer->pending, text, sizeof(text));
    page_labelled(&offer->page, LABEL_WIDTH, _("State"),
                  offer->pending == STORE_SETTLED && !offer->arriving ? PAINT_VALUE : PAINT_WARNING,
                  text);
    if (offer->arriving)
        return;
    draw_times(screen);
    draw_carried(screen);
    draw_messages(screen);
    page_blank(&offer->page);
    context = handoff_context_text(screen->desk, handoff);
    if (context != NULL)
        page_text(&offer->page, 0, PAINT_TEXT, context);
    free(context);
}

static void offer_draw(struct screen *screen, const struct paint *paint)
{
    struct offer *offer = screen->data;
    struct paint area = paint_part(paint, 0, 0, is_typing(offer) ? paint->rows - 3 : -1, -1);
    struct paint reason = paint_part(paint, paint->rows - 1, 0, 1, -1);

    page_draw(&offer->page, &area, draw_page, screen);
    if (!is_typing(offer))
        return;
    paint_text(paint, paint->rows - 2, 0, -1, PAINT_TITLE,
               offer->writing ? _("The other reads it at once. Enter sends, Esc ends.")
                              : _("Why not? The sender reads it. Enter declines, Esc does not."));
    paint_fill(&reason, 0, 0, -1, PAINT_FOCUS);
    editor_draw(offer->reason, &reason, true);
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool is_to_decide(struct screen *screen)
{
    const struct offer *offer = screen->data;

    if (handoff_is_offered_here(screen->desk, offer->handoff))
        return true;
    ui_tell(screen->ui, UI_NOTE, "%s", _("This hand-off is not for you to decide."));
    return false;
}

/* Decided, or one's own: there is nothing to accept. */
static bool is_to_show(const struct screen *screen)
{
    const struct offer *offer = screen->data;

    return !handoff_is_offered(offer->handoff) ||
           handoff_is_from(offer->handoff, desk_agent(screen->desk));
}

static void run_show(struct screen *screen, const char *argument)
{
    const struct offer *offer = screen->data;

    (void)argument;
    handoff_show(screen, offer->handoff);
}

static void run_accept(struct screen *screen, const char *argument)
{
    const struct offer *offer = screen->data;

    (void)argument;
    ((struct offer *)screen->data)->wanted = offer->arriving;
    if (is_to_come(screen) || !is_to_decide(screen))
        return;
    if (handoff_take(screen, offer->handoff)) {
        screen_close(screen);
        return;
    }
    offer_changed(screen);
    ((struct offer *)screen->data)->writing =
        handoff_is_kind(offer->handoff, HANDOFF_CONSULT) && !handoff_is_offered(offer->handoff);
}

static void run_decline(struct screen *screen, const char *argument)
{
    struct offer *offer = screen->data;

    (void)argument;
    if (!is_to_come(screen) && is_to_decide(screen))
        offer->declining = true;
}

static void decline(struct screen *screen)
{
    struct offer *offer = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    if (editor_length(offer->reason) == 0) {
        ui_tell(screen->ui, UI_FAILED, "%s", _("Say why: the sender reads it."));
        return;
    }
    code = handoff_decline(&batch, &author, offer->handoff, editor_text(offer->reason), &error);
    if (!work_apply(screen, &batch, code, &error))
        return;
    ui_tell(screen->ui, UI_DONE, "%s", _("Declined."));
    screen_close(screen);
}

static void run_write(struct screen *screen, const char *argument)
{
    struct offer *offer = screen->data;

    (void)argument;
    offer->writing = true;
}

/* The line stays open for the next message. */
static void send(struct screen *screen)
{
    struct offer *offer = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    if (editor_length(offer->reason) == 0)
        return;
    code = handoff_message(&batch, &author, offer->handoff, editor_text(offer->reason), &error);
    if (work_apply(screen, &batch, code, &error))
        editor_clear(offer->reason);
}

static void run_withdraw(struct screen *screen, const char *argument)
{
    struct offer *offer = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code = handoff_withdraw(&batch, &author, offer->handoff, &error);

    (void)argument;
    if (work_apply(screen, &batch, code, &error)) {
        ui_tell(screen->ui, UI_DONE, "%s", _("Withdrawn."));
        offer_changed(screen);
    }
}

static bool offer_key(struct screen *screen, const struct input *input)
{
    struct offer *offer = screen->data;
    int opened;

    if (!is_typing(offer))
        return input->code != INPUT_ENTER && input->code != INPUT_TAB &&
               page_key(&offer->page, input, &opened);
    if (input->code == INPUT_ENTER) {
        if (offer->writing)
            send(screen);
        else
            decline(screen);
        return true;
    }
    if (input->code == INPUT_ESCAPE) {
        offer->declining = offer->writing = false;
        return true;
    }
    return editor_key(offer->reason, input, NULL);
}

static const struct screen_key offer_keys[] = {
    {INPUT_ENTER, N_("Accept"), N_("Takes the client over and goes to where the sender stopped."),
     N_("accept"), run_accept},
    {INPUT_ENTER, N_("Open"), N_("Shows what it is about, when there is nothing to accept."), NULL,
     run_show},
    {INPUT_CONTROL('N'), N_("Decline"), N_("Declines it with a reason."), N_("decline"),
     run_decline},
    {INPUT_TAB, N_("Write"), N_("Writes to the other side; it stays on the file."), N_("write"),
     run_write},
    {INPUT_CONTROL('X'), N_("Withdraw"), N_("Takes back a hand-off of your own."), N_("withdraw"),
     run_withdraw},
    {0},
};

static bool offer_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct offer *offer = screen->data;

    if (is_typing(offer))
        return false; /* Enter ends the reason, and all else is text */
    if (key->run == run_show || key->run == run_accept)
        return is_to_show(screen) == (key->run == run_show);
    if (key->run != run_accept && offer->arriving)
        return false;
    if (key->run == run_decline)
        return handoff_is_offered_here(screen->desk, offer->handoff);
    if (key->run == run_write)
        return handoff_is_offered(offer->handoff) ||
               strcmp(record_text(offer->handoff, "state"), "accepted") == 0;
    if (key->run == run_withdraw)
        return handoff_is_offered(offer->handoff) &&
               handoff_is_from(offer->handoff, desk_agent(screen->desk));
    return true;
}

static struct screen_about offer_about(const struct screen *screen)
{
    const struct offer *offer = screen->data;

    return work_about(offer->handoff);
}

/* A reason or a message that was being typed. */
static char *offer_forget(struct screen *screen)
{
    const struct offer *offer = screen->data;

    return is_typing(offer) ? strdup(editor_text(offer->reason)) : NULL;
}

extern const struct screen_kind screen_handoff_offer;
const struct screen_kind screen_handoff_offer = {
    .name = "offer",
    .title = N_("Hand-off"),
    .help = N_("Who hands what off to you, and what you must know. One key accepts: contact, "
               "client, case and form come along."),
    .command = N_("offer"),
    .code = INPUT_CONTROL('V'),
    .keys = offer_keys,
    .offers = offer_offers,
    .open = offer_open,
    .close = offer_close,
    .draw = offer_draw,
    .key = offer_key,
    .save = offer_save,
    .changed = offer_changed,
    .wake = offer_wake,
    .about = offer_about,
    .forget = offer_forget,
};
