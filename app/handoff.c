#include "app/handoff.h"

#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/contact.h"
#include "app/json.h"
#include "app/note.h"
#include "app/record_fields.h"
#include "app/role.h"

static bool is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

static bool offers_kind(const struct handoff_offer *offer, const char *kind)
{
    return offer->kind != NULL && strcmp(offer->kind, kind) == 0;
}

static int check_offer(const struct author *author, const struct handoff_offer *offer,
                       struct error *error)
{
    const struct handoff_target *target = &offer->target;
    int targets = !id_is_empty(&target->agent) + is_given(target->office) + is_given(target->queue);

    if (targets != 1)
        return error_set(error, ERROR_INVALID, "to: an agent, an office or a queue");
    if (id_equal(&target->agent, &author->agent))
        return error_set(error, ERROR_INVALID, "to: yourself");
    if (!is_given(offer->summary))
        return error_set(error, ERROR_INVALID, "summary: nothing is written");
    if (offers_kind(offer, HANDOFF_ESCALATION) && !is_given(target->office))
        return error_set(error, ERROR_INVALID, "to: an escalation goes to an office");
    if (offers_kind(offer, HANDOFF_CALL_BACK) &&
        (offer->call_from_ms <= 0 || offer->call_to_ms <= offer->call_from_ms))
        return error_set(error, ERROR_INVALID, "call_from: no window was promised");
    return 0;
}

/* What was promised to the client stands on the file until somebody has called. */
static int promise(struct batch *batch, const struct author *author,
                   const struct handoff_offer *offer, const struct id *handoff, struct error *error)
{
    const struct note_draft draft = {
        .kind = "commitment",
        .text = offer->summary,
        .matter = offer->matter,
        .contact = offer->contact,
        .client = offer->client,
        .handoff = *handoff,
        .due_ms = offer->call_to_ms,
    };
    struct id id;

    if (id_is_empty(&offer->matter) && id_is_empty(&offer->contact) && id_is_empty(&offer->client))
        return 0;
    return note_write(batch, author, &draft, &id, error);
}

/* What must be known to order it and to tell who may take it, even where its queue is not. */
static void put_need(struct operation *operation, const struct handoff_offer *offer)
{
    const struct queue_need *need = offer->need;
    json_t *skills = need != NULL ? queue_need_skills(need) : NULL;

    operation_put_text(operation, "service", offer->service);
    if (offer->promise_ms > 0)
        operation_put_time(operation, "promise_at", offer->promise_ms);
    if (operation == NULL) {
        json_decref(skills);
        return;
    }
    if (offer->priority > 0)
        json_object_set_new(operation->body, "priority", json_integer(offer->priority));
    if (need == NULL)
        return;
    operation_put_text(operation, "language", need->language);
    if (need->level > 0)
        json_object_set_new(operation->body, "level", json_integer(need->level));
    if (skills != NULL)
        json_object_set_new(operation->body, "skills", skills);
}

/* Those that do not fit are in the context, as text. */
static void put_facts(struct operation *operation, const json_t *facts)
{
    const struct field *field = record_field(RECORD_HANDOFF, "facts");

    if (operation != NULL && json_array_size(facts) > 0 && json_fits(facts, field->limit))
        json_object_set(operation->body, "facts", (json_t *)(uintptr_t)facts);
}

int handoff_offer(struct batch *batch, const struct author *author,
                  const struct handoff_offer *offer, struct id *id, struct error *error)
{
    struct operation *operation;
    int code = check_offer(author, offer, error);

    if (code != 0)
        return code;
    operation = author_append(author, RECORD_HANDOFF);
    operation_put_id(operation, "from", &author->agent);
    operation_put_text(operation, "kind", offer->kind);
    operation_put_id(operation, "to_agent", &offer->target.agent);
    operation_put_text(operation, "to_office", offer->target.office);
    operation_put_text(operation, "to_queue", offer->target.queue);
    operation_put_text(operation, "office", author->office);
    operation_put_id(operation, "case", &offer->matter);
    operation_put_id(operation, "contact", &offer->contact);
    operation_put_id(operation, "client", &offer->client);
    operation_put_id(operation, "submission", &offer->submission);
    operation_put_text(operation, "channel", author->channel);
    operation_put_text(operation, "summary", offer->summary);
    operation_put_text(operation, "context", offer->context);
    operation_put_text(operation, "place", offer->place);
    put_facts(operation, offer->facts);
    operation_put_time(operation, "offered_at", author_now(author));
    if (offer->expires_ms > 0)
        operation_put_time(operation, "expires_at", offer->expires_ms);
    if (offers_kind(offer, HANDOFF_CALL_BACK)) {
        operation_put_time(operation, "call_from", offer->call_from_ms);
        operation_put_time(operation, "call_to", offer->call_to_ms);
    }
    put_need(operation, offer);
    operation_put_text(operation, "state", "offered");
    if (operation != NULL)
        *id = operation->record;
    code = batch_add(batch, operation, error);
    if (code != 0 || !offers_kind(offer, HANDOFF_CALL_BACK))
        return code;
    code = promise(batch, author, offer, id, error);
    if (code != 0)
        operation_free(batch->operations[--batch->count]);
    return code;
}

/* --- deciding -------------------------------------------------------------------------------- */

static int decide(struct batch *batch, const struct author *author, const struct record *handoff,
                  const char *state, const char *reason, struct error *error)
{
    struct operation *operation;

    if (!handoff_is_offered(handoff))
        return error_set(error, ERROR_CONFLICT, "this hand-off is %s",
                         record_text(handoff, "state"));
    operation = author_change(author, OPERATION_CLAIM, handoff);
    operation_put_text(operation, "state", state);
    operation_put_time(operation, "decided_at", author_now(author));
    operation_put_text(operation, "reason", reason);
    if (strcmp(state, "accepted") == 0)
        operation_put_id(operation, "taken_by", &author->agent);
    return batch_add(batch, operation, error);
}

/* Only what the record tells: queues and offices are checked by handoff_is_for and the server. */
static int check_receiver(const struct author *author, const struct record *handoff,
                          struct error *error)
{
    const char *to = record_text(handoff, "to_agent");

    if (*to != '\0' ? strcmp(to, author->agent.text) != 0
                    : handoff_is_from(handoff, &author->agent))
        return error_set(error, ERROR_REFUSED, "this hand-off is for somebody else");
    return 0;
}

int handoff_accept(struct batch *batch, const struct author *author, const struct record *handoff,
                   struct error *error)
{
    int code = check_receiver(author, handoff, error);

    return code != 0 ? code : decide(batch, author, handoff, "accepted", NULL, error);
}

int handoff_decline(struct batch *batch, const struct author *author, const struct record *handoff,
                    const char *reason, struct error *error)
{
    int code = check_receiver(author, handoff, error);

    if (code == 0 && (reason == NULL || reason[strspn(reason, " ")] == '\0'))
        code = error_set(error, ERROR_INVALID, "reason: nothing is written");
    return code != 0 ? code : decide(batch, author, handoff, "declined", reason, error);
}

int handoff_withdraw(struct batch *batch, const struct author *author, const struct record *handoff,
                     struct error *error)
{
    if (!handoff_is_from(handoff, &author->agent))
        return error_set(error, ERROR_REFUSED, "only its sender can withdraw a hand-off");
    return decide(batch, author, handoff, "withdrawn", NULL, error);
}

int handoff_reassign(struct batch *batch, const struct author *author, const struct record *handoff,
                     const struct handoff_target *to, struct error *error)
{
    bool offered = handoff_is_offered(handoff);
    const char *holder = record_text(handoff, offered ? "to_agent" : "taken_by");
    struct operation *operation;

    if (!handoff_is_open(handoff))
        return error_set(error, ERROR_CONFLICT, "this hand-off is %s",
                         record_text(handoff, "state"));
    if (id_is_empty(&to->agent) != is_given(to->queue))
        return error_set(error, ERROR_INVALID, "to: an agent or a queue");
    if (*holder != '\0' && strcmp(holder, to->agent.text) == 0)
        return error_set(error, ERROR_INVALID, "to: they have it already");
    if (is_given(to->queue) && offered && strcmp(record_text(handoff, "to_queue"), to->queue) == 0)
        return error_set(error, ERROR_INVALID, "to: it is in this queue already");
    operation = author_change(author, OPERATION_CLAIM, handoff);
    operation_put_text(operation, "state", "reassigned");
    operation_put_time(operation, "decided_at", author_now(author));
    operation_put_id(operation, "reassigned_by", &author->agent);
    operation_put_id(operation, "next_agent", &to->agent);
    operation_put_text(operation, "next_queue", to->queue);
    return batch_add(batch, operation, error);
}

/* --- whose ----------------------------------------------------------------------------------- */

bool handoff_is_offered(const struct record *handoff)
{
    return strcmp(record_text(handoff, "state"), "offered") == 0;
}

bool handoff_is_open(const struct record *handoff)
{
    return handoff_is_offered(handoff) || strcmp(record_text(handoff, "state"), "accepted") == 0;
}

const char *handoff_kind(const struct record *handoff)
{
    const char *kind = record_text(handoff, "kind");

    return *kind != '\0' ? kind : HANDOFF_COLD;
}

bool handoff_is_kind(const struct record *handoff, const char *kind)
{
    return strcmp(handoff_kind(handoff), kind) == 0;
}

int64_t handoff_waited_ms(const struct record *handoff, int64_t now_ms)
{
    int64_t from, to;

    if (!timestamp_parse(record_text(handoff, "offered_at"), &from))
        return 0;
    if (!timestamp_parse(record_text(handoff, "decided_at"), &to))
        to = now_ms;
    return to > from ? to - from : 0;
}

bool handoff_is_from(const struct record *handoff, const struct id *agent)
{
    return strcmp(record_text(handoff, "from"), agent->text) == 0;
}

bool handoff_is_for(const struct record *handoff, const struct record *agent,
                    struct catalogue *catalogue)
{
    const char *to = record_text(handoff, "to_agent");
    const char *office = record_text(handoff, "to_office");
    const char *queue = record_text(handoff, "to_queue");
    const char *also = record_text(handoff, "also_queue");
    struct queue_verdict verdict;
    struct queue_need need;
    char key[RECORD_KEY_SIZE];

    if (*to != '\0')
        return strcmp(to, agent->id.text) == 0;
    if (handoff_is_from(handoff, &agent->id))
        return false;
    if (*office != '\0') {
        record_full_key(agent, record_text(agent, "office"), key);
        return strcmp(office, key) == 0 && (!handoff_is_kind(handoff, HANDOFF_ESCALATION) ||
                                            role_may(agent, catalogue, PERMISSION_SUPERVISE));
    }
    if (!(*queue != '\0' && record_names(agent, "queues", queue)) &&
        !(*also != '\0' && record_names(agent, "queues", also)))
        return false;
    queue_need_make(&need, handoff->body, NULL, NULL);
    return queue_agent_fits(&need, agent, &verdict);
}

/* --- what follows an acceptance -------------------------------------------------------------- */

#define FOLLOW_LIMIT 64

/* The latest accepted hand-off of each contact or case; older ones were passed on since. */
struct chain {
    const struct author *author;
    struct record *latest[FOLLOW_LIMIT]; /* owned; taken by the author and confirmed */
    struct id *seen;                     /* owned; contacts and cases of them and of others' */
    size_t count, seen_count;
    bool failed; /* out of memory */
};

static bool chain_seen(struct chain *chain, const char *text)
{
    struct id *longer;
    struct id id;

    if (!id_parse(&id, text))
        return false;
    for (size_t i = 0; i < chain->seen_count; i++)
        if (id_equal(&chain->seen[i], &id))
            return true;
    /* All of them: what is forgotten here would be taken back from whoever it was passed on to. */
    longer = realloc(chain->seen, (chain->seen_count + 1) * sizeof(*longer));
    if (longer == NULL) {
        chain->failed = true;
        return false;
    }
    chain->seen = longer;
    longer[chain->seen_count++] = id;
    return false;
}

static int chain_look(void *context, const struct record *record, enum store_pending pending)
{
    struct chain *chain = context;
    bool seen;

    if (strcmp(record_text(record, "state"), "accepted") != 0 ||
        handoff_is_kind(record, HANDOFF_CONSULT))
        return 0;
    seen = chain_seen(chain, record_text(record, "contact"));
    seen = chain_seen(chain, record_text(record, "case")) || seen;
    if (chain->failed)
        return ERROR_MEMORY;
    if (seen || pending == STORE_CLAIMING ||
        strcmp(record_text(record, "taken_by"), chain->author->agent.text) != 0 ||
        chain->count == FOLLOW_LIMIT)
        return 0;
    chain->latest[chain->count] = record_copy(record);
    if (chain->latest[chain->count] == NULL)
        return ERROR_MEMORY;
    chain->count++;
    return 0;
}

/* The record that a member names, NULL when there is none or it is not here. */
static struct record *fetch(struct store *store, enum record_type type, const char *text,
                            enum store_pending *pending)
{
    struct record *record = NULL;
    struct id id;

    if (!id_parse(&id, text) || store_get(store, type, &id, &record, pending, NULL) != 0)
        return NULL;
    return record;
}

static int follow(struct batch *batch, const struct author *author, struct store *store,
                  const struct record *handoff, struct error *error)
{
    const char *from = record_text(handoff, "from");
    enum store_pending pending = STORE_SETTLED;
    struct record *contact = fetch(store, RECORD_CONTACT, record_text(handoff, "contact"), NULL);
    struct record *matter = fetch(store, RECORD_CASE, record_text(handoff, "case"), &pending);
    int code = 0;

    if (contact != NULL && contact_is_open(contact) &&
        strcmp(record_text(contact, "agent"), from) == 0)
        code = contact_set(batch, author, contact, "agent", author->agent.text, error);
    if (code == 0 && matter != NULL && pending != STORE_CLAIMING &&
        strcmp(record_text(matter, "assignee"), from) == 0)
        code = case_assign(batch, author, matter, &author->agent, error);
    record_free(contact);
    record_free(matter);
    return code;
}

int handoff_follow(struct batch *batch, const struct author *author, struct store *store,
                   struct error *error)
{
    const struct store_query query = {.type = RECORD_HANDOFF, .newest_first = true};
    struct chain chain = {.author = author};
    int code = store_each(store, &query, chain_look, &chain, error);

    for (size_t i = 0; i < chain.count; i++) {
        if (code == 0 && batch->count + 2 <= BATCH_LIMIT)
            code = follow(batch, author, store, chain.latest[i], error);
        record_free(chain.latest[i]);
    }
    free(chain.seen);
    return code;
}

struct holding {
    const struct record *contact;
    const char *agent;
    bool held;
};

#define STOP 1

/* Newest first: only the latest acceptance of the contact counts. */
static int look_holder(void *context, const struct record *record, enum store_pending pending)
{
    struct holding *holding = context;

    (void)pending;
    if (strcmp(record_text(record, "state"), "accepted") != 0 ||
        handoff_is_kind(record, HANDOFF_CONSULT) ||
        strcmp(record_text(record, "contact"), holding->contact->id.text) != 0)
        return 0;
    holding->held =
        strcmp(record_text(record, "taken_by"), holding->agent) == 0 &&
        strcmp(record_text(record, "from"), record_text(holding->contact, "agent")) == 0;
    return STOP;
}

bool handoff_holds_contact(struct store *store, const struct record *contact,
                           const struct id *agent)
{
    const struct store_query query = {.type = RECORD_HANDOFF, .newest_first = true};
    struct holding holding = {contact, agent->text, false};

    if (!contact_is_open(contact))
        return false;
    if (strcmp(record_text(contact, "agent"), agent->text) == 0)
        return true;
    return store_each(store, &query, look_holder, &holding, NULL) >= 0 && holding.held;
}

/* --- the message line ------------------------------------------------------------------------- */

int handoff_message(struct batch *batch, const struct author *author, const struct record *handoff,
                    const char *text, struct error *error)
{
    struct note_draft draft = {.kind = "internal", .text = text, .handoff = handoff->id};
    struct id id;

    if (!handoff_is_offered(handoff) && strcmp(record_text(handoff, "state"), "accepted") != 0)
        return error_set(error, ERROR_CONFLICT, "this hand-off is %s",
                         record_text(handoff, "state"));
    id_parse(&draft.matter, record_text(handoff, "case"));
    id_parse(&draft.contact, record_text(handoff, "contact"));
    id_parse(&draft.client, record_text(handoff, "client"));
    return note_write(batch, author, &draft, &id, error);
}

struct messaging {
    struct handoff_messages *messages;
    const char *handoff;
};

static int take_message(void *context, const struct record *record, enum store_pending pending)
{
    struct messaging *messaging = context;
    struct handoff_messages *messages = messaging->messages;

    (void)pending;
    if (messages->count == HANDOFF_MESSAGES_LIMIT || record->type != RECORD_NOTE ||
        strcmp(record_text(record, "handoff"), messaging->handoff) != 0 ||
        strcmp(record_text(record, "kind"), "internal") != 0)
        return 0;
    memmove(&messages->notes[1], &messages->notes[0], messages->count * sizeof(messages->notes[0]));
    messages->notes[0] = record_copy(record);
    messages->count++;
    return messages->notes[0] == NULL ? ERROR_MEMORY : 0;
}

int handoff_messages_read(struct handoff_messages *messages, struct store *store,
                          const struct record *handoff, struct error *error)
{
    struct store_query query = {.type = RECORD_NOTE, .newest_first = true};
    struct messaging messaging = {messages, handoff->id.text};
    int code;

    *messages = (struct handoff_messages){0};
    if (!id_parse(&query.case_id, record_text(handoff, "case")))
        id_parse(&query.client_id, record_text(handoff, "client"));
    code = store_each(store, &query, take_message, &messaging, error);
    if (code != 0)
        handoff_messages_free(messages);
    return code;
}

void handoff_messages_free(struct handoff_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++)
        record_free(messages->notes[i]);
    *messages = (struct handoff_messages){0};
}
