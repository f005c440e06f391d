/* F5 in a contact or a case: hands it off, with the context ready-made and edited in place. */
#include "ui/screen_handoff_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "ui/arriving.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/queue_words.h"
#include "ui/ui.h"

#define LABEL_WIDTH   10
#define SUMMARY_LIMIT 400 /* and the ready-made one is cut to it by the editor */
#define CONTEXT_LIMIT (16 * 1024)

static const struct fields_row rows[] = {
    [ROW_TO] = {"to", N_("To"), FIELDS_LINE, 200, NULL, NULL},
    [ROW_SUMMARY] = {"summary", N_("Summary"), FIELDS_LINE, SUMMARY_LIMIT, NULL, NULL},
    [ROW_CONTEXT] = {"context", N_("Context"), FIELDS_TEXT, CONTEXT_LIMIT, NULL, NULL},
    [ROW_KIND] = {"kind", N_("Kind"), FIELDS_CHOICE, 0, handoff_kind_words, format_handoff},
    [ROW_WAITS] = {"waits", N_("Minutes"), FIELDS_LINE, 8, NULL, NULL},
    [ROW_CALL] = {"call", N_("Call"), FIELDS_LINE, 20, NULL, NULL},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

/* --- the context, ready-made ------------------------------------------------------------------ */

void handing_ready_summary(struct screen *screen, char summary[HANDOFF_SUMMARY_SIZE])
{
    const struct handing *handing = screen->data;
    json_t *fact = handoff_summary_fact(&handing->facts);

    handoff_summary_say(screen->desk, fact, summary, HANDOFF_SUMMARY_SIZE);
    json_decref(fact);
}

/* Made anew in the present language, where the sender changed nothing. */
static void make_context(struct screen *screen)
{
    struct handing *handing = screen->data;
    char *context = handoff_facts_text(screen->desk, handing->made);
    char summary[HANDOFF_SUMMARY_SIZE];

    handing_ready_summary(screen, summary);
    fields_set(handing->fields, ROW_SUMMARY, summary);
    fields_set(handing->fields, ROW_CONTEXT, context != NULL ? context : "");
    free(context);
}

/* --- opening --------------------------------------------------------------------------------- */

static void fill(struct screen *screen, const json_t *arguments)
{
    struct handing *handing = screen->data;
    json_t *draft = desk_draft_get(screen->desk, handing->name);
    char window[24];

    handoff_window_preset(desk_now(screen->desk), window, sizeof(window));
    fields_set(handing->fields, ROW_CALL, window);
    handing->waits_set = json_bool_or(arguments, "waits_set", false);
    handing->priority = (int)json_integer_or(arguments, "priority", 0);
    if (json_object_get(arguments, "fields") != NULL) {
        fields_restore(handing->fields, json_object_get(arguments, "fields"));
        handing->edited = json_bool_or(arguments, "edited", false);
    } else if (draft != NULL) {
        fields_restore(handing->fields, draft);
        handing->edited = true;
        fields_focus_set(handing->fields, ROW_TO);
    } else {
        make_context(screen);
    }
    json_decref(draft);
}

/* An offer stands as long as its target's rule says, unless the sender says otherwise. */
static void preset_minutes(struct screen *screen)
{
    struct handing *handing = screen->data;
    const struct target *target = targets_shown(&handing->targets, handing->list.selected);
    int64_t minutes;
    char text[24] = "";

    if (handing->waits_set || target == NULL)
        return;
    minutes = handoff_preset_minutes(screen->desk, target);
    if (minutes > 0)
        snprintf(text, sizeof(text), "%lld", (long long)minutes);
    fields_set(handing->fields, ROW_WAITS, text);
}

bool handing_is_kind(const struct handing *handing, const char *kind)
{
    return strcmp(fields_text(handing->fields, ROW_KIND), kind) == 0;
}

static void filter(struct screen *screen)
{
    struct handing *handing = screen->data;

    targets_filter(&handing->targets, fields_text(handing->fields, ROW_TO));
    list_set_count(&handing->list, handing->targets.shown_count);
    preset_minutes(screen);
}

/* What it is about: the case's service, else the contact's; "". */
const char *handing_service(const struct handing *handing)
{
    const struct record *matter = handing->facts.matter, *contact = handing->facts.contact;

    if (matter != NULL && record_text(matter, "service")[0] != '\0')
        return record_text(matter, "service");
    return contact != NULL ? record_text(contact, "service") : "";
}

static void read_targets(struct screen *screen)
{
    struct handing *handing = screen->data;
    struct error error = ERROR_INIT;
    const struct record *client = handing->facts.client;

    target_need_make(&handing->need, screen->desk, handing_service(handing),
                     client != NULL ? record_text(client, "language") : "");
    handing->need.offices_only = handing_is_kind(handing, HANDOFF_ESCALATION);
    if (targets_read(&handing->targets, screen->desk, &handing->need, &error) != 0)
        ui_tell_error(screen->ui, &error);
    filter(screen);
}

static void handing_close(struct screen *screen)
{
    struct handing *handing = screen->data;

    if (!handing->done && handing->edited) {
        json_t *draft = fields_save(handing->fields);

        desk_draft_put(screen->desk, handing->name, draft, NULL);
        json_decref(draft);
    }
    handoff_facts_free(&handing->facts);
    json_decref(handing->made);
    targets_free(&handing->targets);
    fields_free(handing->fields);
    free(handing);
}

/* Where the sender stood: the screen below. What is half typed there has been kept. */
static void take_place(struct screen *screen, const json_t *arguments)
{
    struct handing *handing = screen->data;
    const struct screen *below = ui_top(screen->ui);
    const char *place = below != NULL ? below->kind->name : "";
    char *begun = handoff_note_draft(screen->desk);

    if (json_object_get(arguments, "place") != NULL)
        place = json_text_or(arguments, "place", "");
    for (const char *const *word = handoff_place_words; *word != NULL; word++)
        if (strcmp(*word, place) == 0)
            text_copy(handing->place, sizeof(handing->place), place);
    handing->made = handoff_facts_list(&handing->facts, begun != NULL ? begun : "");
    free(begun);
}

static int handing_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    const struct desk_open *open = &screen->desk->open;
    struct handing *handing;
    int code;

    if (id_is_empty(&open->contact) && id_is_empty(&open->matter))
        return error_set(error, ERROR_NOT_FOUND, "%s",
                         _("there is nothing to hand off: F3 begins a contact"));
    handing = calloc(1, sizeof(*handing));
    if (handing == NULL || (handing->fields = fields_new(rows)) == NULL) {
        free(handing);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    code = handoff_facts_read(&handing->facts, screen->desk->store, &open->contact, &open->client,
                              &open->matter, &open->submission, error);
    if (code != 0) {
        fields_free(handing->fields);
        free(handing);
        return code;
    }
    screen->data = handing;
    work_client_name(handing->facts.client, handing->about, sizeof(handing->about));
    snprintf(handing->name, sizeof(handing->name), "handoff/%s",
             id_is_empty(&open->contact) ? open->matter.text : open->contact.text);
    take_place(screen, arguments);
    fill(screen, arguments);
    arriving_prepare(screen->desk);
    link_presence_ask(screen->desk->link);
    read_targets(screen);
    list_restore(&handing->list, json_object_get(arguments, "list"));
    filter(screen);
    return 0;
}

static json_t *handing_save(const struct screen *screen)
{
    const struct handing *handing = screen->data;

    return json_pack("{s:o, s:b, s:b, s:o, s:s, s:i}", "fields", fields_save(handing->fields),
                     "edited", handing->edited, "waits_set", handing->waits_set, "list",
                     list_save(&handing->list), "place", handing->place, "priority",
                     handing->priority);
}

/* Presence has come, or another language: whoever was chosen, or looked for, stays
 * chosen. */
static void handing_changed(struct screen *screen)
{
    struct handing *handing = screen->data;
    const struct target *chosen = targets_shown(&handing->targets, handing->list.selected);
    char key[WORK_NAME_SIZE];
    bool keep = chosen != NULL &&
                (handing->list.selected > 0 || *fields_text(handing->fields, ROW_TO) != '\0');

    text_copy(key, sizeof(key), chosen != NULL ? chosen->key : "");
    if (!handing->edited)
        make_context(screen);
    read_targets(screen);
    for (size_t i = 0; i < handing->targets.shown_count && keep; i++)
        if (strcmp(targets_shown(&handing->targets, i)->key, key) == 0)
            list_select(&handing->list, i);
    preset_minutes(screen);
}

/* Who is present is asked again while the list is open. */
static void handing_tick(struct screen *screen)
{
    struct handing *handing = screen->data;

    if (desk_now(screen->desk) - handing->asked_ms < TARGETS_ASK_MS)
        return;
    handing->asked_ms = desk_now(screen->desk);
    link_presence_ask(screen->desk->link);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_target(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct handing *handing = context;

    (void)selected;
    target_draw(targets_shown(&handing->targets, index), row);
}

static void draw_list(struct handing *handing, const struct paint *area)
{
    size_t row;

    if (handing->list.count == 0) {
        paint_text(area, 0, 0, -1, PAINT_WARNING, _("Nobody fits what is typed."));
        return;
    }
    list_draw(&handing->list, area, 1, false, draw_target, handing);
    row = handing->list.selected - handing->list.top;
    paint_restyle(area, (int)row, 0, -1, PAINT_SELECTION);
}

/* Without a link, who is present is what was heard last. */
static void draw_heard(struct screen *screen, const struct paint *paint, int row)
{
    const struct handing *handing = screen->data;
    struct link_status status;
    char when[32], text[WORK_NAME_SIZE];

    link_status_get(screen->desk->link, &status);
    if (status.state == LINK_ONLINE || handing->targets.heard_ms == 0)
        return;
    format_when(when, sizeof(when), handing->targets.heard_ms, desk_now(screen->desk));
    snprintf(text, sizeof(text), _("as heard at %s"), when);
    paint_text(paint, row, LABEL_WIDTH + 2, -1, PAINT_WARNING, text);
}

static void handing_draw(struct screen *screen, const struct paint *paint)
{
    struct handing *handing = screen->data;
    int listed = paint->rows >= 18 ? 5 : 3;
    struct paint to = paint_part(paint, 0, 0, 1, -1);
    struct paint list = paint_part(paint, 1, LABEL_WIDTH, listed, -1);
    struct paint summary = paint_part(paint, listed + 2, 0, 1, -1);
    struct paint context = paint_part(paint, listed + 3, 0, paint->rows - listed - 6, -1);
    struct paint kind = paint_part(paint, paint->rows - 2, 0, 1, -1);
    struct paint waits = paint_part(paint, paint->rows - 1, 0, 1, LABEL_WIDTH + 8);
    struct paint call = paint_part(paint, paint->rows - 1, LABEL_WIDTH + 12, 1, 30);

    fields_draw(handing->fields, ROW_TO, &to, LABEL_WIDTH, true);
    draw_list(handing, &list);
    draw_heard(screen, paint, listed + 1);
    fields_draw(handing->fields, ROW_SUMMARY, &summary, LABEL_WIDTH, true);
    fields_draw(handing->fields, ROW_CONTEXT, &context, LABEL_WIDTH, true);
    fields_draw(handing->fields, ROW_KIND, &kind, LABEL_WIDTH, true);
    fields_draw(handing->fields, ROW_WAITS, &waits, LABEL_WIDTH, true);
    if (handing_is_kind(handing, HANDOFF_CALL_BACK))
        fields_draw(handing->fields, ROW_CALL, &call, LABEL_WIDTH, true);
    if (handing->priority > 0)
        paint_right(paint, paint->rows - 1, 0, -1, PAINT_ACCENT, priority_words(handing->priority));
}

/* --- keys ------------------------------------------------------------------------------------ */

/* A supervisor alone gives the highest one. */
static void run_priority(struct screen *screen, const char *argument)
{
    struct handing *handing = screen->data;
    bool supervisor = desk_may(screen->desk, PERMISSION_SUPERVISE);
    int most = supervisor ? QUEUE_PRIORITY_MOST : QUEUE_PRIORITY_MOST - 1;

    (void)argument;
    handing->priority = handing->priority < most ? handing->priority + 1 : 0;
}

static void run_kind(struct screen *screen, const char *argument)
{
    struct handing *handing = screen->data;
    const char *const *word = handoff_kind_words;

    (void)argument;
    while (!handing_is_kind(handing, *word))
        word++;
    fields_set(handing->fields, ROW_KIND, word[1] != NULL ? word[1] : handoff_kind_words[0]);
    read_targets(screen);
    list_select(&handing->list, 0);
    preset_minutes(screen);
}

static bool handing_key(struct screen *screen, const struct input *input)
{
    struct handing *handing = screen->data;
    enum fields_answer answer;

    if (fields_focus(handing->fields) == ROW_TO && list_key(&handing->list, input, false)) {
        preset_minutes(screen);
        return true;
    }
    answer = fields_key(handing->fields, input);
    /* The window is asked for only where there is one. */
    if (fields_focus(handing->fields) == ROW_CALL && !handing_is_kind(handing, HANDOFF_CALL_BACK))
        fields_focus_set(handing->fields, input->code == INPUT_TAB ? ROW_TO : ROW_WAITS);
    if (answer == FIELDS_CHANGED && fields_focus(handing->fields) == ROW_TO) {
        filter(screen);
        list_select(&handing->list, 0);
        preset_minutes(screen);
    } else if (answer == FIELDS_CHANGED && fields_focus(handing->fields) == ROW_KIND) {
        read_targets(screen);
    } else if (answer == FIELDS_CHANGED && fields_focus(handing->fields) == ROW_WAITS) {
        handing->waits_set = true;
    } else if (answer == FIELDS_CHANGED) {
        handing->edited = true;
    } else if (answer == FIELDS_FULL) {
        ui_tell(screen->ui, UI_FAILED, _("That does not fit: at most %zu bytes."),
                rows[fields_focus(handing->fields)].limit);
    }
    return answer != FIELDS_UNUSED;
}

static const char *handing_subject(struct screen *screen)
{
    const struct handing *handing = screen->data;

    return handing->about;
}

static const struct screen_key handing_keys[] = {
    {INPUT_CONTROL('X'), N_("Send"), N_("Offers the client to the marked agent, queue or office."),
     N_("send"), handing_send},
    {INPUT_CONTROL('R'), N_("Kind"),
     N_("Cold, warm (you write to each other first), consultation (you keep the client), call-back "
        "or escalation to the supervisors: the next one."),
     N_("kind"), run_kind},
    {INPUT_CONTROL('P'), N_("Priority"),
     N_("Raised, urgent, or ordinary again: a queue's order goes by it."), N_("priority"),
     run_priority},
    {INPUT_TAB, N_("Next"), N_("Goes to the summary and to the context; Shift-Tab back."), NULL,
     NULL},
    {0},
};

static struct screen_about handing_about(const struct screen *screen)
{
    const struct handing *handing = screen->data;

    return work_about(handing->facts.matter != NULL ? handing->facts.matter
                                                    : handing->facts.contact);
}

/* What the sender wrote between the facts, which are the client's. */
static char *handing_forget(struct screen *screen)
{
    struct handing *handing = screen->data;
    char *written = handoff_facts_written(screen->desk, handing->made,
                                          fields_text(handing->fields, ROW_CONTEXT));

    handing->done = true;
    desk_draft_put(screen->desk, handing->name, NULL, NULL);
    return written;
}

extern const struct screen_kind screen_handoff;
const struct screen_kind screen_handoff = {
    .name = "handoff",
    .title = N_("Hand off"),
    .help = N_("Passes the client, the case and the form on to somebody else, so that the client "
               "repeats nothing. The best match is marked; the context is made from what happened: "
               "change what you like, then send."),
    .command = N_("handoff"),
    .flags = SCREEN_SINGLE,
    .keys = handing_keys,
    .open = handing_open,
    .close = handing_close,
    .draw = handing_draw,
    .key = handing_key,
    .save = handing_save,
    .changed = handing_changed,
    .tick = handing_tick,
    .subject = handing_subject,
    .about = handing_about,
    .forget = handing_forget,
};
