#include "ui/screen_contact.h"

#include <stdio.h>
#include <string.h>

#include "app/case.h"
#include "app/contact.h"
#include "app/delegation.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work_file.h"

#define LABEL_WIDTH 10

void contact_now_clear(struct contact *contact)
{
    record_free(contact->record);
    record_free(contact->client);
    for (size_t i = 0; i < contact->case_count; i++)
        record_free(contact->cases[i]);
    contact->record = contact->client = NULL;
    contact->case_count = 0;
}

static int add_case(void *context, const struct record *record, enum store_pending pending)
{
    struct contact *contact = context;

    (void)pending;
    if (contact->case_count == CONTACT_CASES)
        return 0;
    contact->cases[contact->case_count] = record_copy(record);
    if (contact->cases[contact->case_count] == NULL)
        return ERROR_MEMORY;
    contact->case_count++;
    return 0;
}

/* The cases of those for whom the client acts, who comes for them. */
static int add_represented(void *context, const struct record *delegation,
                           enum store_pending pending)
{
    struct screen *screen = context;
    char today[WORK_DAY_SIZE];
    struct id client;

    (void)pending;
    work_day_today(screen->desk, today);
    if (delegation_state(delegation, today) != DELEGATION_VALID ||
        !id_parse(&client, record_text(delegation, "client")))
        return 0;
    return case_each(screen->desk->store, &client, NULL, add_case, screen->data, NULL);
}

static int cases_read(struct screen *screen, struct error *error)
{
    struct contact *contact = screen->data;
    const struct id *client = &contact->client->id;
    int code = case_each(screen->desk->store, client, NULL, add_case, contact, error);

    return code == 0
               ? delegation_each(screen->desk->store, client, true, add_represented, screen, error)
               : code;
}

void contact_now_read(struct screen *screen)
{
    struct contact *contact = screen->data;
    struct error error = ERROR_INIT;
    bool same;

    same = contact->record != NULL && id_equal(&contact->record->id, &screen->desk->open.contact);
    contact_now_clear(contact);
    contact->record = work_get(screen->desk, RECORD_CONTACT, screen->desk->open.contact.text, NULL);
    if (contact->record == NULL)
        return;
    contact->client = work_get_client(screen->desk, record_text(contact->record, "client"));
    if (contact->client != NULL)
        work_look(screen, &contact->client->id, NULL);
    if (contact->client != NULL && cases_read(screen, &error) != 0)
        ui_tell_error(screen->ui, &error);
    if (!same) {
        editor_set_text(contact->need, record_text(contact->record, "need"));
        contact->in_list = false;
        contact->case_list = (struct list){0};
    }
    list_set_count(&contact->case_list, contact->case_count + 1);
}

/* --- drawing --------------------------------------------------------------------------------- */

/* Whose case it is, where it is not the client's own; "" else. */
static void represented_name(struct screen *screen, const struct record *matter, char *name,
                             size_t size)
{
    const struct contact *contact = screen->data;
    struct record *client = work_get_client(screen->desk, record_text(matter, "client"));

    text_copy(name, size, "");
    if (client != NULL && contact->client != NULL && !id_equal(&client->id, &contact->client->id))
        work_client_name(client, name, size);
    record_free(client);
}

static void draw_case(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct contact *contact = screen->data;
    const struct record *matter = index > 0 ? contact->cases[index - 1] : NULL;
    char title[WORK_NAME_SIZE], name[WORK_NAME_SIZE], when[32];
    const char *status;

    (void)selected;
    if (index < 9)
        paint_format(row, 0, 1, 1, PAINT_KEY, "%zu", index + 1);
    if (matter == NULL) {
        char service[WORK_NAME_SIZE];

        work_present_service(screen, service, sizeof(service));
        work_title(screen->desk, RECORD_SERVICE, service, title, sizeof(title));
        if (*title != '\0')
            paint_format(row, 0, 4, -1, PAINT_TEXT, _("New case: %s"), title);
        else
            paint_text(row, 0, 4, -1, PAINT_TEXT, _("New case"));
        return;
    }
    status = format_word(record_text(matter, "status"));
    work_title(screen->desk, RECORD_SERVICE, record_text(matter, "service"), title, sizeof(title));
    if (*record_text(matter, "subject") != '\0')
        text_copy(title, sizeof(title), record_text(matter, "subject"));
    work_when(screen->desk, matter, "opened_at", when, sizeof(when));
    paint_text(row, 0, 4, 12, PAINT_TEXT, record_text(matter, "reference"));
    paint_text(row, 0, 17, 20, PAINT_DIM, status);
    represented_name(screen, matter, name, sizeof(name));
    if (*name != '\0' && *title != '\0')
        paint_format(row, 0, 38, row->columns - 38 - 15, PAINT_TEXT, _("%1$s: %2$s"), name, title);
    else
        paint_text(row, 0, 38, row->columns - 38 - 15, PAINT_TEXT, *name != '\0' ? name : title);
    paint_right(row, 0, row->columns - 14, 13, PAINT_DIM, when);
}

/* The flags that are set, with commas between. */
static void mood_text(const struct record *contact, char *text, size_t size)
{
    struct text_buffer moods = {0};

    for (const char *const *word = mood_words; *word != NULL; word++)
        if (contact_has_mood(contact, *word))
            text_buffer_add_format(&moods, "%s%s", moods.length > 0 ? ", " : "",
                                   format_word(*word));
    text_copy(text, size, moods.bytes != NULL ? moods.bytes : "");
    text_buffer_free(&moods);
}

/* For whom the client acts, or who acts for them: the first that counts, with what is lacking for
 * it. */
struct acting {
    struct screen *screen;
    char text[3 * WORK_NAME_SIZE];
    enum paint_style style;
    bool acts; /* it is the client who acts */
};

static int look_acting(void *context, const struct record *delegation, enum store_pending pending)
{
    struct acting *acting = context;
    const struct contact *contact = acting->screen->data;
    char day[WORK_DAY_SIZE];

    (void)pending;
    work_day_today(acting->screen->desk, day);
    if (delegation_state(delegation, day) == DELEGATION_ENDED)
        return 0;
    acting->style = work_delegation_text(acting->screen->desk, delegation, &contact->client->id,
                                         acting->text, sizeof(acting->text));
    if (delegation_state(delegation, day) == DELEGATION_EXPIRED)
        return 0;
    if (acting->acts &&
        !delegation_is_enough(delegation, record_text(contact->record, "identity"))) {
        char line[3 * WORK_NAME_SIZE];

        snprintf(line, sizeof(line), _("Identity needed: %s"),
                 format_word(record_text(delegation, "level")));
        text_copy(line + strlen(line), sizeof(line) - strlen(line), ". ");
        text_copy(line + strlen(line), sizeof(line) - strlen(line), acting->text);
        text_copy(acting->text, sizeof(acting->text), line);
        acting->style = PAINT_WARNING;
    }
    return 1;
}

static void draw_acting(struct screen *screen, const struct paint *paint)
{
    const struct contact *contact = screen->data;
    struct acting acting = {screen, "", PAINT_DIM, true};

    if (contact->client == NULL)
        return;
    delegation_each(screen->desk->store, &contact->client->id, true, look_acting, &acting, NULL);
    if (acting.text[0] == '\0') {
        acting.acts = false;
        delegation_each(screen->desk->store, &contact->client->id, false, look_acting, &acting,
                        NULL);
    }
    paint_text(paint, 0, 0, -1, acting.style, acting.text);
}

static void draw_head(struct screen *screen, const struct paint *paint)
{
    struct contact *contact = screen->data;
    struct paint need = paint_part(paint, 3, LABEL_WIDTH, 1, -1);
    char text[2 * WORK_NAME_SIZE], title[WORK_NAME_SIZE];
    const char *identity = record_text(contact->record, "identity");
    struct record *ticket;

    work_client_line(contact->client, text, sizeof(text));
    paint_text(paint, 1, 0, -1, PAINT_TITLE, text);
    paint_text(paint, 2, 0, LABEL_WIDTH - 1, PAINT_LABEL, _("Identity"));
    paint_text(paint, 2, LABEL_WIDTH, 20, *identity == '\0' ? PAINT_DIM : PAINT_VALUE,
               format_word(*identity == '\0' ? "none" : identity));
    work_title(screen->desk, RECORD_SERVICE, record_text(contact->record, "service"), title,
               sizeof(title));
    ticket = work_get(screen->desk, RECORD_TICKET, record_text(contact->record, "ticket"), NULL);
    if (ticket != NULL)
        paint_format(paint, 2, LABEL_WIDTH + 22, -1, PAINT_DIM, "%s%s%s",
                     record_text(ticket, "number"), *title != '\0' ? " · " : "", title);
    else
        paint_text(paint, 2, LABEL_WIDTH + 22, -1, PAINT_DIM, title);
    record_free(ticket);
    mood_text(contact->record, text, sizeof(text));
    if (*text != '\0') {
        paint_text(paint, 4, 0, LABEL_WIDTH - 1, PAINT_LABEL, _("Mood"));
        paint_text(paint, 4, LABEL_WIDTH, -1, PAINT_WARNING, text);
    }
    paint_text(paint, 3, 0, LABEL_WIDTH - 1, contact->in_list ? PAINT_LABEL : PAINT_TITLE,
               _("Need"));
    paint_fill(&need, 0, 0, -1, contact->in_list ? PAINT_FIELD : PAINT_FOCUS);
    editor_draw(contact->need, &need, !contact->in_list);
}

void contact_now_draw(struct screen *screen, const struct paint *paint)
{
    struct contact *contact = screen->data;
    struct paint rest = paint_part(paint, 6, 0, -1, -1);

    draw_acting(screen, paint);
    draw_head(screen, paint);
    paint_heading(paint, 5, _("Cases of this client"));
    if (contact->client != NULL)
        rest = work_part_draw(screen->desk, RECORD_CLIENT, &contact->client->id, &rest);
    list_draw(&contact->case_list, &rest, 1, contact->in_list, draw_case, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

void contact_now_keep_need(struct screen *screen)
{
    struct contact *contact = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    if (contact->record == NULL || screen->desk->store == NULL ||
        !contact_is_open(contact->record) ||
        strcmp(record_text(contact->record, "need"), editor_text(contact->need)) == 0)
        return;
    code =
        contact_set(&batch, &author, contact->record, "need", editor_text(contact->need), &error);
    if (work_apply(screen, &batch, code, &error))
        contact_now_read(screen);
}

void contact_now_identity(struct screen *screen)
{
    static const char *const next[][2] = {
        {"", "basic"}, {"none", "basic"}, {"basic", "verified"}, {"verified", "none"}};
    struct contact *contact = screen->data;
    struct author author = desk_author(screen->desk);
    const char *present = record_text(contact->record, "identity");
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++)
        if (strcmp(next[i][0], present) == 0) {
            int code =
                contact_set(&batch, &author, contact->record, "identity", next[i][1], &error);

            if (work_apply(screen, &batch, code, &error))
                contact_now_read(screen);
            return;
        }
}

/* True when the list of words, as people write them, names this one. */
static bool is_named(const char *list, const char *word)
{
    const char *const names[] = {word, format_word(word)};

    for (size_t i = 0; i < 2; i++) {
        const char *at = strstr(list, names[i]);
        size_t length = strlen(names[i]);

        if (at != NULL && (at == list || strchr(" ,", at[-1]) != NULL) &&
            strchr(" ,", at[length]) != NULL)
            return true;
    }
    return false;
}

static int mood_change(struct batch *batch, const struct author *author,
                       const struct record *contact, const char *argument, struct error *error)
{
    const char *next = mood_words[0];
    int code = 0;

    /* The key goes to the flag after the one that is set, and after the last to none. */
    for (const char *const *word = mood_words; *word != NULL; word++)
        if (contact_has_mood(contact, *word))
            next = word[1];
    for (const char *const *word = mood_words; *word != NULL && code == 0; word++)
        code = contact_mood_set(batch, author, contact, *word,
                                *argument != '\0' ? is_named(argument, *word)
                                                  : next != NULL && strcmp(next, *word) == 0,
                                error);
    return code;
}

void contact_mood(struct screen *screen, const char *argument)
{
    const char *id = screen->desk->open.contact.text;
    struct record *contact = work_get(screen->desk, RECORD_CONTACT, id, NULL);
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    char text[WORK_NAME_SIZE] = "";
    int code;

    if (contact == NULL)
        return;
    code = mood_change(&batch, &author, contact, argument, &error);
    record_free(contact);
    if (!work_apply(screen, &batch, code, &error))
        return;
    contact = work_get(screen->desk, RECORD_CONTACT, id, NULL);
    if (contact != NULL)
        mood_text(contact, text, sizeof(text));
    record_free(contact);
    if (*text != '\0')
        ui_tell(screen->ui, UI_DONE, _("Mood: %s"), text);
    else
        ui_tell(screen->ui, UI_DONE, "%s", _("Mood: nothing noted"));
}

/* Opens the chosen case, or a new one, and says that the contact is about it. */
static void choose_case(struct screen *screen, size_t index)
{
    struct contact *contact = screen->data;
    struct author author = desk_author(screen->desk);
    struct desk_open open = screen->desk->open;
    struct case_start start = {0};
    struct id none = {0};
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    char service[WORK_NAME_SIZE];
    int code = 0;

    contact_now_keep_need(screen);
    id_parse(&start.client, record_text(contact->record, "client"));
    open.client = start.client;
    if (index > 0) {
        open.matter = contact->cases[index - 1]->id;
    } else {
        work_present_service(screen, service, sizeof(service));
        start.service = service;
        code = case_open(&batch, &author, &start, &open.matter, &error);
    }
    if (code == 0)
        code = contact_link(&batch, &author, contact->record, &none, &open.matter, &error);
    if (!work_apply(screen, &batch, code, &error))
        return;
    open.submission = none;
    work_open_set(screen, &open);
    work_show_case(screen->ui, &open.matter, &none);
}

bool contact_now_key(struct screen *screen, const struct input *input)
{
    struct contact *contact = screen->data;

    if (input->code == INPUT_TAB || input->code == INPUT_BACK_TAB ||
        (!contact->in_list && (input->code == INPUT_DOWN || input->code == INPUT_ENTER)) ||
        (contact->in_list && input->code == INPUT_UP && contact->case_list.selected == 0)) {
        contact->in_list = !contact->in_list;
        contact_now_keep_need(screen);
        return true;
    }
    if (!contact->in_list)
        return editor_key(contact->need, input, NULL);
    if (list_key(&contact->case_list, input, true))
        return true;
    if (input->code == INPUT_ENTER) {
        choose_case(screen, contact->case_list.selected);
        return true;
    }
    if (input->code >= '1' && input->code <= '9' && input->code - '1' < contact->case_list.count) {
        choose_case(screen, input->code - '1');
        return true;
    }
    return false;
}
