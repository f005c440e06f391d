/* One delivery to an agency in full: what became of it, and what to do about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/submission.h"
#include "app/text.h"
#include "ui/delivery_words.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/page.h"
#include "ui/screen_case.h"

#define LABEL_WIDTH 15

struct delivery {
    struct record *record; /* owned */
    enum store_pending pending;
    struct page page;
};

static void delivery_close(struct screen *screen)
{
    struct delivery *delivery = screen->data;

    record_free(delivery->record);
    free(delivery);
}

static int delivery_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct delivery *delivery = calloc(1, sizeof(*delivery));

    if (delivery == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    delivery->record = work_get(screen->desk, RECORD_DELIVERY, json_text_or(arguments, "id", ""),
                                &delivery->pending);
    if (delivery->record == NULL) {
        free(delivery);
        return error_set(error, ERROR_NOT_FOUND, "%s", _("this delivery is not on this terminal"));
    }
    page_restore(&delivery->page, json_object_get(arguments, "page"));
    screen->data = delivery;
    return 0;
}

static json_t *delivery_save(const struct screen *screen)
{
    const struct delivery *delivery = screen->data;

    return json_pack("{s:s, s:o}", "id", delivery->record->id.text, "page",
                     page_save(&delivery->page));
}

static void delivery_changed(struct screen *screen)
{
    struct delivery *delivery = screen->data;
    struct record *record =
        work_get(screen->desk, RECORD_DELIVERY, delivery->record->id.text, &delivery->pending);

    if (record == NULL)
        return;
    record_free(delivery->record);
    delivery->record = record;
}

static const char *delivery_subject(struct screen *screen)
{
    const struct delivery *delivery = screen->data;

    return delivery_agency(delivery->record);
}

/* --- drawing --------------------------------------------------------------------------------- */

/* Nothing for "". */
static void draw_value(struct screen *screen, const char *label, const char *value)
{
    struct delivery *delivery = screen->data;

    if (*value != '\0')
        page_labelled(&delivery->page, LABEL_WIDTH, label, PAINT_VALUE, value);
}

static void draw_when(struct screen *screen, const char *label, const char *member)
{
    const struct delivery *delivery = screen->data;
    char when[32];

    work_when(screen->desk, delivery->record, member, when, sizeof(when));
    draw_value(screen, label, when);
}

/* The names of the answers that the agency receives, as the form shows them: those given. */
static void draw_answers(struct screen *screen)
{
    const struct delivery *delivery = screen->data;
    const char *form = record_text(delivery->record, "form");
    struct record *submission = work_get(screen->desk, RECORD_SUBMISSION,
                                         record_text(delivery->record, "submission"), NULL);
    const json_t *given = submission != NULL ? json_object_get(submission->body, "answers") : NULL;
    struct text_buffer names = {0};
    json_t *answer;
    size_t index;

    json_array_foreach(json_object_get(delivery->record->body, "answers"), index, answer)
    {
        char path[SUBMISSION_PATH_SIZE], name[WORK_NAME_SIZE];

        if (json_object_get(given, json_string_value(answer)) == NULL ||
            !submission_answer_path(json_string_value(answer), path))
            continue;
        work_field_name(screen->desk, form, path + strlen("answers"), name, sizeof(name));
        text_buffer_add_format(&names, "%s%s", names.length > 0 ? ", " : "", name);
    }
    draw_value(screen, _("Receives"), names.bytes != NULL ? names.bytes : "");
    text_buffer_free(&names);
    record_free(submission);
}

/* Who asked for the present state, when it was an agent. */
static void draw_agent(struct screen *screen)
{
    const struct delivery *delivery = screen->data;
    const json_t *updated = json_object_get(delivery->record->meta, "updated");
    const char *agent = json_text_or(updated, "agent", "");
    struct id server = delivery_server();
    char name[WORK_NAME_SIZE], text[WORK_NAME_SIZE + 64], when[32];
    int64_t ms = 0;

    if (*agent == '\0' || strcmp(agent, server.text) == 0)
        return;
    work_agent_name(screen->desk, agent, name, sizeof(name));
    timestamp_parse(json_text_or(updated, "time", ""), &ms);
    format_when(when, sizeof(when), ms, desk_now(screen->desk));
    snprintf(text, sizeof(text), "%s · %s", name, when);
    draw_value(screen, _("By"), text);
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct delivery *delivery = screen->data;
    const struct record *record = delivery->record;
    int64_t attempts = json_integer_or(record->body, "attempts", 0);
    char title[WORK_NAME_SIZE], count[32];

    page_start(&delivery->page, paint);
    page_labelled(&delivery->page, LABEL_WIDTH, _("State"), delivery_style(record),
                  delivery_state(record));
    if (*case_pending_text(delivery->pending) != '\0')
        page_labelled(&delivery->page, LABEL_WIDTH, "", PAINT_WARNING,
                      case_pending_text(delivery->pending));
    draw_agent(screen);
    draw_value(screen, _("Receipt"), record_text(record, "receipt"));
    draw_value(screen, _("Reason"), delivery_why(record));
    snprintf(count, sizeof(count), "%d", (int)attempts);
    draw_value(screen, _("Attempts"), attempts > 0 ? count : "");
    draw_when(screen, _("Last attempt"), "tried_at");
    if (strcmp(record_text(record, "state"), "waiting") == 0)
        draw_when(screen, _("Next attempt"), "next_attempt_at");
    else
        draw_when(screen, _("Asked again"), "next_attempt_at");
    draw_when(screen, _("Received"), "sent_at");
    draw_when(screen, _("Decided"), "decided_at");
    page_blank(&delivery->page);
    work_title(screen->desk, RECORD_FORM, record_text(record, "form"), title, sizeof(title));
    draw_value(screen, _("Form"), title);
    draw_when(screen, _("Submitted"), "created_at");
    draw_answers(screen);
}

static void delivery_draw(struct screen *screen, const struct paint *paint)
{
    struct delivery *delivery = screen->data;

    page_draw(&delivery->page, paint, draw_page, screen);
    paint_cursor(paint, 0, 0);
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool delivery_key(struct screen *screen, const struct input *input)
{
    struct delivery *delivery = screen->data;
    int opened;

    return page_key(&delivery->page, input, &opened);
}

static void run_again(struct screen *screen, const char *argument)
{
    struct delivery *delivery = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code = delivery_send_again(&batch, &author, delivery->record, &error);

    (void)argument;
    if (work_apply(screen, &batch, code, &error)) {
        ui_tell(screen->ui, UI_DONE, _("It will be sent again."));
        delivery_changed(screen);
    }
}

static void run_withdraw(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("Yes, withdraw it"), N_("No, leave it"), NULL};

    (void)argument;
    screen_ask(screen, "withdraw",
               _("Withdraw the consent? The agency then does not receive this form."), choices);
}

static void delivery_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct delivery *delivery = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    if (strcmp(from, "choice") != 0 || json_integer_or(answer, "choice", -1) != 0)
        return;
    code = delivery_withdraw(&batch, &author, delivery->record, &error);
    if (work_apply(screen, &batch, code, &error)) {
        ui_tell(screen->ui, UI_DONE, _("It will not be sent."));
        delivery_changed(screen);
    }
}

static void run_form(struct screen *screen, const char *argument)
{
    const struct delivery *delivery = screen->data;

    (void)argument;
    ui_open(screen->ui, "form",
            json_pack("{s:s}", "submission", record_text(delivery->record, "submission")));
}

static const struct screen_key delivery_keys[] = {
    {INPUT_CONTROL('R'), N_("Send again"), N_("Has a refused delivery sent again."), N_("again"),
     run_again},
    {INPUT_CONTROL('D'), N_("Withdraw"),
     N_("Withdraws the client's consent: what waits is not sent."), N_("withdraw"), run_withdraw},
    {INPUT_F(4), N_("Form"), N_("Shows the form that was submitted."), NULL, run_form},
    {0},
};

static bool delivery_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct delivery *delivery = screen->data;
    const char *state = record_text(delivery->record, "state");

    if (key->run == run_again)
        return strcmp(state, "refused") == 0;
    return key->run != run_withdraw || strcmp(state, "waiting") == 0;
}

/* --- whatever is on the screen ---------------------------------------------------------------- */

/* How many of the newest deliveries are looked at, and how long a refusal is news. */
#define WATCH_LIMIT 300
#define NEWS_MS     (INT64_C(5) * 60 * 1000)

struct watch {
    struct desk *desk;
    struct home *home; /* NULL: only the notice */
    int count;
};

/* The agent who submitted a form hears of it. */
static bool is_own(struct desk *desk, const struct record *delivery)
{
    struct record *submission =
        work_get(desk, RECORD_SUBMISSION, record_text(delivery, "submission"), NULL);
    bool own = submission != NULL &&
               strcmp(record_text(submission, "submitted_by"), desk_agent(desk)->text) == 0;

    record_free(submission);
    return own;
}

static void watch_refused(struct watch *watch, const struct record *delivery)
{
    struct desk *desk = watch->desk;
    char title[WORK_NAME_SIZE], text[3 * WORK_NAME_SIZE];
    int64_t ms = 0;

    work_title(desk, RECORD_FORM, record_text(delivery, "form"), title, sizeof(title));
    snprintf(text, sizeof(text), _("%1$s: %2$s · %3$s"), delivery_agency(delivery),
             delivery_state(delivery), title);
    if (watch->home != NULL)
        home_add(watch->home, HOME_OPEN, text, delivery_why(delivery), "delivery",
                 json_pack("{s:s}", "id", delivery->id.text));
    else if (desk->line.notice[0] == '\0' &&
             timestamp_parse(record_text(delivery, "decided_at"), &ms) &&
             desk_now(desk) - ms < NEWS_MS)
        text_copy(desk->line.notice, sizeof(desk->line.notice), text);
}

static int watch_one(void *context, const struct record *record, enum store_pending pending)
{
    struct watch *watch = context;

    (void)pending;
    if (delivery_needs_agent(record) && is_own(watch->desk, record))
        watch_refused(watch, record);
    return ++watch->count == WATCH_LIMIT ? 1 : 0;
}

/* The notice is a hand-off's first: that one comes before in the list of screens. */
static void delivery_observe(struct desk *desk)
{
    const struct store_query query = {.type = RECORD_DELIVERY, .newest_first = true};
    struct watch watch = {desk, NULL, 0};

    store_each(desk->store, &query, watch_one, &watch, NULL);
}

static void delivery_home(struct home *home, struct desk *desk)
{
    const struct store_query query = {.type = RECORD_DELIVERY, .newest_first = true};
    struct watch watch = {desk, home, 0};

    if (desk->store != NULL)
        store_each(desk->store, &query, watch_one, &watch, NULL);
}

static struct screen_about delivery_about(const struct screen *screen)
{
    const struct delivery *delivery = screen->data;

    return work_about(delivery->record);
}

extern const struct screen_kind screen_delivery;
const struct screen_kind screen_delivery = {
    .name = "delivery",
    .title = N_("Delivery"),
    .help = N_("What one agency receives of a form, and what became of it. The server sends it by "
               "itself and tries again while the agency cannot be reached."),
    .file = {.member = "id", .type = RECORD_DELIVERY},
    .keys = delivery_keys,
    .offers = delivery_offers,
    .open = delivery_open,
    .close = delivery_close,
    .draw = delivery_draw,
    .key = delivery_key,
    .save = delivery_save,
    .changed = delivery_changed,
    .answer = delivery_answer,
    .subject = delivery_subject,
    .observe = delivery_observe,
    .home = delivery_home,
    .about = delivery_about,
};
