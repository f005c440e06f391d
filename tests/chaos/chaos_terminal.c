/*
 * A terminal of the chaos: real store, link and sync thread, and an agent who works at random.
 *
 * It writes down what it makes, a JSON line each: "intent" before the store is asked, "done" when
 * the agent was told that it is saved, "back" around the taking back of a waiting operation. A
 * killed process leaves its lines: what is only intended may exist or not.
 */
#include "tests/chaos/chaos.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "app/case.h"
#include "app/client.h"
#include "app/handoff.h"
#include "app/json.h"
#include "app/link_sign_in.h"
#include "app/note.h"
#include "app/submission.h"
#include "net/sync.h"

struct life {
    const struct chaos *chaos;
    struct chaos_terminal *terminal;
    uint64_t random;
    int made;
    struct link *link;
    struct sync *sync;
    struct store *store;
    struct clock clock;
    struct id_generator ids;
    struct author author;
};

static _Noreturn void give_up(const struct life *life, const char *what, const struct error *error)
{
    (void)fprintf(stderr, "chaos: terminal %s: %s: %s\n", life->terminal->login, what,
                  error->message);
    _exit(3);
}

static void must(const struct life *life, int code, const struct error *error, const char *what)
{
    if (code != 0)
        give_up(life, what, error);
}

static void write_down(struct life *life, const char *state, const struct operation *operation,
                       const struct id *id)
{
    json_t *line = json_pack("{s:s, s:s}", "state", state, "id", id->text);
    const char *status = operation == NULL ? "" : json_text_or(operation->body, "state", "");

    if (operation != NULL) {
        json_object_set_new(line, "record", json_string(operation->record.text));
        json_object_set_new(line, "accepts",
                            json_boolean(operation->type == RECORD_HANDOFF &&
                                         operation->kind == OPERATION_CLAIM &&
                                         strcmp(status, "accepted") == 0));
        if (operation->type == RECORD_NOTE)
            json_object_set(line, "note", operation->body);
    }
    char *text = json_dumps(line, JSON_COMPACT);
    size_t length = strlen(text);
    text[length] = '\n'; /* in the place of the NUL */
    if (write(life->made, text, length + 1) != (ssize_t)length + 1)
        abort();
    free(text);
    json_decref(line);
}

/* --- one act ---------------------------------------------------------------------------------- */

struct choice {
    struct life *life;
    bool for_me; /* only hand-offs that this agent may accept */
    bool drafts; /* only submissions that are drafts */
    struct record *record;
    uint32_t seen;
};

static int choose(void *context, const struct record *record, enum store_pending pending)
{
    struct choice *choice = context;

    (void)pending;
    if ((choice->for_me && !(handoff_is_offered(record) &&
                             handoff_is_for(record, choice->life->terminal->agent, NULL))) ||
        (choice->drafts && !submission_is_draft(record)))
        return 0;
    if (chaos_draw(&choice->life->random, ++choice->seen) == 0) {
        record_free(choice->record);
        choice->record = record_copy(record);
    }
    return 0;
}

/* New, NULL when there is none. */
static struct record *any_of(struct life *life, enum record_type type, bool for_me, bool drafts)
{
    struct choice choice = {.life = life, .for_me = for_me, .drafts = drafts};
    struct store_query query = {.type = type};
    struct error error = ERROR_INIT;

    must(life, store_each(life->store, &query, choose, &choice, &error), &error, "store_each");
    return choice.record;
}

static int begin_matter(struct life *life, struct batch *batch, struct error *error)
{
    struct client_details details = {.name = "Zoé Tremblay", .phone = "418 555 0100"};
    struct case_start start = {.subject = "acte de naissance"};
    struct id id;

    int code = client_new(batch, &life->author, &details, &start.client, error);
    return code != 0 ? code : case_open(batch, &life->author, &start, &id, error);
}

static int write_note(struct life *life, const struct record *matter, struct batch *batch,
                      struct error *error)
{
    char text[80];
    struct note_draft draft = {.kind = "contact", .text = text, .matter = matter->id};
    struct id id;

    (void)snprintf(text, sizeof text, "Note %u de %s, à suivre", chaos_draw(&life->random, 1000000),
                   life->terminal->login);
    return note_write(batch, &life->author, &draft, &id, error);
}

static int offer(struct life *life, const struct record *matter, struct batch *batch,
                 struct error *error)
{
    struct handoff_offer offer = {.summary = "à continuer", .context = "tout est dit"};
    const struct chaos_terminal *other =
        &life->chaos->terminals[chaos_draw(&life->random, CHAOS_TERMINALS)];
    struct id id;

    offer.matter = matter->id;
    switch (chaos_draw(&life->random, 3)) {
    case 0:
        offer.target.queue = "sample/front-line";
        break;
    case 1:
        offer.target.office = other->office;
        break;
    default:
        offer.target.agent = other->agent->id;
        break;
    }
    return handoff_offer(batch, &life->author, &offer, &id, error);
}

static int begin_draft(struct life *life, const struct record *matter, struct batch *batch,
                       struct error *error)
{
    struct submission_place place = {.matter = matter->id};
    struct id form_id = id_from_key("form", "sample/chaos");
    struct record *form = record_new(RECORD_FORM, &form_id);
    struct id id;

    json_object_set_new(form->body, "key", json_string("sample/chaos"));
    json_object_set_new(form->body, "version", json_integer(1));
    int code = submission_start(batch, &life->author, form, &place, &id, error);
    record_free(form);
    return code;
}

static int fill_draft(struct life *life, const struct record *draft, struct batch *batch,
                      struct error *error)
{
    char name[8];

    (void)snprintf(name, sizeof name, "q%u", chaos_draw(&life->random, 5));
    json_t *answers = json_pack("{s:i}", name, (int)chaos_draw(&life->random, 1000));
    int code = submission_change(batch, &life->author, draft, answers, "/q", NULL, error);
    json_decref(answers);
    return code;
}

static int change_client(struct life *life, const struct record *client, struct batch *batch,
                         struct error *error)
{
    char text[40];
    bool phone = chaos_draw(&life->random, 2) == 0;

    (void)snprintf(text, sizeof text, phone ? "418 555 %04u" : "z%u@example.org",
                   chaos_draw(&life->random, 10000));
    struct client_details details = {.phone = phone ? text : NULL, .email = phone ? NULL : text};
    return client_change(batch, &life->author, client, &details, error);
}

static int decide(struct life *life, const struct record *handoff, struct batch *batch,
                  struct error *error)
{
    return chaos_draw(&life->random, 8) == 0
               ? handoff_decline(batch, &life->author, handoff, "pas à moi", error)
               : handoff_accept(batch, &life->author, handoff, error);
}

/* What is done to a record of a type; as often as it stands here. */
static const struct act {
    enum record_type type;
    bool for_me;
    bool drafts;
    int (*act)(struct life *life, const struct record *record, struct batch *batch,
               struct error *error);
} acts[] = {
    {RECORD_CASE, false, false, write_note},      {RECORD_CASE, false, false, write_note},
    {RECORD_CASE, false, false, offer},           {RECORD_CASE, false, false, begin_draft},
    {RECORD_CLIENT, false, false, change_client}, {RECORD_CLIENT, false, false, change_client},
    {RECORD_HANDOFF, true, false, decide},        {RECORD_HANDOFF, true, false, decide},
    {RECORD_HANDOFF, true, false, decide},        {RECORD_SUBMISSION, false, true, fill_draft},
    {RECORD_SUBMISSION, false, true, fill_draft},
};

/* --- taking back ------------------------------------------------------------------------------ */

static int keep_last(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

static void take_back(struct life *life)
{
    struct error error = ERROR_INIT;
    struct id id = {""};

    must(life, store_outbox_each(life->store, 1000, keep_last, &id, &error), &error, "the outbox");
    if (id_is_empty(&id))
        return;
    write_down(life, "back", NULL, &id);
    if (store_outbox_withdraw(life->store, &id, &error) == 0)
        write_down(life, "gone", NULL, &id);
    else
        write_down(life, "stays", NULL, &id);
}

static void act(struct life *life)
{
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct record *record = NULL;
    uint32_t which = chaos_draw(&life->random, 3 + sizeof acts / sizeof acts[0]);
    int code = 0;

    if (which < 2) {
        code = begin_matter(life, &batch, &error);
    } else if (which == 2) {
        take_back(life);
    } else {
        const struct act *chosen = &acts[which - 3];
        record = any_of(life, chosen->type, chosen->for_me, chosen->drafts);
        code = record == NULL ? 0 : chosen->act(life, record, &batch, &error);
    }
    /* The sync thread may have renewed it. */
    for (size_t i = 0; code == 0 && i < batch.count; i++)
        write_down(life, "intent", batch.operations[i], &batch.operations[i]->id);
    if (code == 0 && batch.count > 0) {
        code = store_apply(life->store, batch.operations, batch.count, NULL, &error);
        for (size_t i = 0; i < batch.count; i++)
            write_down(life, code == 0 ? "done" : "void", NULL, &batch.operations[i]->id);
        link_sync_ring(life->link);
    }
    if (code == ERROR_STORAGE || code == ERROR_MEMORY || code == ERROR_INTERNAL)
        give_up(life, "an act", &error);
    record_free(record);
    batch_clear(&batch);
}

/* --- life ------------------------------------------------------------------------------------- */

static void wake_up(struct life *life)
{
    struct chaos_terminal *terminal = life->terminal;
    struct error error = ERROR_INIT;
    char url[64];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", terminal->proxy.port);
    must(life, link_new(&life->link, &error), &error, "link");
    must(life, store_open(&life->store, terminal->store_path, terminal->key, &error), &error,
         "store");
    must(life, store_catch_up(life->store, &error), &error, "the journal");
    clock_init(&life->clock, clock_system, NULL);
    (void)clock_observe(&life->clock, store_latest_moment(life->store));
    life->author = (struct author){.agent = terminal->agent->id,
                                   .device = *store_device(life->store),
                                   .office = terminal->office,
                                   .channel = "counter",
                                   .clock = &life->clock,
                                   .ids = &life->ids};
    struct sync_options options = {
        .server_url = url, .catalogue_path = terminal->catalogue_path, .link = life->link};
    must(life, sync_start(&life->sync, &options, &error), &error, "sync");
    must(life,
         link_sign_in(life->link, terminal->login, CHAOS_PASSWORD, &life->author.device, &error),
         &error, "sign-in");
    must(life, link_store_set(life->link, terminal->store_path, terminal->key, &error), &error,
         "the link's store");
}

static void tell(struct life *life)
{
    struct chaos_shared *shared = life->terminal->shared;
    struct link_status status;

    link_status_get(life->link, &status);
    atomic_store(&shared->waiting, (long long)store_outbox_count(life->store, NULL));
    atomic_store(&shared->online, status.state == LINK_ONLINE);
}

void chaos_terminal_live(const struct chaos *chaos, struct chaos_terminal *terminal, uint64_t seed)
{
    struct life life = {.chaos = chaos, .terminal = terminal, .random = seed * 2 + 1};

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    life.made = open(terminal->made_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (life.made < 0)
        abort();
    wake_up(&life);
    while (!atomic_load(&terminal->shared->ending)) {
        if (!atomic_load(&terminal->shared->resting)) {
            act(&life);
            atomic_fetch_add(&terminal->shared->acts, 1);
        } else {
            link_sync_ring(life.link);
        }
        tell(&life);
        (void)poll(NULL, 0, 20 + (int)chaos_draw(&life.random, 300));
    }
    sync_stop(life.sync);
    store_close(life.store);
    link_free(life.link);
    (void)close(life.made);
    _exit(0);
}
