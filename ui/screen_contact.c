/* The contact, F3 from the lists, and while one is in progress. While none is in progress, it asks
 * who the client is; then it shows the client, what they need, and their cases. */
#include "ui/screen_contact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/contact.h"
#include "app/handoff.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

#define QUERY_LIMIT 200
#define NEED_LIMIT  4000

bool contact_is_choosing(const struct contact *contact)
{
    return contact->record == NULL || record_text(contact->record, "client")[0] == '\0';
}

static void contact_read(struct screen *screen)
{
    struct contact *contact = screen->data;

    contact_now_read(screen);
    if (contact_is_choosing(contact))
        contact_search_read(screen);
}

static void contact_close(struct screen *screen)
{
    struct contact *contact = screen->data;

    contact_now_keep_need(screen);
    contact_now_clear(contact);
    client_index_free(contact->index);
    elsewhere_free(contact->elsewhere);
    editor_free(contact->query);
    editor_free(contact->need);
    free(contact);
}

/* Makes another of the agent's contacts the present one. */
static void resume_contact(struct screen *screen, const char *id)
{
    struct record *contact = work_get(screen->desk, RECORD_CONTACT, id, NULL);
    struct desk_open open = {0};

    if (contact == NULL)
        return;
    open.contact = contact->id;
    id_parse(&open.client, record_text(contact, "client"));
    id_parse(&open.matter, record_text(contact, "case"));
    if (!id_equal(&open.contact, &screen->desk->open.contact))
        work_open_set(screen, &open);
    record_free(contact);
}

static int contact_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct contact *contact = calloc(1, sizeof(*contact));

    if (contact == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    contact->query = editor_new(EDITOR_LINE, QUERY_LIMIT);
    contact->need = editor_new(EDITOR_LINE, NEED_LIMIT);
    contact->elsewhere = elsewhere_new(screen->desk, QUESTION_SEARCH, RECORD_CLIENT);
    screen->data = contact;
    if (contact->query == NULL || contact->need == NULL || contact->elsewhere == NULL) {
        contact_close(screen);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    resume_contact(screen, json_text_or(arguments, "contact", ""));
    editor_restore(contact->query, json_object_get(arguments, "argument"));
    editor_restore(contact->query, json_object_get(arguments, "query"));
    contact_read(screen);
    if (contact->record != NULL) {
        editor_restore(contact->need, json_object_get(arguments, "need"));
        contact->in_list = json_bool_or(arguments, "in_list", false);
        list_restore(&contact->case_list, json_object_get(arguments, "cases"));
    }
    if (json_bool_or(arguments, "anonymous", false) && contact_is_choosing(contact))
        contact_search_begin(screen, NULL);
    return 0;
}

static json_t *contact_save(const struct screen *screen)
{
    const struct contact *contact = screen->data;

    return json_pack("{s:o, s:o, s:b, s:o}", "query", editor_save(contact->query), "need",
                     editor_save(contact->need), "in_list", contact->in_list, "cases",
                     list_save(&contact->case_list));
}

static void contact_draw(struct screen *screen, const struct paint *paint)
{
    const struct contact *contact = screen->data;

    if (!contact_is_choosing(contact))
        contact_now_draw(screen, paint);
    else
        contact_search_draw(screen, paint);
}

static bool contact_key(struct screen *screen, const struct input *input)
{
    const struct contact *contact = screen->data;

    return contact_is_choosing(contact) ? contact_search_key(screen, input)
                                        : contact_now_key(screen, input);
}

/* The client screen has a client: a new one, or one known already. */
static void contact_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct contact *contact = screen->data;
    struct id id;

    if (contact_is_choosing(contact) && contact_search_answer(screen, from, answer))
        return;
    if (strcmp(from, "client-pick") == 0)
        contact_read(screen);
    if (strcmp(from, "client") != 0 || !id_parse(&id, json_text_or(answer, "client", "")))
        return;
    if (contact_is_choosing(contact))
        contact_search_begin(screen, &id);
    else
        contact_read(screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_client(struct screen *screen, const char *argument)
{
    struct contact *contact = screen->data;

    (void)argument;
    if (contact_is_choosing(contact))
        ui_open(screen->ui, "client", json_pack("{s:s}", "name", editor_text(contact->query)));
    else if (contact->client != NULL)
        ui_open(screen->ui, "client", json_pack("{s:s}", "id", contact->client->id.text));
}

/* Any two files can be one client's: the marked one, or the one of this contact, and another. */
static void run_merge_with(struct screen *screen, const char *argument)
{
    const struct contact *contact = screen->data;
    const struct record *client = contact->client;

    (void)argument;
    if (contact_is_choosing(contact) && contact->list.selected < contact->found)
        client = contact->hits[contact->list.selected].client;
    if (client == NULL)
        ui_tell(screen->ui, UI_NOTE, "%s", _("Find one of the two files first."));
    else
        ui_open(screen->ui, "client-pick", json_pack("{s:s}", "client", client->id.text));
}

/* A client who was named may wish to be anonymous for this contact: their own file then has no
 * trace of it. Too late once the contact is about one of their cases. */
static void run_anonymous(struct screen *screen, const char *argument)
{
    const struct contact *contact = screen->data;

    (void)argument;
    if (!contact_is_choosing(contact) && record_text(contact->record, "case")[0] != '\0') {
        ui_tell(screen->ui, UI_FAILED, "%s",
                _("The contact is about a case of this client: it cannot become anonymous."));
        return;
    }
    contact_search_begin(screen, NULL);
}

static void run_elsewhere(struct screen *screen, const char *argument)
{
    (void)argument;
    contact_search_elsewhere(screen);
}

static void run_channel(struct screen *screen, const char *argument)
{
    struct desk *desk = screen->desk;
    struct error error = ERROR_INIT;

    (void)argument;
    text_copy(desk->channel, sizeof(desk->channel),
              strcmp(desk->channel, "counter") == 0 ? "phone" : "counter");
    if (desk_open_keep(desk, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

static void run_identity(struct screen *screen, const char *argument)
{
    (void)argument;
    contact_now_identity(screen);
}

static void run_mood(struct screen *screen, const char *argument)
{
    contact_now_keep_need(screen);
    contact_mood(screen, argument);
    contact_now_read(screen);
}

static void run_end(struct screen *screen, const char *argument)
{
    (void)argument;
    contact_now_keep_need(screen);
    ui_open(screen->ui, "contact-end", NULL);
}

static void run_handoff(struct screen *screen, const char *argument)
{
    (void)argument;
    contact_now_keep_need(screen);
    ui_open(screen->ui, "handoff", NULL);
}

static void run_note(struct screen *screen, const char *argument)
{
    (void)argument;
    contact_now_keep_need(screen);
    ui_open(screen->ui, "note", NULL);
}

static const struct screen_key contact_keys[] = {
    {INPUT_ENTER, N_("Go on"),
     N_("Begins the contact with the marked client; then opens the case."), NULL, NULL},
    {INPUT_CONTROL('N'), N_("Client"), N_("Makes a new client; later mends the client's details."),
     N_("client"), run_client},
    {INPUT_CONTROL('O'), N_("Anonymous"),
     N_("Begins a contact with an anonymous client; in a contact, the client becomes anonymous."),
     N_("anonymous"), run_anonymous},
    {INPUT_TAB, N_("All offices"), N_("Looks for the client in all offices, for a reason."), NULL,
     run_elsewhere},
    {INPUT_CONTROL('P'), N_("Counter/phone"),
     N_("Says whether the client is at the counter or on the phone."), NULL, run_channel},
    {INPUT_F(6), N_("Note"), N_("Writes a note on the contact or its case."), NULL, run_note},
    {INPUT_F(5), N_("Hand off"), N_("Hands the client off to somebody else."), NULL, run_handoff},
    {INPUT_CONTROL('X'), N_("End"), N_("Ends the contact with its outcome."), N_("end"), run_end},
    {INPUT_CONTROL('R'), N_("Identity"),
     N_("Says how far the identity was checked: basic, verified, not asked."), N_("identity"),
     run_identity},
    {INPUT_CONTROL('F'), N_("Mood"),
     N_("Notes the client's mood, for whoever takes over: upset, worried, in a hurry, confused, "
        "fragile, none; :mood with several words notes them all."),
     N_("mood"), run_mood},
    {INPUT_CONTROL('V'), N_("Merge with"),
     N_("Finds another file of the marked client, to make the two one."), N_("merge-with"),
     run_merge_with},
    {INPUT_TAB, N_("Need/cases"), N_("Goes between the need and the cases."), NULL, NULL},
    {0},
};

/* Beginning needs no contact in progress, all else does; Enter and the client go with both. */
static bool contact_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct contact *contact = screen->data;

    if (key->code == INPUT_TAB)
        return contact_is_choosing(contact) == (key->run == run_elsewhere);
    if (key->run == NULL || key->run == run_client || key->run == run_merge_with)
        return true;
    if (key->run == run_anonymous)
        return contact_is_choosing(contact) ||
               (contact->client != NULL &&
                strcmp(record_text(contact->client, "kind"), "anonymous") != 0);
    return (contact->record == NULL) == (key->run == run_channel);
}

/* --- whatever is on the screen ---------------------------------------------------------------- */

/* The agent's latest contact; in progress, or ended. */
static int look_latest(void *context, const struct record *contact, enum store_pending pending)
{
    struct desk *desk = context;
    int64_t until;

    (void)pending;
    if (strcmp(record_text(contact, "agent"), desk_agent(desk)->text) != 0)
        return 0;
    if (!contact_is_open(contact) &&
        timestamp_parse(record_text(contact, "wrap_up_until"), &until)) {
        desk->line.wrap_up_until_ms = until;
        desk->line.wrap_up_contact = contact->id;
    }
    return 1;
}

/* Writing up the last contact: until when. */
static void observe_wrap_up(struct desk *desk)
{
    const struct store_query query = {.type = RECORD_CONTACT, .newest_first = true};

    desk->line.wrap_up_until_ms = 0;
    if (desk->line.contact_started_ms == 0)
        store_each(desk->store, &query, look_latest, desk, NULL);
}

/* The contact may have been taken over by another agent, or ended elsewhere. */
static void contact_observe(struct desk *desk)
{
    struct record *contact = work_get(desk, RECORD_CONTACT, desk->open.contact.text, NULL);
    int64_t started = 0;

    if (contact != NULL && handoff_holds_contact(desk->store, contact, desk_agent(desk))) {
        timestamp_parse(record_text(contact, "started_at"), &started);
    } else if (contact != NULL) {
        desk->open.contact = (struct id){0};
        desk_open_keep(desk, NULL);
    }
    desk->line.contact_started_ms = started;
    record_free(contact);
    observe_wrap_up(desk);
}

struct listing {
    struct home *home;
    struct desk *desk;
};

/* Every contact of this agent in progress: none is left open unseen. */
static int list_contact(void *context, const struct record *contact, enum store_pending pending)
{
    struct listing *listing = context;
    struct desk *desk = listing->desk;
    struct record *client;
    char name[WORK_NAME_SIZE], remark[2 * WORK_NAME_SIZE], when[32];

    (void)pending;
    if (!handoff_holds_contact(desk->store, contact, desk_agent(desk)))
        return 0;
    client = work_get_client(desk, record_text(contact, "client"));
    work_client_name(client, name, sizeof(name));
    work_when(desk, contact, "started_at", when, sizeof(when));
    snprintf(remark, sizeof(remark), _("contact since %1$s, %2$s"), when,
             format_channel(record_text(contact, "channel")));
    home_add(listing->home, HOME_OPEN, *name != '\0' ? name : _("client"), remark, "contact",
             json_pack("{s:s}", "contact", contact->id.text));
    record_free(client);
    return 0;
}

static void contact_home(struct home *home, struct desk *desk)
{
    const struct store_query query = {.type = RECORD_CONTACT, .newest_first = true};
    struct listing listing = {home, desk};

    if (desk->store != NULL)
        store_each(desk->store, &query, list_contact, &listing, NULL);
}

static void contact_tick(struct screen *screen)
{
    if (contact_is_choosing(screen->data))
        contact_search_tick(screen);
}

static void contact_wake(struct screen *screen)
{
    if (contact_is_choosing(screen->data))
        contact_search_wake(screen);
}

static struct screen_about contact_about(const struct screen *screen)
{
    const struct contact *contact = screen->data;

    return work_about(contact->record);
}

/* The need, where it is not written yet. */
static char *contact_forget(struct screen *screen)
{
    struct contact *contact = screen->data;
    const char *need = editor_text(contact->need);
    char *typed = strcmp(need, record_text(contact->record, "need")) == 0 ? NULL : strdup(need);

    editor_clear(contact->need);
    contact_now_clear(contact);
    return typed;
}

extern const struct screen_kind screen_contact;
const struct screen_kind screen_contact = {
    .name = "contact",
    .title = N_("Contact"),
    .help =
        N_("The client in front of you or on the line: who it is, what they need, how far their "
           "identity was checked, and which of their cases it is about."),
    .command = N_("contact"),
    .flags = SCREEN_SINGLE,
    .keys = contact_keys,
    .offers = contact_offers,
    .open = contact_open,
    .close = contact_close,
    .draw = contact_draw,
    .key = contact_key,
    .save = contact_save,
    .suspend = contact_now_keep_need,
    .resume = contact_read,
    .tick = contact_tick,
    .wake = contact_wake,
    .changed = contact_read,
    .answer = contact_answer,
    .observe = contact_observe,
    .home = contact_home,
    .about = contact_about,
    .forget = contact_forget,
};
