/* Messages to clients are handed over once, tried again when they must be, and told by themselves
 * to those who asked. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "app/continue.h"
#include "app/delivery.h"
#include "app/json.h"
#include "net/message_worker.h"
#include "tests/unit/ledger_fixture.h"

/* A channel that does as it is told, and keeps what it was given. */
struct channel {
    pthread_mutex_t mutex;
    enum message_fate fates[8]; /* the last one stands for all that follow */
    int fate_count;
    bool cancelled; /* the server dies while it hands over */
    int calls;
    char texts[8][2048], names[8][MESSAGE_ID_SIZE], to[8][64];
    bool steps; /* the other side does not know what comes again */
    char name_now[MESSAGE_ID_SIZE];
};

static struct channel email, sms;

static void name_it(void *context, const struct record *message, char id[MESSAGE_ID_SIZE])
{
    struct channel *channel = context;

    snprintf(id, MESSAGE_ID_SIZE, "guichet.%s@example.ca", message->id.text);
    snprintf(channel->name_now, sizeof(channel->name_now), "%s", id);
}

static int take(void *context, const struct ledger_letter *letter,
                const struct message_last_step *last_step, struct message_outcome *outcome,
                struct error *error)
{
    struct channel *channel = context;
    bool cancelled, steps;

    pthread_mutex_lock(&channel->mutex);
    if (channel->calls < 8) {
        snprintf(channel->texts[channel->calls], 2048, "%s", record_text(letter->message, "text"));
        snprintf(channel->to[channel->calls], 64, "%s", record_text(letter->message, "to"));
        memcpy(channel->names[channel->calls], channel->name_now, MESSAGE_ID_SIZE);
    }
    outcome->fate = channel->fates[channel->calls < channel->fate_count ? channel->calls
                                                                        : channel->fate_count - 1];
    channel->calls++;
    cancelled = channel->cancelled;
    steps = channel->steps;
    pthread_mutex_unlock(&channel->mutex);
    if (outcome->fate != MESSAGE_SENT)
        snprintf(outcome->reason, sizeof(outcome->reason), "550 no such user");
    if (steps)
        assert_int_equal(last_step->take(last_step->context, error), 0);
    return cancelled ? error_set(error, ERROR_CANCELLED, "stopped") : 0;
}

static void channel_reset(struct channel *channel)
{
    memset(channel, 0, sizeof(*channel));
    pthread_mutex_init(&channel->mutex, NULL);
    channel->fates[0] = MESSAGE_SENT;
    channel->fate_count = 1;
}

static int calls_of(struct channel *channel)
{
    int calls;

    pthread_mutex_lock(&channel->mutex);
    calls = channel->calls;
    pthread_mutex_unlock(&channel->mutex);
    return calls;
}

static void quiet(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static struct message_worker *start(struct ledger_fixture *f, bool connected)
{
    static struct message_carrier carriers[2];
    struct message_worker_options options = {.carriers = carriers,
                                             .carrier_count = connected ? 2 : 0,
                                             .public_address = "https://services.example.ca",
                                             .retry_ms = 10,
                                             .retry_limit_ms = 40,
                                             .give_up_ms = 60000,
                                             .log = quiet};
    struct message_worker *worker;
    struct error error = ERROR_INIT;

    carriers[0] = (struct message_carrier){"email", &email, name_it, take, NULL};
    carriers[1] = (struct message_carrier){"sms", &sms, NULL, take, NULL};
    if (message_worker_start(&worker, &options, f->ledger, &error) != 0)
        fail_msg("%s", error.message);
    return worker;
}

static int setup(void **state)
{
    channel_reset(&email);
    channel_reset(&sms);
    return fixture_setup(state);
}

/* --- records ---------------------------------------------------------------------------------- */

static struct id make_client(struct ledger_fixture *f, const char *channel, bool alerts)
{
    json_t *body = fixture_client("sample/b");

    json_object_set_new(body, "name", json_string("Zoé Roy"));
    json_object_set_new(body, "language", json_string("fr"));
    json_object_set_new(body, "email", json_string("zoe@example.ca"));
    json_object_set_new(body, "phone", json_string("418 555-0101"));
    json_object_set_new(body, "preferred_channel", json_string(channel));
    json_object_set_new(body, "alerts", json_boolean(alerts));
    return fixture_make(f, BEN, RECORD_CLIENT, body);
}

static struct id make_case(struct ledger_fixture *f, const struct id *client)
{
    json_t *body = fixture_case(f, BEN, "sample/b");

    json_object_set_new(body, "client", json_string(client->text));
    return fixture_make(f, BEN, RECORD_CASE, body);
}

static struct id make_message(struct ledger_fixture *f, const char *channel)
{
    return fixture_make(f, BEN, RECORD_MESSAGE,
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "channel",
                                  channel, "direction", "out", "text", "Bonjour", "subject", "S",
                                  "to", "zoe@example.ca", "office", "sample/b", "at",
                                  "2026-11-24T12:00:00.000Z", "state", "queued", "author",
                                  f->actors[BEN].agent.text));
}

static json_t *body_of(struct ledger_fixture *f, enum record_type type, const struct id *id)
{
    json_t *document = NULL, *body;

    assert_int_equal(fixture_read(f, BEN, type, id, &document), 0);
    body = json_incref(json_object_get(document, "body"));
    json_decref(document);
    return body;
}

/* Waits until the message is in this state. New reference to its body. */
static json_t *wait_for(struct ledger_fixture *f, const struct id *id, const char *member,
                        const char *expected)
{
    const struct timespec pause = {0, 5000000};

    for (int i = 0; i < 6000; i++) {
        json_t *body = body_of(f, RECORD_MESSAGE, id);

        if (strcmp(json_text_or(body, member, ""), expected) == 0)
            return body;
        json_decref(body);
        nanosleep(&pause, NULL);
    }
    fail_msg("%s never became %s", member, expected);
    return NULL;
}

/* The messages of the case that the server wrote, as Ben sees them. New reference. */
static json_t *told(struct ledger_fixture *f, const struct id *matter)
{
    json_t *page = fixture_desk(f, BEN, 0, 1000, NULL), *list = json_array();
    json_t *document;
    size_t i;

    json_array_foreach(page, i, document)
    {
        json_t *body = json_object_get(document, "body");

        if (strcmp(json_text_or(document, "type", ""), "message") == 0 &&
            strcmp(json_text_or(body, "case", ""), matter->text) == 0)
            json_array_append(list, body);
    }
    json_decref(page);
    return list;
}

/* Waits until no notice is left. */
static void wait_told(struct ledger_fixture *f)
{
    const struct timespec pause = {0, 5000000};
    struct ledger_notice notice;
    struct error error = ERROR_INIT;
    bool found = true;

    for (int i = 0; i < 6000 && found; i++) {
        assert_int_equal(ledger_notice_first(f->ledger, &notice, &found, &error), 0);
        if (found)
            nanosleep(&pause, NULL);
    }
    assert_false(found);
}

/* A claim by Ben, who has seen the record as it stands. */
static void claim(struct ledger_fixture *f, enum record_type type, const struct id *id,
                  const char *member, const char *word)
{
    json_t *document = NULL;
    int64_t rev;

    assert_int_equal(fixture_read(f, BEN, type, id, &document), 0);
    rev = json_integer_or(document, "rev", 0);
    json_decref(document);
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, type, id, rev,
                                      json_pack("{s:s}", member, word)));
}

static void set_status(struct ledger_fixture *f, const struct id *matter, const char *status)
{
    claim(f, RECORD_CASE, matter, "status", status);
}

static void publish_templates(struct ledger_fixture *f)
{
    static const char *const uses[] = {"received", "information-missing", "decision"};

    for (size_t i = 0; i < 3; i++)
        fixture_publish(f, RECORD_TEMPLATE, uses[i],
                        json_pack("{s:s, s:{s:s}, s:{s:s}}", "use", uses[i], "subject", "fr",
                                  "Demande {reference}", "text", "fr",
                                  "{name} {status}\nManque : {missing}\n{status_page}\nCode "
                                  "{status_code}\n"));
    fixture_publish(f, RECORD_TEMPLATE, "questionnaire",
                    json_pack("{s:s, s:s, s:{s:s}, s:{s:s}}", "use", "questionnaire", "form",
                              "satisfaction", "subject", "fr", "S", "text", "fr",
                              "{questionnaire}\n"));
}

/* --- sending ---------------------------------------------------------------------------------- */

static void test_sends_once(void **state)
{
    struct ledger_fixture *f = *state;
    struct message_worker *worker = start(f, true);
    struct id id = make_message(f, "email");
    json_t *body = wait_for(f, &id, "state", "sent");

    assert_int_equal(json_integer_or(body, "attempts", 0), 1);
    assert_non_null(json_object_get(body, "sent_at"));
    assert_null(json_object_get(body, "next_attempt_at"));
    assert_string_equal(json_text_or(body, "message_id", ""), email.names[0]);
    json_decref(body);
    message_worker_stop(worker);
    assert_int_equal(email.calls, 1);
    assert_int_equal(sms.calls, 0);
}

static void test_tries_again_then_bounces(void **state)
{
    struct ledger_fixture *f = *state;
    struct message_worker *worker;
    struct id id;
    json_t *body;

    email.fates[0] = email.fates[1] = MESSAGE_LATER;
    email.fates[2] = MESSAGE_BOUNCED;
    email.fates[3] = MESSAGE_SENT;
    email.fate_count = 4;
    worker = start(f, true);
    id = make_message(f, "email");
    body = wait_for(f, &id, "state", "bounced");
    assert_int_equal(json_integer_or(body, "attempts", 0), 3);
    assert_string_equal(json_text_or(body, "reason", ""), "550 no such user");
    json_decref(body);
    /* The same message, to whoever reads it. */
    assert_string_equal(email.names[0], email.names[2]);
    /* The agent has it sent again. */
    claim(f, RECORD_MESSAGE, &id, "state", "queued");
    json_decref(wait_for(f, &id, "state", "sent"));
    message_worker_stop(worker);
    assert_int_equal(email.calls, 4);
}

static void test_killed_while_handing_over(void **state)
{
    struct ledger_fixture *f = *state;
    const struct timespec pause = {0, 5000000};
    struct message_worker *worker;
    struct id id;
    json_t *body;

    email.cancelled = true;
    worker = start(f, true);
    id = make_message(f, "email");
    while (calls_of(&email) == 0)
        nanosleep(&pause, NULL);
    message_worker_stop(worker);
    body = body_of(f, RECORD_MESSAGE, &id);
    /* It was noted before it was handed over. */
    assert_string_equal(json_text_or(body, "state", ""), "queued");
    assert_true(json_integer_or(body, "attempts", 0) >= 1);
    json_decref(body);
    fixture_reopen(f);
    email.cancelled = false;
    worker = start(f, true);
    json_decref(wait_for(f, &id, "state", "sent"));
    message_worker_stop(worker);
    assert_string_equal(email.names[0], email.names[email.calls - 1]);
}

/* Nobody knows whether the other side had it: it goes again under the same name, and the case says
 * that it may have come twice. What was not handed over goes without a word. */
static void killed_at(struct ledger_fixture *f, bool steps, const char *waiting, const char *sent)
{
    const struct timespec pause = {0, 5000000};
    struct message_worker *worker;
    struct id id;
    json_t *body;
    int calls;

    email.cancelled = true;
    email.steps = steps;
    worker = start(f, true);
    id = make_message(f, "email");
    while (calls_of(&email) == 0)
        nanosleep(&pause, NULL);
    message_worker_stop(worker);
    body = body_of(f, RECORD_MESSAGE, &id);
    assert_string_equal(json_text_or(body, "state", ""), "queued");
    assert_string_equal(json_text_or(body, "reason", ""), waiting);
    json_decref(body);
    fixture_reopen(f);
    /* The second try is put off: what is not known stays so. */
    calls = calls_of(&email);
    email.cancelled = false;
    email.fates[0] = email.fates[calls] = MESSAGE_LATER;
    for (int i = 0; i < calls; i++)
        email.fates[i] = MESSAGE_LATER;
    email.fates[calls + 1] = MESSAGE_SENT;
    email.fate_count = calls + 2;
    worker = start(f, true);
    body = wait_for(f, &id, "state", "sent");
    message_worker_stop(worker);
    assert_string_equal(json_text_or(body, "reason", ""), sent);
    json_decref(body);
    assert_string_equal(email.names[0], email.names[calls_of(&email) - 1]);
}

static void test_what_may_have_arrived_is_said(void **state)
{
    killed_at(*state, true, MESSAGE_ANSWER_UNKNOWN, MESSAGE_MAYBE_TWICE);
}

static void test_what_was_not_handed_over_goes_without_a_word(void **state)
{
    killed_at(*state, false, "", "");
}

static void test_an_answer_is_known(void **state)
{
    struct ledger_fixture *f = *state;
    struct message_worker *worker;
    json_t *body;
    struct id id;

    email.steps = true;
    email.fates[0] = MESSAGE_LATER;
    email.fates[1] = MESSAGE_SENT;
    email.fate_count = 2;
    worker = start(f, true);
    id = make_message(f, "email");
    body = wait_for(f, &id, "state", "sent");
    message_worker_stop(worker);
    assert_string_equal(json_text_or(body, "reason", ""), "");
    json_decref(body);
}

static void test_nobody_carries(void **state)
{
    struct ledger_fixture *f = *state;
    struct message_worker *worker = start(f, false);
    struct id id = make_message(f, "sms"), letter = make_message(f, "mail");
    json_t *body = wait_for(f, &id, "reason", MESSAGE_NOT_CONNECTED);

    json_decref(body);
    message_worker_stop(worker);
    worker = start(f, true);
    json_decref(wait_for(f, &id, "state", "sent"));
    message_worker_stop(worker);
    assert_int_equal(sms.calls, 1);
    body = body_of(f, RECORD_MESSAGE, &letter);
    assert_string_equal(json_text_or(body, "state", ""), "queued");
    json_decref(body);
}

static void test_taken_back(void **state)
{
    struct ledger_fixture *f = *state;
    struct id id = make_message(f, "email"), other = make_message(f, "email");
    struct message_worker *worker;

    claim(f, RECORD_MESSAGE, &id, "state", "withdrawn");
    worker = start(f, true);
    json_decref(wait_for(f, &other, "state", "sent"));
    message_worker_stop(worker);
    assert_int_equal(email.calls, 1);
}

static void move(struct ledger_fixture *f, const struct id *id, int64_t send_ms)
{
    json_t *document = NULL;
    int64_t rev;

    assert_int_equal(fixture_read(f, BEN, RECORD_MESSAGE, id, &document), 0);
    rev = json_integer_or(document, "rev", 0);
    json_decref(document);
    fixture_applied(f, BEN,
                    fixture_operation(
                        f, BEN, OPERATION_CLAIM, RECORD_MESSAGE, id, rev,
                        json_pack("{s:s, s:o}", "state", "queued", "send_at", json_time(send_ms))));
}

/* One that is planned waits for its day, also when that day was moved, while the others go. */
static void test_leaves_on_its_day(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now_ms = clock_system(NULL), left_ms;
    struct id later = make_message(f, "email"), sooner = make_message(f, "email"), other;
    struct message_worker *worker;
    json_t *body;

    move(f, &later, now_ms + INT64_C(3600000));
    move(f, &sooner, now_ms + INT64_C(3600000));
    worker = start(f, true);
    other = make_message(f, "email");
    json_decref(wait_for(f, &other, "state", "sent"));
    assert_int_equal(email.calls, 1);
    now_ms = clock_system(NULL);
    move(f, &sooner, now_ms + 300);
    body = wait_for(f, &sooner, "state", "sent");
    assert_true(timestamp_parse(json_text_or(body, "sent_at", ""), &left_ms));
    assert_true(left_ms >= now_ms + 300);
    json_decref(body);
    body = body_of(f, RECORD_MESSAGE, &later);
    assert_string_equal(json_text_or(body, "state", ""), "queued");
    json_decref(body);
    message_worker_stop(worker);
    assert_int_equal(email.calls, 2);
}

static void test_refused_by_the_client(void **state)
{
    struct ledger_fixture *f = *state;
    json_t *client = fixture_client("sample/b"), *body;
    struct message_worker *worker;
    struct id client_id, id;

    json_object_set_new(client, "email", json_string("zoe@example.ca"));
    json_object_set_new(client, "channel_consent", json_pack("{s:b}", "email", 0));
    client_id = fixture_make(f, BEN, RECORD_CLIENT, client);
    id = fixture_make(f, BEN, RECORD_MESSAGE,
                      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "channel", "email",
                                "direction", "out", "text", "B", "office", "sample/b", "at",
                                "2026-11-24T12:00:00.000Z", "state", "queued", "author",
                                f->actors[BEN].agent.text, "client", client_id.text));
    worker = start(f, true);
    body = wait_for(f, &id, "state", "bounced");
    assert_non_null(strstr(json_text_or(body, "reason", ""), "wants no messages"));
    json_decref(body);
    message_worker_stop(worker);
    assert_int_equal(email.calls, 0);
}

/* --- telling ---------------------------------------------------------------------------------- */

static void test_tells_each_change_once(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = make_client(f, "email", true), matter;
    struct message_worker *worker;
    json_t *list, *body;

    publish_templates(f);
    worker = start(f, true);
    matter = make_case(f, &client);
    wait_told(f);
    list = told(f, &matter);
    assert_int_equal(json_array_size(list), 1);
    body = json_array_get(list, 0);
    assert_string_equal(json_text_or(body, "channel", ""), "email");
    assert_string_equal(json_text_or(body, "to", ""), "zoe@example.ca");
    assert_non_null(strstr(json_text_or(body, "text", ""), "Zoé Roy reçue\nhttps://services"));
    /* Nothing is missing, so that line is not there; the client had no code yet. */
    assert_null(strstr(json_text_or(body, "text", ""), "Manque"));
    assert_non_null(strstr(json_text_or(body, "text", ""), "Code "));
    json_decref(list);
    message_worker_stop(worker);
    fixture_reopen(f);
    worker = start(f, true);
    set_status(f, &matter, "in-progress");
    set_status(f, &matter, "approved");
    wait_told(f);
    list = told(f, &matter);
    assert_int_equal(json_array_size(list), 2);
    json_decref(list);
    set_status(f, &matter, "closed");
    wait_told(f);
    list = told(f, &matter);
    assert_int_equal(json_array_size(list), 3);
    json_decref(list);
    body = body_of(f, RECORD_CASE, &matter);
    assert_string_equal(json_text_or(json_object_get(body, "questionnaire"), "form", ""),
                        "satisfaction");
    assert_non_null(json_object_get(body, "status_code"));
    json_decref(body);
    message_worker_stop(worker);
}

/* The newest message of a case says this, and nothing of how the record puts it. */
static void expect_told(struct ledger_fixture *f, const struct id *matter, const char *words)
{
    json_t *list, *body;
    const char *text;

    wait_told(f);
    list = told(f, matter);
    body = json_array_get(list, json_array_size(list) - 1);
    text = json_text_or(body, "text", "");
    if (strncmp(text, words, strlen(words)) != 0 || text[strlen(words)] != '\n')
        fail_msg("\"%s\" instead of \"%s\"", text, words);
    json_decref(list);
}

static void publish_both_languages(struct ledger_fixture *f)
{
    static const char *const uses[] = {"received", "information-missing", "decision"};

    for (size_t i = 0; i < 3; i++)
        fixture_publish(f, RECORD_TEMPLATE, uses[i],
                        json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s}}", "use", uses[i], "subject",
                                  "fr", "Demande {reference}", "en", "Request {reference}", "text",
                                  "fr", "{status}\n", "en", "{status}\n"));
}

static struct id make_client_in(struct ledger_fixture *f, const char *language, const char *address)
{
    json_t *body = fixture_client("sample/b");

    json_object_set_new(body, "name", json_string("Zoé Roy"));
    json_object_set_new(body, "language", json_string(language));
    json_object_set_new(body, "email", json_string(address));
    json_object_set_new(body, "preferred_channel", json_string("email"));
    json_object_set_new(body, "alerts", json_true());
    return fixture_make(f, BEN, RECORD_CLIENT, body);
}

/* Nobody is told "information-missing": it is said in words, in the language of the client. */
static void test_tells_in_the_words_of_their_language(void **state)
{
    static const struct {
        const char *language, *received, *missing, *approved, *refused;
    } said[] = {
        {"fr", "reçue", "information manquante", "acceptée", "refusée"},
        {"fr-CA", "reçue", "information manquante", "acceptée", "refusée"},
        {"en", "received", "information missing", "approved", "refused"},
    };
    struct ledger_fixture *f = *state;
    struct message_worker *worker;

    publish_both_languages(f);
    worker = start(f, true);
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        struct id client = make_client_in(f, said[i].language, "zoe@example.ca"), matter;

        matter = make_case(f, &client);
        expect_told(f, &matter, said[i].received);
        set_status(f, &matter, "information-missing");
        expect_told(f, &matter, said[i].missing);
        set_status(f, &matter, "in-progress");
        set_status(f, &matter, "approved");
        expect_told(f, &matter, said[i].approved);
        matter = make_case(f, &client);
        expect_told(f, &matter, said[i].received);
        set_status(f, &matter, "refused");
        expect_told(f, &matter, said[i].refused);
    }
    message_worker_stop(worker);
}

/* The case is of a file that was merged into another one: who is written to is who they are now. */
static void test_tells_a_merged_client_where_they_are_now(void **state)
{
    struct ledger_fixture *f = *state;
    struct id old = make_client_in(f, "fr", "old@example.ca"), matter = make_case(f, &old);
    struct id stays = make_client_in(f, "en", "new@example.ca");
    struct message_worker *worker;
    json_t *list, *body;

    publish_both_languages(f);
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_CLIENT, &old, 1,
                                      json_pack("{s:s}", "merged_into", stays.text)));
    worker = start(f, true);
    wait_told(f);
    set_status(f, &matter, "approved");
    expect_told(f, &matter, "approved");
    message_worker_stop(worker);
    list = told(f, &matter);
    body = json_array_get(list, json_array_size(list) - 1);
    assert_string_equal(json_text_or(body, "to", ""), "new@example.ca");
    assert_string_equal(json_text_or(body, "client", ""), stays.text);
    json_decref(list);
}

static int64_t codes_kept(struct ledger_fixture *f)
{
    sqlite3_stmt *statement;
    sqlite3 *database;
    int64_t count;

    assert_int_equal(sqlite3_open_v2(f->path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    assert_int_equal(
        sqlite3_prepare_v2(database, "SELECT count(*) FROM message_code", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
}

/* The code in a text opens what the case grants. */
static void expect_opens(struct ledger_fixture *f, const struct id *matter, const char *member,
                         const char *text)
{
    unsigned char hash[CONTINUE_HASH_BYTES];
    struct continue_code code;
    struct continue_grant given;
    json_t *body = body_of(f, RECORD_CASE, matter);

    assert_true(continue_grant_from_json(json_object_get(body, member), &given));
    assert_int_equal(continue_code_read(&code, text), CONTINUE_READ);
    assert_int_equal(continue_code_hash(&code, given.salt, hash, NULL), 0);
    assert_memory_equal(hash, given.hash, sizeof(hash));
    json_decref(body);
}

/* Whoever reads the case sees that a code was sent, and not the code; the client gets it, also when
 * the server was killed meanwhile; once it is sent nobody keeps it. */
static void test_codes_stand_in_no_record(void **state)
{
    static const char page[] = "https://services.example.ca/v1/questionnaire/";
    struct ledger_fixture *f = *state;
    struct id client = make_client(f, "email", true), matter;
    struct message_worker *worker;
    json_t *list;
    char code[15] = "";
    const char *text;

    publish_templates(f);
    email.fates[0] = email.fates[1] = MESSAGE_LATER;
    email.fates[2] = MESSAGE_SENT;
    email.fate_count = 3;
    worker = start(f, false);
    matter = make_case(f, &client);
    wait_told(f);
    message_worker_stop(worker);
    list = told(f, &matter);
    text = json_text_or(json_array_get(list, 0), "text", "");
    assert_non_null(strstr(text, "\nCode **** **** ****\n"));
    assert_int_equal(codes_kept(f), 1);
    json_decref(list);
    fixture_reopen(f);
    worker = start(f, true);
    for (int i = 0; i < 2000 && codes_kept(f) > 0; i++)
        usleep(5000);
    assert_int_equal(codes_kept(f), 0);
    assert_int_equal(calls_of(&email), 3);
    for (int i = 0; i < 3; i++) {
        text = strstr(email.texts[i], "\nCode ");
        assert_non_null(text);
        snprintf(code, sizeof(code), "%.14s", text + strlen("\nCode "));
        expect_opens(f, &matter, "status_code", code);
    }
    list = told(f, &matter);
    assert_non_null(strstr(json_text_or(json_array_get(list, 0), "text", ""), "****"));
    json_decref(list);
    set_status(f, &matter, "closed");
    wait_told(f);
    for (int i = 0; i < 2000 && (calls_of(&email) < 4 || codes_kept(f) > 0); i++)
        usleep(5000);
    message_worker_stop(worker);
    assert_int_equal(strncmp(email.texts[3], page, strlen(page)), 0);
    snprintf(code, sizeof(code), "%.12s", email.texts[3] + strlen(page));
    expect_opens(f, &matter, "questionnaire", code);
    list = told(f, &matter);
    assert_null(strstr(json_text_or(json_array_get(list, 1), "text", code), code));
    json_decref(list);
}

static void test_tells_nobody_unasked(void **state)
{
    struct ledger_fixture *f = *state;
    struct id client = make_client(f, "sms", false), matter;
    struct message_worker *worker;
    json_t *list;

    publish_templates(f);
    worker = start(f, true);
    matter = make_case(f, &client);
    set_status(f, &matter, "approved");
    wait_told(f);
    message_worker_stop(worker);
    list = told(f, &matter);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sends_once, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tries_again_then_bounces, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_killed_while_handing_over, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_may_have_arrived_is_said, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_not_handed_over_goes_without_a_word, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_answer_is_known, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nobody_carries, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_taken_back, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_leaves_on_its_day, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_refused_by_the_client, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tells_each_change_once, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_codes_stand_in_no_record, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tells_in_the_words_of_their_language, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tells_a_merged_client_where_they_are_now, setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tells_nobody_unasked, setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
