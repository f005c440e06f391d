/* What is done in the waiting room: calling, serving, sending on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/screen_tickets.h"

#define CHOICES_MOST 8

/* Applies what was built, and reads again. */
static bool done(struct screen *screen, struct batch *batch, int code, struct error *error,
                 const struct id *mark)
{
    bool applied = work_apply(screen, batch, code, error);

    if (!applied)
        ui_stop_ahead(screen->ui);
    tickets_read(screen, mark);
    return applied;
}

static bool has_counter(struct screen *screen)
{
    if (screen->desk->counter[0] != '\0')
        return true;
    ui_tell(screen->ui, UI_FAILED, "%s", _("Say first which counter this is: :counter 3"));
    ui_stop_ahead(screen->ui);
    return false;
}

/* --- calling --------------------------------------------------------------------------------- */

static void call(struct screen *screen, const struct record *ticket)
{
    struct tickets *tickets = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id = ticket->id;
    char number[TICKET_NUMBER_SIZE];
    int code;

    if (!has_counter(screen))
        return;
    text_copy(number, sizeof(number), record_text(ticket, "number"));
    code = ticket_call(&batch, &author, ticket, screen->desk->counter, &error);
    if (!done(screen, &batch, code, &error, &id))
        return;
    tickets->called = id;
    ui_tell(screen->ui, UI_DONE, _("%1$s is called to counter %2$s."), number,
            screen->desk->counter);
}

/* The one that the agent still has is let go first: two are not called at once unseen. */
static bool is_free(struct screen *screen)
{
    const struct record *present = tickets_present(screen);

    if (present == NULL)
        return true;
    ui_tell(screen->ui, UI_FAILED, _("%s is at this counter: serve it, send it on or say no-show."),
            record_text(present, "number"));
    ui_stop_ahead(screen->ui);
    return false;
}

static void run_call(struct screen *screen, const char *argument)
{
    struct tickets *tickets = screen->data;

    (void)argument;
    if (!is_free(screen))
        return;
    tickets_read(screen, NULL);
    for (size_t i = 0; i < tickets->list.count; i++) {
        const struct record *ticket = tickets->all.items[tickets->shown[i]].record;

        if (ticket_is_callable(ticket, desk_now(screen->desk))) {
            call(screen, ticket);
            return;
        }
    }
    ui_tell(screen->ui, UI_NOTE, "%s", _("Nobody waits."));
}

static void run_call_marked(struct screen *screen, const char *argument)
{
    const struct record *ticket = tickets_marked(screen->data);

    (void)argument;
    if (ticket != NULL && is_free(screen))
        call(screen, ticket);
}

static const struct record *present_called(const struct screen *screen)
{
    const struct record *present = tickets_present(screen);

    return present != NULL && strcmp(record_text(present, "state"), "called") == 0 ? present : NULL;
}

static void miss(struct screen *screen, const struct record *ticket)
{
    struct tickets *tickets = screen->data;
    const struct tickets_queue *queue =
        tickets_queue_find(&tickets->queues, record_text(ticket, "queue"));
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct ticket_rules rules;
    char number[TICKET_NUMBER_SIZE];
    bool again;
    int code;

    ticket_rules_read(&rules, NULL);
    if (queue != NULL)
        rules = queue->rules;
    text_copy(number, sizeof(number), record_text(ticket, "number"));
    again = json_integer_or(ticket->body, "misses", 0) == 0;
    code = ticket_miss(&batch, &author, ticket, &rules, &error);
    if (!done(screen, &batch, code, &error, NULL))
        return;
    tickets->called = (struct id){0};
    if (again)
        ui_tell(screen->ui, UI_DONE, _("%1$s: no-show. It is called again in %2$lld minutes."),
                number, (long long)(rules.return_ms / 60000));
    else
        ui_tell(screen->ui, UI_DONE, _("%s: no-show for the second time."), number);
}

static void run_recall(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("No-show"), N_("Call again"), NULL};
    struct tickets *tickets = screen->data;
    const struct record *present = present_called(screen);
    const struct tickets_queue *queue;
    char question[160];

    (void)argument;
    if (present == NULL)
        return;
    queue = tickets_queue_find(&tickets->queues, record_text(present, "queue"));
    if (queue == NULL || json_integer_or(present->body, "calls", 1) <= queue->rules.recalls) {
        call(screen, present);
        return;
    }
    tickets->asked = present->id;
    snprintf(question, sizeof(question), _("%1$s was called %2$lld times. Did nobody come?"),
             record_text(present, "number"), (long long)json_integer_or(present->body, "calls", 1));
    screen_ask(screen, "miss", question, choices);
}

static void run_miss(struct screen *screen, const char *argument)
{
    const struct record *present = present_called(screen);

    (void)argument;
    if (present != NULL)
        miss(screen, present);
}

static void run_serve(struct screen *screen, const char *argument)
{
    const struct record *present = present_called(screen);
    struct author author = desk_author(screen->desk);
    struct desk_open open = {0};
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    (void)argument;
    if (present == NULL)
        return;
    if (screen->desk->line.contact_started_ms > 0) {
        ui_tell(screen->ui, UI_FAILED, "%s",
                _("A contact is in progress: end it first (:end-contact)."));
        ui_stop_ahead(screen->ui);
        return;
    }
    code = ticket_serve(&batch, &author, present, &open.contact, &error);
    if (!done(screen, &batch, code, &error, NULL))
        return;
    work_open_set(screen, &open);
    ui_open(screen->ui, "contact", json_pack("{s:s}", "contact", open.contact.text));
}

/* --- sending on ------------------------------------------------------------------------------ */

/* What the keys for any ticket are about: the one at this counter, else the marked one. */
static const struct record *subject(const struct screen *screen)
{
    const struct record *present = tickets_present(screen);

    return present != NULL ? present : tickets_marked(screen->data);
}

static const struct tickets_queue *other_queue(const struct tickets *tickets,
                                               const struct record *ticket, size_t index)
{
    for (size_t i = 0; i < tickets->queues.count; i++)
        if (strcmp(tickets->queues.items[i].key, record_text(ticket, "queue")) != 0 && index-- == 0)
            return &tickets->queues.items[i];
    return NULL;
}

static void run_transfer(struct screen *screen, const char *argument)
{
    struct tickets *tickets = screen->data;
    const struct record *ticket = subject(screen);
    const char *choices[CHOICES_MOST + 1] = {NULL};
    const struct tickets_queue *queue;
    char question[160];
    size_t count = 0;

    (void)argument;
    if (ticket == NULL)
        return;
    while (count < CHOICES_MOST && (queue = other_queue(tickets, ticket, count)) != NULL)
        choices[count++] = queue->title;
    if (count == 0) {
        ui_tell(screen->ui, UI_NOTE, "%s", _("This office has no other queue."));
        return;
    }
    tickets->asked = ticket->id;
    snprintf(question, sizeof(question), _("%s goes on to which queue? It keeps its place."),
             record_text(ticket, "number"));
    screen_ask(screen, "transfer", question, choices);
}

static void transfer(struct screen *screen, const struct record *ticket, size_t index)
{
    struct tickets *tickets = screen->data;
    const struct tickets_queue *queue = other_queue(tickets, ticket, index);
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    char number[TICKET_NUMBER_SIZE], title[WORK_NAME_SIZE];
    int code;

    if (queue == NULL)
        return;
    text_copy(number, sizeof(number), record_text(ticket, "number"));
    text_copy(title, sizeof(title), queue->title);
    code = ticket_transfer(&batch, &author, ticket, queue->key, &error);
    if (!done(screen, &batch, code, &error, NULL))
        return;
    tickets->called = (struct id){0};
    ui_tell(screen->ui, UI_DONE, _("%1$s waits for %2$s."), number, title);
}

static void run_back(struct screen *screen, const char *argument)
{
    struct tickets *tickets = screen->data;
    const struct record *ticket = subject(screen);
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    char number[TICKET_NUMBER_SIZE];
    struct id id;
    int code;

    (void)argument;
    if (ticket == NULL)
        return;
    id = ticket->id;
    text_copy(number, sizeof(number), record_text(ticket, "number"));
    code = ticket_wait(&batch, &author, ticket, &error);
    if (!done(screen, &batch, code, &error, &id))
        return;
    tickets->called = (struct id){0};
    ui_tell(screen->ui, UI_DONE, _("%s waits again, in its place."), number);
}

static void run_left(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("They left"), N_("They wait"), NULL};
    struct tickets *tickets = screen->data;
    const struct record *ticket = tickets_marked(tickets);
    char question[160];

    (void)argument;
    if (ticket == NULL)
        return;
    tickets->asked = ticket->id;
    snprintf(question, sizeof(question), _("%s left? It is then called no more."),
             record_text(ticket, "number"));
    screen_ask(screen, "left", question, choices);
}

static void leave(struct screen *screen, const struct record *ticket)
{
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code = ticket_leave(&batch, &author, ticket, &error);

    done(screen, &batch, code, &error, NULL);
}

void tickets_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct tickets *tickets = screen->data;
    const char *name = json_text_or(answer, "name", "");
    int64_t choice = json_integer_or(answer, "choice", -1);
    struct record *ticket;
    struct id id;

    if (strcmp(from, "ticket-new") == 0) {
        if (id_parse(&id, json_text_or(answer, "ticket", "")))
            tickets_read(screen, &id);
        return;
    }
    if (strcmp(from, "choice") != 0 || choice < 0)
        return;
    ticket = work_get(screen->desk, RECORD_TICKET, tickets->asked.text, NULL);
    if (ticket == NULL)
        return;
    if (strcmp(name, "miss") == 0 && choice == 0)
        miss(screen, ticket);
    else if (strcmp(name, "miss") == 0)
        call(screen, ticket);
    else if (strcmp(name, "transfer") == 0)
        transfer(screen, ticket, (size_t)choice);
    else if (strcmp(name, "left") == 0 && choice == 0)
        leave(screen, ticket);
    record_free(ticket);
}

void tickets_tell_lost(struct screen *screen)
{
    struct tickets *tickets = screen->data;
    struct record *ticket = work_get(screen->desk, RECORD_TICKET, tickets->called.text, NULL);
    const char *counter = ticket != NULL ? record_text(ticket, "counter") : "";

    if (ticket != NULL && *counter != '\0' && !ticket_is_of(ticket, desk_agent(screen->desk)) &&
        strcmp(record_text(ticket, "called_by"), desk_agent(screen->desk)->text) != 0) {
        tickets->called = (struct id){0};
        ui_ring(screen->ui);
        ui_tell(screen->ui, UI_WARNING, _("%1$s: counter %2$s called it first. Call the next one."),
                record_text(ticket, "number"), counter);
    }
    record_free(ticket);
}

/* --- paper, counter, new --------------------------------------------------------------------- */

static void run_new(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "ticket-new", NULL);
}

static void run_print(struct screen *screen, const char *argument)
{
    struct tickets *tickets = screen->data;
    const struct record *ticket = tickets_marked(tickets);
    char *text;

    (void)argument;
    if (ticket == NULL)
        return;
    text = tickets_paper(screen->desk, &tickets->queues, &tickets->all, ticket);
    paper_task_print(screen, &tickets->paper, text);
    free(text);
}

static void run_text(struct screen *screen, const char *argument)
{
    struct tickets *tickets = screen->data;
    const struct record *ticket = tickets_marked(tickets);
    char path[512];
    char *text;

    if (ticket == NULL)
        return;
    if (*argument != '\0')
        text_copy(path, sizeof(path), argument);
    else
        snprintf(path, sizeof(path), "%s-%s.txt", record_text(ticket, "number"), tickets->day);
    text = tickets_paper(screen->desk, &tickets->queues, &tickets->all, ticket);
    paper_task_write(screen, path, text);
    free(text);
}

static void run_counter(struct screen *screen, const char *argument)
{
    if (*argument == '\0' || strlen(argument) > TICKET_COUNTER_LIMIT) {
        ui_tell(screen->ui, UI_FAILED, _("Say a counter of at most %d bytes: counter 3"),
                TICKET_COUNTER_LIMIT);
        return;
    }
    text_copy(screen->desk->counter, sizeof(screen->desk->counter), argument);
    ui_tell(screen->ui, UI_DONE,
            _("This is counter %s until Guichet is left; the setting counter "
              "keeps it."),
            screen->desk->counter);
}

const struct screen_key tickets_keys[] = {
    {'n', N_("New"), N_("Gives a ticket: type for what, Enter."), N_("new-ticket"), run_new},
    {'c', N_("Call next"), N_("Calls the next one of the queues shown to this counter."),
     N_("call"), run_call},
    {'r', N_("Recall"), N_("Calls the same again; after several times it asks about a no-show."),
     N_("recall"), run_recall},
    {'s', N_("Serve"), N_("They are here: begins the contact with this ticket."), N_("serve"),
     run_serve},
    {'x', N_("No-show"), N_("Nobody came: the ticket is called again in a while."), N_("no-show"),
     run_miss},
    {'t', N_("Transfer"), N_("Sends it on to another queue, with the place of its arrival."),
     N_("transfer"), run_transfer},
    {'b', N_("Back"), N_("Back in line: a call taken back, or a no-show who came after all."),
     N_("back"), run_back},
    {'l', N_("Gone"), N_("The marked one went away; asks first."), NULL, run_left},
    {INPUT_ENTER, N_("Call this"), N_("Calls the marked one out of turn."), NULL, run_call_marked},
    {INPUT_TAB, N_("Queues"), N_("Shows all queues of the office, or this agent's own."), NULL,
     NULL},
    {'p', N_("Print"), N_("Prints the marked ticket."), N_("print"), run_print},
    {'w', N_("Text"), N_("Writes the marked ticket to a text file; text NAME says where."),
     N_("text"), run_text},
    {INPUT_NONE, NULL, N_("Says which counter this is: counter 3."), N_("counter"), run_counter},
    {0},
};

bool tickets_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct tickets *tickets = screen->data;
    const struct record *present = tickets_present(screen), *marked = tickets_marked(tickets);
    int64_t now = desk_now(screen->desk);

    if (key->run == run_recall || key->run == run_miss || key->run == run_serve)
        return present_called(screen) != NULL;
    if (key->run == run_call)
        return present == NULL;
    if (key->run == run_call_marked)
        return present == NULL && marked != NULL &&
               (ticket_is_callable(marked, now) ||
                strcmp(record_text(marked, "state"), "no-show") == 0);
    if (key->run == run_back)
        return present != NULL ||
               (marked != NULL && strcmp(record_text(marked, "state"), "waiting") != 0);
    if (key->run == run_transfer)
        return subject(screen) != NULL;
    if (key->run == run_left)
        return marked != NULL && strcmp(record_text(marked, "state"), "serving") != 0;
    if (key->run == run_print || key->run == run_text)
        return marked != NULL;
    return true;
}
