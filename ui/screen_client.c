/* A client's details: a new one, with those who are likely the same, or a known one to mend. */
#include "ui/screen_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_index.h"
#include "app/client_merge.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/client_likely.h"
#include "ui/conflict_words.h"
#include "ui/elsewhere.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"
#include "ui/work_file.h"

#define DRAFT       "client/new"
#define LIKELY      5
#define SHOWN       6 /* of these and of those of other offices, at once */
#define LABEL_WIDTH 15

enum {
    ROW_NAME,
    ROW_LANGUAGE,
    ROW_PHONE,
    ROW_EMAIL,
    ROW_POSTAL_CODE,
    ROW_ADDRESS,
    ROW_BIRTH_DATE,
    ROW_INTERPRETER,
    ROW_ACCESSIBILITY,
    ROW_KIND,
    ROW_COUNT
};

static const char *const languages[] = {"fr", "en", NULL};
static const char *const kinds[] = {"person", "business", NULL};

static const struct fields_row rows[] = {
    [ROW_NAME] = {"name", N_("Name"), FIELDS_LINE, 400, NULL, NULL},
    [ROW_LANGUAGE] = {"language", N_("Language"), FIELDS_CHOICE, 0, languages, work_language},
    [ROW_PHONE] = {"phone", N_("Phone"), FIELDS_LINE, 64, NULL, NULL},
    [ROW_EMAIL] = {"email", N_("E-mail"), FIELDS_LINE, 320, NULL, NULL},
    [ROW_POSTAL_CODE] = {"postal_code", N_("Postal code"), FIELDS_LINE, 16, NULL, NULL},
    [ROW_ADDRESS] = {"address", N_("Address"), FIELDS_LINE, 1000, NULL, NULL},
    [ROW_BIRTH_DATE] = {"birth_date", N_("Birth date"), FIELDS_LINE, 40, NULL, NULL},
    [ROW_INTERPRETER] = {"interpreter", N_("Interpreter"), FIELDS_LINE, 35, NULL, NULL},
    [ROW_ACCESSIBILITY] = {"accessibility", N_("Needs"), FIELDS_LINE, 400, NULL, NULL},
    [ROW_KIND] = {"kind", N_("Kind"), FIELDS_CHOICE, 0, kinds, format_word},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct client {
    struct record *record;      /* owned; NULL for a new one */
    struct client_index *index; /* owned */
    struct fields *fields;      /* owned */
    struct client_hit likely[LIKELY];
    size_t found;                 /* how many of them */
    struct elsewhere *elsewhere;  /* owned: those of other offices, below them */
    struct list list;             /* of the likely ones */
    struct conflict_words values; /* of the field that two set, */
    size_t two_set;               /* ROW_COUNT: there is none */
    bool choosing;                /* the focus is on that list */
    bool touched;                 /* something was typed */
    bool done;                    /* written: no draft to keep */
};

static struct client_details details_of(const struct client *client)
{
    return (struct client_details){
        .kind = fields_text(client->fields, ROW_KIND),
        .name = fields_text(client->fields, ROW_NAME),
        .language = fields_text(client->fields, ROW_LANGUAGE),
        .interpreter = fields_text(client->fields, ROW_INTERPRETER),
        .accessibility = fields_text(client->fields, ROW_ACCESSIBILITY),
        .phone = fields_text(client->fields, ROW_PHONE),
        .email = fields_text(client->fields, ROW_EMAIL),
        .address = fields_text(client->fields, ROW_ADDRESS),
        .postal_code = fields_text(client->fields, ROW_POSTAL_CODE),
        .birth_date = fields_text(client->fields, ROW_BIRTH_DATE),
    };
}

static void count_likely(struct client *client)
{
    list_set_count(&client->list, client->found + elsewhere_count(client->elsewhere));
    if (client->list.count == 0)
        client->choosing = false;
}

static void find_likely(struct client *client)
{
    struct client_details details = details_of(client);
    const struct id *own = client->record != NULL ? &client->record->id : NULL;

    client->found = client_index_likely(client->index, &details, own, client->likely, LIKELY);
    if (client->elsewhere != NULL && (client->record == NULL || client->touched))
        elsewhere_details(client->elsewhere, &details, own);
    count_likely(client);
}

/* --- opening --------------------------------------------------------------------------------- */

static void fill_from_record(struct client *client)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        fields_set(client->fields, i, record_text(client->record, rows[i].name));
}

static void fill_new(struct screen *screen, const json_t *arguments)
{
    struct client *client = screen->data;
    json_t *draft = desk_draft_get(screen->desk, DRAFT);
    const char *typed = json_text_or(arguments, "name", "");

    fields_set(client->fields, ROW_LANGUAGE, language_now());
    if (draft != NULL) {
        fields_restore(client->fields, draft);
        ui_tell(screen->ui, UI_NOTE, "%s",
                _("The client begun before is back. Ctrl-R empties the fields."));
    } else if (strchr(typed, '@') != NULL) {
        fields_set(client->fields, ROW_EMAIL, typed);
    } else {
        fields_set(client->fields,
                   typed[strcspn(typed, "0123456789")] != '\0' ? ROW_PHONE : ROW_NAME, typed);
    }
    json_decref(draft);
}

static void client_close(struct screen *screen)
{
    struct client *client = screen->data;

    if (client->record == NULL && client->fields != NULL) {
        json_t *draft =
            !client->done && !fields_is_empty(client->fields) ? fields_save(client->fields) : NULL;

        desk_draft_put(screen->desk, DRAFT, draft, NULL);
        json_decref(draft);
    }
    record_free(client->record);
    client_index_free(client->index);
    elsewhere_free(client->elsewhere);
    fields_free(client->fields);
    free(client);
}

static int client_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct client *client = calloc(1, sizeof(*client));
    const char *id = json_text_or(arguments, "id", "");
    int code = 0;

    if (client == NULL || (client->fields = fields_new(rows)) == NULL) {
        free(client);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = client;
    client->two_set = ROW_COUNT;
    if (*id != '\0' && (client->record = work_get(screen->desk, RECORD_CLIENT, id, NULL)) == NULL)
        code = error_set(error, ERROR_NOT_FOUND, "%s", id);
    if (code == 0)
        code = client_index_new(&client->index, screen->desk->store, error);
    /* Who may not look there is warned of those here. */
    if (code == 0 && desk_may(screen->desk, PERMISSION_SEARCH_ALL) &&
        (client->elsewhere = elsewhere_new(screen->desk, QUESTION_LIKELY, RECORD_CLIENT)) == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (code != 0) {
        client->done = true;
        client_close(screen);
        return code;
    }
    if (client->record != NULL) {
        work_look(screen, &client->record->id, NULL);
        fill_from_record(client);
    } else if (json_object_get(arguments, "fields") == NULL) {
        fill_new(screen, arguments);
    }
    fields_restore(client->fields, json_object_get(arguments, "fields"));
    find_likely(client);
    return 0;
}

static json_t *client_save(const struct screen *screen)
{
    const struct client *client = screen->data;

    return json_pack("{s:s, s:o}", "id", client->record != NULL ? client->record->id.text : "",
                     "fields", fields_save(client->fields));
}

static void reindex(struct screen *screen)
{
    struct client *client = screen->data;
    struct client_index *index;

    if (client_index_new(&index, screen->desk->store, NULL) != 0)
        return;
    client_index_free(client->index);
    client->index = index;
    find_likely(client);
}

/* The record as it stands now, in the fields too: what was not typed over follows. */
static void reread(struct screen *screen)
{
    struct client *client = screen->data;
    struct record *record = work_get(screen->desk, RECORD_CLIENT, client->record->id.text, NULL);

    if (record == NULL)
        return;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(fields_text(client->fields, i), record_text(client->record, rows[i].name)) == 0)
            fields_set(client->fields, i, record_text(record, rows[i].name));
    record_free(client->record);
    client->record = record;
    reindex(screen);
}

/* What somebody else wrote where the agent has typed was not seen by them: the record that they
 * know stays, so that both values are told of (merge.h). */
static bool hides(const struct client *client, const struct record *record)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(fields_text(client->fields, i), record_text(client->record, rows[i].name)) !=
                0 &&
            strcmp(record_text(record, rows[i].name), record_text(client->record, rows[i].name)) !=
                0)
            return true;
    return false;
}

static void client_changed(struct screen *screen)
{
    const struct client *client = screen->data;
    struct record *now = client->record == NULL
                             ? NULL
                             : work_get(screen->desk, RECORD_CLIENT, client->record->id.text, NULL);

    if (now != NULL && !hides(client, now))
        reread(screen);
    else
        reindex(screen);
    record_free(now);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_likely(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct client *client = screen->data;

    (void)selected;
    if (index < client->found)
        client_likely_draw(row, &client->likely[index]);
    else
        client_likely_elsewhere_draw(screen->desk, row, client->elsewhere, index - client->found);
}

static void client_draw(struct screen *screen, const struct paint *paint)
{
    struct client *client = screen->data;
    int likely = (int)(client->list.count < SHOWN ? client->list.count : SHOWN);
    int room = likely > 0 ? paint->rows - likely - 2 : paint->rows;
    int first = 1;

    work_pin_draw(screen->desk, client->record, paint);
    client->two_set = conflict_words_find(screen->desk, client->record, rows,
                                          fields_focus(client->fields), &client->values);
    if (client->two_set < ROW_COUNT) {
        conflict_words_draw_of(paint, _(rows[client->two_set].label), &client->values);
        first += CONFLICT_WORDS_ROWS;
    }
    int shown = room - first < ROW_COUNT ? room - first : ROW_COUNT;
    int focus = (int)fields_focus(client->fields);
    int top = focus >= shown ? focus - shown + 1 : 0;

    if (shown < 3) {
        shown = 3;
        top = focus >= shown ? focus - shown + 1 : 0;
    }
    for (int i = 0; i < shown && top + i < ROW_COUNT; i++) {
        struct paint row = paint_part(paint, first + i, 0, 1, -1);

        fields_draw(client->fields, (size_t)(top + i), &row, LABEL_WIDTH, !client->choosing);
    }
    if (likely > 0) {
        struct paint area = paint_part(paint, first + shown + 1, 0, likely, -1);

        paint_heading(paint, first + shown,
                      language_plural("Known already? Down to choose, Enter to take",
                                      "Known already? Down to choose, Enter to take", likely));
        list_draw(&client->list, &area, 1, client->choosing, draw_likely, screen);
    }
}

/* --- keys ------------------------------------------------------------------------------------ */

/* What a field must hold, in the screen's language. */
static const char *const rules[ROW_COUNT] = {
    [ROW_NAME] = N_("A name, a phone number or an e-mail address is needed."),
    [ROW_PHONE] = N_("A phone number has at least 3 digits."),
    [ROW_EMAIL] = N_("An e-mail address is written like name@example.ca."),
    [ROW_BIRTH_DATE] = N_("A birth date is written like 1980-05-31."),
};

/* Goes to the field that the error names, and says its rule. */
static void go_to_fault(struct screen *screen, const struct error *error)
{
    struct client *client = screen->data;

    for (size_t row = 0; row < ROW_COUNT; row++) {
        size_t length = strlen(rows[row].name);

        if (rules[row] == NULL || strncmp(error->message, rows[row].name, length) != 0 ||
            error->message[length] != ':')
            continue;
        client->choosing = false;
        fields_focus_set(client->fields, row);
        ui_tell(screen->ui, UI_FAILED, "%s", _(rules[row]));
    }
}

static void run_save(struct screen *screen, const char *argument)
{
    struct client *client = screen->data;
    struct author author = desk_author(screen->desk);
    struct client_details details = details_of(client);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;
    int code;

    (void)argument;
    if (client->record != NULL) {
        id = client->record->id;
        code = client_change(&batch, &author, client->record, &details, &error);
    } else {
        code = client_new(&batch, &author, &details, &id, &error);
    }
    if (!work_apply(screen, &batch, code, &error)) {
        go_to_fault(screen, &error);
        ui_stop_ahead(screen->ui);
        return;
    }
    client->done = true;
    screen_finish(screen, json_pack("{s:s}", "client", id.text));
}

static void run_conflict(struct screen *screen, const char *argument)
{
    (void)argument;
    conflict_words_ask(screen, _(rows[((const struct client *)screen->data)->two_set].label));
}

static void run_empty(struct screen *screen, const char *argument)
{
    struct client *client = screen->data;

    (void)argument;
    fields_clear(client->fields);
    if (client->record != NULL)
        fill_from_record(client);
    find_likely(client);
}

/* The same person: on with that client, or, of a file that is there already, the two as one. */
static void choose(struct screen *screen, const struct id *id)
{
    struct client *client = screen->data;

    if (client->record != NULL) {
        ui_open(screen->ui, "client-merge",
                json_pack("{s:s, s:s}", "client", client->record->id.text, "into", id->text));
        return;
    }
    client->done = true;
    screen_finish(screen, json_pack("{s:s}", "client", id->text));
}

/* Two files have become one: on with the one that stays; or one came apart again. */
static void client_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct client *client = screen->data;
    const char *stays = json_text_or(answer, "client", "");
    struct id id;

    if (client->two_set < ROW_COUNT &&
        conflict_words_answer(screen, client->record, rows[client->two_set].name, from, answer)) {
        reread(screen);
        return;
    }
    if (elsewhere_answer(screen, client->elsewhere, from, answer))
        return;
    if (strcmp(from, "fetch") == 0 && id_parse(&id, json_text_or(answer, "id", "")))
        choose(screen, &id);
    if (*stays == '\0')
        return;
    if (strcmp(from, "client-unmerge") == 0) {
        reread(screen);
    } else if (strcmp(from, "client-merge") == 0 || strcmp(from, "client-pick") == 0) {
        client->done = true;
        screen_finish(screen, json_pack("{s:s}", "client", stays));
    }
}

/* Opens a screen about the client who is on file. */
static void open_about(struct screen *screen, const char *name)
{
    const struct client *client = screen->data;

    ui_open(screen->ui, name, json_pack("{s:s}", "client", client->record->id.text));
}

/* A file that is merged into this one comes apart again; of several, which one is asked. */
static void run_unmerge(struct screen *screen, const char *argument)
{
    struct client *client = screen->data;
    struct client_group group;
    struct error error = ERROR_INIT;

    (void)argument;
    if (client_group_read(screen->desk->store, &client->record->id, &group, &error) != 0)
        ui_tell_error(screen->ui, &error);
    else if (group.count == 1)
        ui_tell(screen->ui, UI_NOTE, "%s", _("No file is merged into this one."));
    else if (group.count > 2)
        open_about(screen, "client-unmerge");
    else if (client_take_apart(screen, &group.ids[1]))
        reread(screen);
}

static void run_merge_with(struct screen *screen, const char *argument)
{
    (void)argument;
    open_about(screen, "client-pick");
}

static void run_file(struct screen *screen, const char *argument)
{
    (void)argument;
    open_about(screen, "client-file");
}

static bool choose_key(struct screen *screen, const struct input *input)
{
    struct client *client = screen->data;

    if (input->code == INPUT_UP && client->list.selected == 0) {
        client->choosing = false;
        return true;
    }
    if (list_key(&client->list, input, true))
        return true;
    if (input->code == INPUT_TAB || input->code == INPUT_BACK_TAB) {
        client->choosing = false;
        return true;
    }
    if (input->code != INPUT_ENTER)
        return false;
    if (client->list.selected < client->found)
        choose(screen, &client->likely[client->list.selected].client->id);
    else
        elsewhere_open(screen, client->elsewhere, client->list.selected - client->found);
    return true;
}

static bool client_key(struct screen *screen, const struct input *input)
{
    struct client *client = screen->data;

    if (client->choosing)
        return choose_key(screen, input);
    if (input->code == INPUT_DOWN && fields_focus(client->fields) + 1 == ROW_COUNT &&
        client->list.count > 0) {
        client->choosing = true;
        return true;
    }
    switch (fields_key(client->fields, input)) {
    case FIELDS_UNUSED:
        return false;
    case FIELDS_CHANGED:
        client->touched = true;
        find_likely(client);
        return true;
    case FIELDS_DONE:
        run_save(screen, "");
        return true;
    case FIELDS_FULL:
        ui_tell(screen->ui, UI_FAILED, _("That does not fit: at most %zu bytes."),
                rows[fields_focus(client->fields)].limit);
        return true;
    case FIELDS_USED:
        return true;
    }
    return false;
}

static void run_task(struct screen *screen, const char *argument)
{
    const struct client *client = screen->data;

    (void)argument;
    ui_open(screen->ui, "task-new", json_pack("{s:s}", "client", client->record->id.text));
}

static void client_tick(struct screen *screen)
{
    struct client *client = screen->data;

    if (client->elsewhere != NULL && elsewhere_tick(client->elsewhere))
        count_likely(client);
}

static void client_wake(struct screen *screen)
{
    struct client *client = screen->data;

    if (client->elsewhere != NULL && elsewhere_wake(client->elsewhere))
        count_likely(client);
}

static const struct screen_key client_screen_keys[] = {
    {INPUT_CONTROL('X'), N_("Save"), N_("Saves the client and goes on."), N_("save"), run_save},
    {INPUT_CONTROL('N'), N_("Two values"),
     N_("Chooses between the two values of a field that two have set at the same time."),
     N_("two-values"), run_conflict},
    {INPUT_TAB, N_("Next"), N_("Goes to the next field; Shift-Tab to the one before."), NULL, NULL},
    {INPUT_CONTROL('F'), N_("All of it"),
     N_("Shows everything on this client: cases, and what belongs to none."), NULL, run_file},
    {INPUT_CONTROL('O'), N_("Merge with"),
     N_("Finds another file of this client, to make the two one."), N_("merge-with"),
     run_merge_with},
    {INPUT_CONTROL('V'), N_("Task"), N_("Notes what is to be done for this client."), NULL,
     run_task},
    {INPUT_CONTROL('P'), NULL, N_("Takes back the merge of another file into this one."),
     N_("unmerge"), run_unmerge},
    {INPUT_CONTROL('R'), NULL, N_("Empties the fields, or puts back what is on file."), NULL,
     run_empty},
    {0},
};

/* A client who is not on file yet has none of these. */
static bool client_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct client *client = screen->data;

    if (key->run == run_conflict)
        return client->two_set < ROW_COUNT;
    return client->record != NULL || (key->run != run_file && key->run != run_merge_with &&
                                      key->run != run_unmerge && key->run != run_task);
}

static struct screen_about client_about(const struct screen *screen)
{
    const struct client *client = screen->data;

    return work_about(client->record);
}

/* Only what was changed here: the rest is the client's file. */
static char *client_forget(struct screen *screen)
{
    struct client *client = screen->data;
    struct text_buffer typed = {0};

    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind != FIELDS_CHOICE &&
            strcmp(fields_text(client->fields, i), record_text(client->record, rows[i].name)) != 0)
            text_buffer_add_format(&typed, "%s%s", typed.length > 0 ? "\n" : "",
                                   fields_text(client->fields, i));
    return text_buffer_take(&typed);
}

extern const struct screen_kind screen_client;
const struct screen_kind screen_client = {
    .name = "client",
    .title = N_("Client"),
    .help = N_("Who the client is and how to reach them. Clients who are likely the same are shown "
               "while you type: take one of them rather than making a second file."),
    .file = {.member = "id", .type = RECORD_CLIENT, .typed = true},
    .keys = client_screen_keys,
    .offers = client_offers,
    .open = client_open,
    .close = client_close,
    .draw = client_draw,
    .key = client_key,
    .save = client_save,
    .changed = client_changed,
    .answer = client_answer,
    .tick = client_tick,
    .wake = client_wake,
    .about = client_about,
    .forget = client_forget,
};
