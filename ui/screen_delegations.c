/* Who acts for the client that is open, and for whom the client acts: seen, added, ended. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_index.h"
#include "app/delegation.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

#define LABEL_WIDTH 15
#define MOST        20

enum { ROW_WHO, ROW_ROLE, ROW_PROOF, ROW_UNTIL, ROW_LEVEL, ROW_COUNT };

static const char *const levels[] = {"verified", "basic", "none", NULL};

static const struct fields_row rows[] = {
    [ROW_WHO] = {"who", N_("Who acts"), FIELDS_LINE, 200, NULL, NULL},
    [ROW_ROLE] = {"role", N_("Role"), FIELDS_LINE, 200, NULL, NULL},
    [ROW_PROOF] = {"proof", N_("Proof"), FIELDS_LINE, 400, NULL, NULL},
    [ROW_UNTIL] = {"until", N_("Last day"), FIELDS_LINE, 40, NULL, NULL},
    [ROW_LEVEL] = {"level", N_("Identity"), FIELDS_CHOICE, 0, levels, format_word},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct delegating {
    struct record *client;        /* owned */
    struct record *entries[MOST]; /* delegations; owned */
    struct client_index *index;   /* owned */
    struct fields *fields;        /* owned */
    struct client_hit who;        /* the best of what is typed */
    struct list list;
    bool found;    /* `who` is somebody */
    bool choosing; /* the focus is on the list */
    char name[WORK_NAME_SIZE];
};

static void entries_clear(struct delegating *delegating)
{
    for (size_t i = 0; i < delegating->list.count; i++)
        record_free(delegating->entries[i]);
    list_set_count(&delegating->list, 0);
}

static int add_entry(void *context, const struct record *record, enum store_pending pending)
{
    struct delegating *delegating = context;
    size_t count = delegating->list.count;

    (void)pending;
    if (count == MOST)
        return 0;
    delegating->entries[count] = record_copy(record);
    if (delegating->entries[count] == NULL)
        return ERROR_MEMORY;
    list_set_count(&delegating->list, count + 1);
    return 0;
}

static void find_who(struct delegating *delegating)
{
    delegating->found =
        client_index_find(delegating->index, fields_text(delegating->fields, ROW_WHO),
                          &delegating->who, 1) == 1;
}

static void delegating_read(struct screen *screen)
{
    struct delegating *delegating = screen->data;
    struct store *store = screen->desk->store;
    struct client_index *index;
    struct error error = ERROR_INIT;
    size_t selected = delegating->list.selected;

    entries_clear(delegating);
    if (delegation_each(store, &delegating->client->id, false, add_entry, delegating, &error) !=
            0 ||
        delegation_each(store, &delegating->client->id, true, add_entry, delegating, &error) != 0)
        ui_tell_error(screen->ui, &error);
    if (selected < delegating->list.count)
        list_select(&delegating->list, selected);
    delegating->choosing = delegating->choosing && delegating->list.count > 0;
    if (client_index_new(&index, store, &error) == 0) {
        client_index_free(delegating->index);
        delegating->index = index;
        find_who(delegating);
    }
}

static void delegating_close(struct screen *screen)
{
    struct delegating *delegating = screen->data;

    entries_clear(delegating);
    record_free(delegating->client);
    client_index_free(delegating->index);
    fields_free(delegating->fields);
    free(delegating);
}

static int delegating_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct delegating *delegating = calloc(1, sizeof(*delegating));
    int code;

    if (delegating == NULL || (delegating->fields = fields_new(rows)) == NULL) {
        free(delegating);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = delegating;
    delegating->client = work_get_client(
        screen->desk, json_text_or(arguments, "client", screen->desk->open.client.text));
    code = delegating->client != NULL
               ? client_index_new(&delegating->index, screen->desk->store, error)
               : error_set(error, ERROR_NOT_FOUND, "%s", _("no client is open: F3 finds one"));
    if (code != 0) {
        delegating_close(screen);
        return code;
    }
    work_client_name(delegating->client, delegating->name, sizeof(delegating->name));
    fields_restore(delegating->fields, json_object_get(arguments, "fields"));
    delegating_read(screen);
    return 0;
}

static json_t *delegating_save(const struct screen *screen)
{
    const struct delegating *delegating = screen->data;

    return json_pack("{s:s, s:o}", "client", delegating->client->id.text, "fields",
                     fields_save(delegating->fields));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_entry(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct delegating *delegating = screen->data;
    char text[3 * WORK_NAME_SIZE];
    enum paint_style style;

    (void)selected;
    style = work_delegation_text(screen->desk, delegating->entries[index], &delegating->client->id,
                                 text, sizeof(text));
    paint_text(row, 0, 1, -1, style, text);
}

static void delegating_draw(struct screen *screen, const struct paint *paint)
{
    struct delegating *delegating = screen->data;
    int room = paint->rows - ROW_COUNT - 5;
    struct paint entries = paint_part(paint, 1, 0, room, -1);

    if (delegating->list.count == 0)
        paint_text(paint, 1, 1, -1, PAINT_DIM,
                   _("Nobody acts for this client, nor the client for anybody."));
    else
        list_draw(&delegating->list, &entries, 1, delegating->choosing, draw_entry, screen);
    paint_heading(paint, room + 1, _("Somebody who acts for this client"));
    for (int i = 0; i < ROW_COUNT; i++) {
        struct paint row = paint_part(paint, room + 2 + i, 0, 1, -1);

        fields_draw(delegating->fields, (size_t)i, &row, LABEL_WIDTH, !delegating->choosing);
    }
    if (delegating->found) {
        char line[WORK_NAME_SIZE];

        work_client_line(delegating->who.client, line, sizeof(line));
        paint_format(paint, room + 3 + ROW_COUNT, 0, -1, PAINT_VALUE, _("Who acts: %s"), line);
    } else if (*fields_text(delegating->fields, ROW_WHO) != '\0') {
        paint_text(paint, room + 3 + ROW_COUNT, 0, -1, PAINT_WARNING,
                   _("No such client on this terminal: make their file with F3 first."));
    }
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_add(struct screen *screen, const char *argument)
{
    struct delegating *delegating = screen->data;
    struct author author = desk_author(screen->desk);
    struct delegation_draft draft = {
        .client = delegating->client->id,
        .role = fields_text(delegating->fields, ROW_ROLE),
        .proof = fields_text(delegating->fields, ROW_PROOF),
        .until = fields_text(delegating->fields, ROW_UNTIL),
        .level = fields_text(delegating->fields, ROW_LEVEL),
    };
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;
    int code;

    (void)argument;
    if (delegating->found)
        draft.delegate = delegating->who.client->id;
    code = delegation_make(&batch, &author, &draft, &id, &error);
    if (code == ERROR_INVALID) {
        bool who = strncmp(error.message, "delegate", 8) == 0;
        bool proof = strncmp(error.message, "proof", 5) == 0;

        fields_focus_set(delegating->fields, who ? ROW_WHO : proof ? ROW_PROOF : ROW_UNTIL);
        ui_tell(screen->ui, UI_FAILED, "%s",
                who     ? _("Who acts is another client, who is on this terminal.")
                : proof ? _("Say which proof you have seen.")
                        : _("The last day is written like 2027-05-31."));
        ui_stop_ahead(screen->ui);
        return;
    }
    if (!work_apply(screen, &batch, code, &error))
        return;
    fields_clear(delegating->fields);
    delegating_read(screen);
    ui_tell(screen->ui, UI_DONE, "%s", _("It is noted who acts for this client."));
}

static void run_end(struct screen *screen, const char *argument)
{
    struct delegating *delegating = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    (void)argument;
    if (delegating->list.count == 0)
        return;
    code = delegation_end(&batch, &author, delegating->entries[delegating->list.selected], &error);
    if (code == ERROR_CONFLICT) {
        ui_tell(screen->ui, UI_NOTE, "%s", _("That has ended already."));
        return;
    }
    if (work_apply(screen, &batch, code, &error)) {
        delegating_read(screen);
        ui_tell(screen->ui, UI_DONE, "%s", _("That has ended now."));
    }
}

static bool delegating_key(struct screen *screen, const struct input *input)
{
    struct delegating *delegating = screen->data;
    size_t focus = fields_focus(delegating->fields);

    if (delegating->choosing) {
        if (input->code == INPUT_TAB || (input->code == INPUT_DOWN &&
                                         delegating->list.selected + 1 == delegating->list.count)) {
            delegating->choosing = false;
            return true;
        }
        return list_key(&delegating->list, input, true);
    }
    if (input->code == INPUT_UP && focus == 0 && delegating->list.count > 0) {
        delegating->choosing = true;
        return true;
    }
    switch (fields_key(delegating->fields, input)) {
    case FIELDS_UNUSED:
        return false;
    case FIELDS_CHANGED:
        find_who(delegating);
        return true;
    default:
        return true;
    }
}

static const struct screen_key delegating_keys[] = {
    {INPUT_CONTROL('X'), N_("Add"), N_("Notes who acts for the client, by which proof."), NULL,
     run_add},
    {INPUT_CONTROL('U'), N_("End"), N_("Ends the marked one: from now on they do not act."), NULL,
     run_end},
    {INPUT_UP, N_("List"), N_("Goes from the first field to those who act already."), NULL, NULL},
    {0},
};

static const char *delegating_subject(struct screen *screen)
{
    const struct delegating *delegating = screen->data;

    return delegating->name;
}

static struct screen_about delegating_about(const struct screen *screen)
{
    const struct delegating *delegating = screen->data;

    return work_about(delegating->client);
}

extern const struct screen_kind screen_delegations;
const struct screen_kind screen_delegations = {
    .name = "delegations",
    .title = N_("Who acts"),
    .help = N_("Who may act for this client - for a business, a child, somebody under guardianship "
               "- by which proof and until when. What has expired does not count."),
    .command = N_("delegates"),
    .file = {.member = "client", .type = RECORD_CLIENT, .open = true},
    .keys = delegating_keys,
    .open = delegating_open,
    .close = delegating_close,
    .draw = delegating_draw,
    .key = delegating_key,
    .save = delegating_save,
    .changed = delegating_read,
    .subject = delegating_subject,
    .about = delegating_about,
};
