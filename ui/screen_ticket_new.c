/* A ticket is given: for what, by typing ahead; Enter gives it. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/office.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "ui/fields.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/tickets.h"

#define LABEL_WIDTH    14
#define SERVICES_LIMIT 2000
#define MATCHES_LIMIT  200

enum { ROW_FOR, ROW_LANGUAGE, ROW_PRIORITY, ROW_APPOINTMENT, ROW_NEED, ROW_COUNT };

static const char *const language_words[] = {"fr", "en", "other", NULL};
static const char *const priority_words[] = {"0", "1", "2", NULL};

static const char *language_word_text(const char *word)
{
    if (strcmp(word, "fr") == 0)
        return _("French");
    return strcmp(word, "en") == 0 ? _("English") : _("other");
}

static const char *priority_word_text(const char *word)
{
    return strcmp(word, "0") == 0 ? _("ordinary") : tickets_priority_text(*word - '0');
}

static const struct fields_row rows[] = {
    [ROW_FOR] = {"for", N_("For"), FIELDS_LINE, 200, NULL, NULL},
    [ROW_LANGUAGE] = {"language", N_("Language"), FIELDS_CHOICE, 0, language_words,
                      language_word_text},
    [ROW_PRIORITY] = {"priority", N_("Priority"), FIELDS_CHOICE, 0, priority_words,
                      priority_word_text},
    [ROW_APPOINTMENT] = {"appointment", N_("Appointment"), FIELDS_LINE, 5, NULL, NULL},
    [ROW_NEED] = {"need", N_("Access"), FIELDS_CHOICE, 0, ticket_need_words, tickets_need_text},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

/* What a ticket can be for: a queue itself, or a service that goes to one. */
struct ticket_purpose {
    char *title, *folded; /* owned */
    char *service;        /* owned key; NULL for the queue itself */
    size_t queue;
};

struct giving {
    struct fields *fields;
    struct tickets_queues queues;
    struct ticket_purpose purposes[TICKETS_QUEUES + SERVICES_LIMIT];
    size_t count;
    size_t matches[MATCHES_LIMIT];
    struct list list;
};

/* --- purposes -------------------------------------------------------------------------------- */

static void add_purpose(struct giving *giving, const char *title, const char *service, size_t queue)
{
    struct ticket_purpose *purpose = &giving->purposes[giving->count];

    *purpose = (struct ticket_purpose){strdup(title), text_fold(title, strlen(title)),
                                       service != NULL ? strdup(service) : NULL, queue};
    giving->count++;
}

struct reading {
    struct giving *giving;
    struct desk *desk;
};

static int add_service(void *context, const struct record *service)
{
    struct reading *reading = context;
    struct giving *giving = reading->giving;

    if (giving->count == TICKETS_QUEUES + SERVICES_LIMIT)
        return 1;
    if (reading->desk->office != NULL && office_serves(reading->desk->office, service))
        add_purpose(giving, json_localised(json_object_get(service->body, "title"), language_now()),
                    record_text(service, "key"), tickets_queue_for(&giving->queues, service));
    return 0;
}

/* The queues that the agent serves come first: with one key the usual ticket is given. */
static void read_purposes(struct screen *screen)
{
    struct giving *giving = screen->data;
    struct reading reading = {giving, screen->desk};

    tickets_queues_read(&giving->queues, screen->desk);
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < giving->queues.count; i++)
            if (giving->queues.items[i].own == (own == 1))
                add_purpose(giving, giving->queues.items[i].title, NULL, i);
    if (giving->queues.count > 0)
        catalogue_each(screen->desk->catalogue, RECORD_SERVICE, add_service, &reading, NULL);
}

static void find(struct giving *giving)
{
    const char *typed = fields_text(giving->fields, ROW_FOR);
    char *folded = text_fold(typed, strlen(typed));
    size_t count = 0;

    for (size_t i = 0; i < giving->count && count < MATCHES_LIMIT && folded != NULL; i++)
        if (giving->purposes[i].folded != NULL &&
            text_has_words(giving->purposes[i].folded, folded))
            giving->matches[count++] = i;
    free(folded);
    list_set_count(&giving->list, count);
}

/* --- opening and closing --------------------------------------------------------------------- */

static void giving_close(struct screen *screen)
{
    struct giving *giving = screen->data;

    for (size_t i = 0; i < giving->count; i++) {
        free(giving->purposes[i].title);
        free(giving->purposes[i].folded);
        free(giving->purposes[i].service);
    }
    tickets_queues_free(&giving->queues);
    fields_free(giving->fields);
    free(giving);
}

static int giving_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct giving *giving = calloc(1, sizeof(*giving));

    if (giving == NULL || (giving->fields = fields_new(rows)) == NULL) {
        free(giving);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = giving;
    fields_set(giving->fields, ROW_LANGUAGE, language_now());
    fields_set(giving->fields, ROW_FOR, json_text_or(arguments, "argument", ""));
    fields_restore(giving->fields, json_object_get(arguments, "fields"));
    read_purposes(screen);
    find(giving);
    tickets_rolls_keep(screen->desk, true);
    return 0;
}

static json_t *giving_save(const struct screen *screen)
{
    const struct giving *giving = screen->data;

    return json_pack("{s:o}", "fields", fields_save(giving->fields));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_match(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct giving *giving = context;
    const struct ticket_purpose *purpose = &giving->purposes[giving->matches[index]];
    const struct tickets_queue *queue = &giving->queues.items[purpose->queue];
    int split = row->columns * 62 / 100;

    (void)selected;
    paint_text(row, 0, 1, split - 2, purpose->service == NULL ? PAINT_VALUE : PAINT_TEXT,
               purpose->title);
    paint_format(row, 0, split, -1, PAINT_DIM, "%s · %s", queue->rules.letter, queue->title);
}

static void giving_draw(struct screen *screen, const struct paint *paint)
{
    struct giving *giving = screen->data;
    struct paint rest = paint_part(paint, ROW_COUNT + 2, 0, -1, -1);

    paint_heading(paint, ROW_COUNT + 1, _("Queues and services here"));
    if (giving->list.count == 0)
        paint_text(&rest, 0, 0, -1, PAINT_DIM, _("Nothing here is called so."));
    list_draw(&giving->list, &rest, 1, false, draw_match, giving);
    if (giving->list.count > 0)
        paint_restyle(&rest, (int)(giving->list.selected - giving->list.top), 0, -1,
                      PAINT_SELECTION);
    for (int row = 0; row < ROW_COUNT; row++) {
        struct paint line = paint_part(paint, row, 0, 1, -1);

        fields_draw(giving->fields, (size_t)row, &line, LABEL_WIDTH,
                    fields_focus(giving->fields) == (size_t)row);
    }
}

/* --- giving ---------------------------------------------------------------------------------- */

static bool read_appointment(struct screen *screen, int64_t *ms)
{
    struct giving *giving = screen->data;
    const char *typed = fields_text(giving->fields, ROW_APPOINTMENT);

    *ms = *typed == '\0' ? 0 : tickets_moment(screen->desk, typed);
    if (*typed == '\0' || *ms != 0)
        return true;
    ui_tell(screen->ui, UI_FAILED, "%s", _("An appointment is a time of today: 10:30"));
    fields_focus_set(giving->fields, ROW_APPOINTMENT);
    ui_stop_ahead(screen->ui);
    return false;
}

static void tell_given(struct screen *screen, const struct record *ticket,
                       const struct tickets_queue *queue)
{
    struct ticket_list list = {0};
    struct ticket_figures figures;
    int64_t now = desk_now(screen->desk);
    size_t ahead;

    if (ticket_list_read(&list, screen->desk->store, desk_office(screen->desk),
                         record_text(ticket, "day"), now, NULL) != 0)
        return;
    ahead = tickets_ahead(&list, ticket);
    ticket_figures_read(&figures, &list, queue->key, &queue->rules, now);
    ui_tell(screen->ui, UI_DONE, _("%1$s for %2$s: %3$zu before it, ~%4$lld min. p prints."),
            record_text(ticket, "number"), queue->title, ahead,
            (long long)(ticket_estimate_ms(&figures, ahead) / 60000));
    ticket_list_free(&list);
}

static int give(struct screen *screen, struct ticket_draft *draft, const char *letter,
                struct id *id, struct error *error)
{
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    char day[CALENDAR_DAY_SIZE], number[TICKET_NUMBER_SIZE];
    int code;

    tickets_day(screen->desk, day);
    tickets_rolls_keep(screen->desk, true);
    code = ticket_number_next(&author, screen->desk->store, day, letter, number, error);
    if (code == ERROR_NOT_FOUND)
        return error_set(error, code, "%s",
                         _("this terminal has no number yet: they come with the link, try again"));
    draft->day = day;
    draft->number = number;
    if (code == 0)
        code = ticket_issue(&batch, &author, draft, id, error);
    if (code == 0)
        code = desk_apply(screen->desk, &batch, error);
    batch_clear(&batch);
    tickets_rolls_keep(screen->desk, true);
    return code;
}

static void run_give(struct screen *screen, const char *argument)
{
    struct giving *giving = screen->data;
    const struct tickets_queue *queue;
    const struct ticket_purpose *purpose;
    struct ticket_draft draft = {.need = fields_text(giving->fields, ROW_NEED)};
    struct error error = ERROR_INIT;
    struct record *ticket;
    struct id id;

    (void)argument;
    if (giving->list.count == 0 || !read_appointment(screen, &draft.appointment_ms))
        return;
    purpose = &giving->purposes[giving->matches[giving->list.selected]];
    queue = &giving->queues.items[purpose->queue];
    draft.queue = queue->key;
    draft.service = purpose->service;
    draft.priority = *fields_text(giving->fields, ROW_PRIORITY) - '0';
    if (strcmp(fields_text(giving->fields, ROW_LANGUAGE), "other") != 0)
        draft.language = fields_text(giving->fields, ROW_LANGUAGE);
    if (give(screen, &draft, queue->rules.letter, &id, &error) != 0) {
        ui_tell_error(screen->ui, &error);
        ui_stop_ahead(screen->ui);
        return;
    }
    ticket = work_get(screen->desk, RECORD_TICKET, id.text, NULL);
    if (ticket != NULL)
        tell_given(screen, ticket, queue);
    record_free(ticket);
    screen_finish(screen, json_pack("{s:s}", "ticket", id.text));
}

static bool giving_key(struct screen *screen, const struct input *input)
{
    struct giving *giving = screen->data;
    enum fields_answer answer;

    if (input->code == INPUT_ENTER)
        return false; /* of the keys: gives it, wherever the cursor is */
    if (fields_focus(giving->fields) == ROW_FOR && list_key(&giving->list, input, false))
        return true;
    answer = fields_key(giving->fields, input);
    if (answer == FIELDS_CHANGED) {
        find(giving);
        if (fields_focus(giving->fields) == ROW_FOR)
            list_select(&giving->list, 0);
    }
    return answer != FIELDS_UNUSED;
}

static const struct screen_key giving_keys[] = {
    {INPUT_ENTER, N_("Give"), N_("Gives a ticket for what is marked."), NULL, run_give},
    {INPUT_TAB, N_("Next field"),
     N_("Goes to language, priority, appointment and access; arrows choose."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_ticket_new;
const struct screen_kind screen_ticket_new = {
    .name = "ticket-new",
    .title = N_("New ticket"),
    .help = N_("Gives a ticket for a queue or a service of this office. Enter gives it at once; "
               "its number is known also without the link."),
    .keys = giving_keys,
    .open = giving_open,
    .close = giving_close,
    .draw = giving_draw,
    .key = giving_key,
    .save = giving_save,
};
