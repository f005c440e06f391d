#include "ui/screen_contact.h"

#include <stdio.h>
#include <string.h>

#include "app/client.h"
#include "app/contact.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work_file.h"

/* Those of other offices stand below: what is marked stays so when they come. */
static void count_hits(struct contact *contact)
{
    list_set_count(&contact->list, contact->found + elsewhere_count(contact->elsewhere));
}

static void find(struct contact *contact)
{
    contact->found = contact->index == NULL
                         ? 0
                         : client_index_find(contact->index, editor_text(contact->query),
                                             contact->hits, CONTACT_HITS);
    elsewhere_typed(contact->elsewhere, editor_text(contact->query), contact->found);
    count_hits(contact);
}

void contact_search_read(struct screen *screen)
{
    struct contact *contact = screen->data;
    struct client_index *index;
    struct error error = ERROR_INIT;

    if (client_index_new(&index, screen->desk->store, &error) != 0) {
        ui_tell_error(screen->ui, &error);
        return;
    }
    client_index_free(contact->index);
    contact->index = index;
    find(contact);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_hit(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct screen *screen = context;
    const struct contact *contact = screen->data;
    const struct record *client;
    int width = row->columns * 2 / 5;
    char name[WORK_NAME_SIZE];

    (void)selected;
    if (index >= contact->found) {
        elsewhere_draw(screen->desk, elsewhere_hit(contact->elsewhere, index - contact->found),
                       row);
        return;
    }
    client = contact->hits[index].client;
    work_pin_mark(screen->desk, RECORD_CLIENT, &client->id, row);
    work_client_name(client, name, sizeof(name));
    if (contact->hits[index].found_as != NULL) {
        size_t used = strlen(name);

        snprintf(name + used, sizeof(name) - used, " (%s)",
                 record_text(contact->hits[index].found_as, "name"));
    }
    paint_text(row, 0, 1, width, PAINT_TEXT, name);
    paint_text(row, 0, width + 2, 14, PAINT_DIM, record_text(client, "phone"));
    paint_text(row, 0, width + 17, 8, PAINT_DIM, record_text(client, "postal_code"));
    paint_text(row, 0, width + 26, -1, PAINT_DIM, record_text(client, "email"));
}

static void draw_empty(struct screen *screen, const struct paint *paint)
{
    const struct contact *contact = screen->data;

    if (editor_length(contact->query) == 0)
        paint_wrapped(paint, 0, 0, -1, 3, PAINT_DIM,
                      _("Type a part of the name, a phone number, an e-mail address, a postal code "
                        "or the reference of a case, in any order."));
    else if (*elsewhere_notice(contact->elsewhere) != '\0')
        paint_wrapped(paint, 0, 0, -1, 3, PAINT_TEXT,
                      _("No such client on this terminal. Ctrl-N makes a new one with what is "
                        "typed."));
    else
        paint_wrapped(paint, 0, 0, -1, 3, PAINT_TEXT,
                      _("No such client on this terminal. Tab looks in all offices, Ctrl-N makes "
                        "a new one with what is typed."));
}

void contact_search_draw(struct screen *screen, const struct paint *paint)
{
    struct contact *contact = screen->data;
    struct paint field = paint_part(paint, 1, 10, 1, -1);
    struct paint rest = paint_part(paint, 5, 0, -1, -1);
    const char *notice;

    paint_text(paint, 1, 0, 9, PAINT_TITLE, _("Client"));
    paint_fill(&field, 0, 0, -1, PAINT_FOCUS);
    if (contact->record != NULL)
        paint_text(paint, 0, 0, -1, PAINT_ACCENT,
                   _("A ticket is being served. Who is it? Ctrl-O: they stay anonymous."));
    paint_text(paint, 2, 0, 9, PAINT_LABEL, _("Channel"));
    paint_text(paint, 2, 10, -1, PAINT_VALUE, format_channel(screen->desk->channel));
    notice = elsewhere_notice(contact->elsewhere);
    if (*notice == '\0' && contact->found > 0 && elsewhere_count(contact->elsewhere) == 0)
        notice = _("Somebody else? Tab looks in all offices.");
    paint_text(paint, 3, 0, -1, PAINT_DIM, notice);
    if (contact->list.count == 0) {
        struct paint hint = paint_part(paint, 4, 0, -1, -1);

        draw_empty(screen, &hint);
    } else {
        paint_heading(paint, 4,
                      contact->found > 0 ? _("Known clients") : _("Clients of other offices"));
        list_draw(&contact->list, &rest, 1, false, draw_hit, screen);
        paint_restyle(&rest, (int)(contact->list.selected - contact->list.top), 0, -1,
                      PAINT_SELECTION);
    }
    editor_draw(contact->query, &field, true);
}

/* --- beginning ------------------------------------------------------------------------------- */

static int begin(struct screen *screen, struct batch *batch, const struct id *id,
                 struct desk_open *open, struct error *error)
{
    const struct record *present = ((const struct contact *)screen->data)->record;
    struct author author = desk_author(screen->desk);
    struct record *client = id != NULL ? work_get_client(screen->desk, id->text) : NULL;
    struct contact_start start = {.language = language_now()};
    char service[WORK_NAME_SIZE];
    int code = 0;

    if (client != NULL && *record_text(client, "language") != '\0')
        start.language = record_text(client, "language");
    work_present_service(screen, service, sizeof(service));
    start.service = service;
    if (id != NULL)
        open->client = *id;
    else
        code = client_new_anonymous(batch, &author, start.language, &open->client, error);
    start.client = open->client;
    if (code == 0 && present != NULL)
        code = contact_link(batch, &author, present, &open->client, &(struct id){0}, error);
    else if (code == 0)
        code = contact_begin(batch, &author, &start, &open->contact, error);
    record_free(client);
    return code;
}

void contact_search_begin(struct screen *screen, const struct id *id)
{
    struct contact *contact = screen->data;
    struct desk_open open = {0};
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    bool begins = contact->record == NULL;
    int code;

    if (!begins)
        open.contact = contact->record->id;
    code = begin(screen, &batch, id, &open, &error);
    if (!work_apply(screen, &batch, code, &error))
        return;
    work_open_set(screen, &open);
    editor_clear(contact->query);
    list_set_count(&contact->list, 0);
    contact_now_read(screen);
    ui_tell(screen->ui, UI_DONE, "%s",
            begins ? _("The contact has begun.") : _("The contact is with this client."));
}

void contact_search_elsewhere(struct screen *screen)
{
    struct contact *contact = screen->data;

    elsewhere_look(screen, contact->elsewhere);
    count_hits(contact);
}

void contact_search_tick(struct screen *screen)
{
    struct contact *contact = screen->data;

    if (elsewhere_tick(contact->elsewhere))
        count_hits(contact);
}

void contact_search_wake(struct screen *screen)
{
    struct contact *contact = screen->data;

    if (elsewhere_wake(contact->elsewhere))
        count_hits(contact);
}

bool contact_search_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct contact *contact = screen->data;
    struct id id;

    if (elsewhere_answer(screen, contact->elsewhere, from, answer)) {
        count_hits(contact);
        return true;
    }
    if (strcmp(from, "fetch") != 0 || !id_parse(&id, json_text_or(answer, "id", "")))
        return false;
    contact_search_begin(screen, &id);
    return true;
}

/* The marked client; a reference that nobody here has is looked for, not made a client of. */
static void enter(struct screen *screen)
{
    struct contact *contact = screen->data;
    const char *typed = editor_text(contact->query);
    char reference[ID_REFERENCE_SIZE];

    if (contact->list.selected < contact->found)
        contact_search_begin(screen, &contact->hits[contact->list.selected].client->id);
    else if (contact->list.count > 0)
        elsewhere_open(screen, contact->elsewhere, contact->list.selected - contact->found);
    else if (id_reference_parse(typed, reference))
        contact_search_elsewhere(screen);
    else if (*typed != '\0')
        ui_open(screen->ui, "client", json_pack("{s:s}", "name", typed));
}

bool contact_search_key(struct screen *screen, const struct input *input)
{
    struct contact *contact = screen->data;
    bool changed;

    if (list_key(&contact->list, input, false))
        return true;
    if (input->code == INPUT_ENTER) {
        enter(screen);
        return true;
    }
    if (!editor_key(contact->query, input, &changed))
        return false;
    if (changed) {
        find(contact);
        list_select(&contact->list, 0);
    }
    return true;
}
