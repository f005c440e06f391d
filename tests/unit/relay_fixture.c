#include "tests/unit/relay_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/import.h"
#include "app/json.h"
#include "app/text.h"

#define NOW INT64_C(1800000000000)

static void read_scope(struct relay_fixture *f, bool catalogue)
{
    struct scope_set scopes = {0};
    struct ledger_page page;
    char digest[LEDGER_DIGEST_SIZE];
    bool more = true;

    /* As the engine does: others than before are read from the beginning. */
    if (catalogue)
        assert_int_equal(scope_set_add(&scopes, "", LEDGER_CATALOGUE_SCOPE, NULL), 0);
    else
        assert_int_equal(ledger_relay_scopes(f->centre.ledger, &f->account, &scopes, digest, NULL),
                         0);
    if (!catalogue && strcmp(f->place.scopes, digest) != 0)
        f->place.desk = 0;
    while (more) {
        int64_t *cursor = catalogue ? &f->place.catalogue : &f->place.desk;
        json_t *records, *gone;

        assert_int_equal(ledger_changes(f->centre.ledger, &scopes, *cursor, 3, NULL, &page, NULL),
                         0);
        assert_int_equal(ledger_relay_page(f->centre.ledger, &scopes, &page, &records, NULL), 0);
        more = page.more;
        *cursor = page.next;
        f->place.whole |= !catalogue && !more;
        f->place.catalogue_whole |= catalogue && !more;
        assert_int_equal(ledger_relay_page_gone(&page, &gone, NULL), 0);
        assert_int_equal(ledger_relay_take(f->relay, gone, 0, NULL), 0);
        json_decref(gone);
        assert_int_equal(ledger_relay_give(f->relay, records, &f->place, NOW, NULL), 0);
        json_decref(records);
        ledger_page_clear(&page);
    }
    if (!catalogue)
        text_copy(f->place.scopes, sizeof(f->place.scopes), digest);
    scope_set_free(&scopes);
}

void relay_pull_desk(struct relay_fixture *f)
{
    read_scope(f, false);
}

void relay_pull(struct relay_fixture *f)
{
    read_scope(f, true);
    read_scope(f, false);
    assert_int_equal(ledger_relay_sweep(f->relay, NULL), 0);
}

static void answer(struct relay_fixture *f, const struct ledger_carried *carried,
                   const struct ledger_outcome *outcomes, size_t count)
{
    struct ledger_verdict verdicts[64];
    char epoch[LEDGER_EPOCH_SIZE];

    for (size_t i = 0; i < count; i++)
        verdicts[i] = (struct ledger_verdict){
            .operation = carried[i].operation->id,
            .refusal = outcomes[i].kind == LEDGER_REFUSED ? outcomes[i].refusal : MERGE_APPLIED,
            .rev = outcomes[i].rev,
            .seq = outcomes[i].seq,
            .repeated = outcomes[i].kind == LEDGER_REPEATED,
            .conflict = outcomes[i].conflict,
            .field = outcomes[i].field,
            .record = outcomes[i].record};
    assert_int_equal(ledger_shown_epoch(f->centre.ledger, outcomes, count, epoch, NULL), 0);
    assert_int_equal(ledger_upward_settle(f->relay, verdicts, count, "", epoch, NOW, NULL), 0);
}

size_t relay_push(struct relay_fixture *f, size_t limit, bool answered)
{
    struct ledger_carried carried[64];
    struct ledger_outcome outcomes[64];
    json_t *batch, *document;
    size_t index, count;

    assert_int_equal(ledger_upward_read(f->relay, limit, 1 << 20, &batch, NULL), 0);
    count = json_array_size(batch);
    json_array_foreach(batch, index, document)
    {
        assert_int_equal(operation_from_json(&carried[index].operation, document, NULL), 0);
        id_parse(&carried[index].after, json_text_or(document, "after", ""));
    }
    assert_int_equal(
        ledger_relay_apply(f->centre.ledger, &f->account, carried, count, NOW, outcomes, NULL), 0);
    if (answered)
        answer(f, carried, outcomes, count);
    for (index = 0; index < count; index++) {
        ledger_outcome_clear(&outcomes[index]);
        operation_free(carried[index].operation);
    }
    json_decref(batch);
    return count;
}

void relay_settle(struct relay_fixture *f)
{
    while (relay_push(f, 5, true) > 0)
        continue;
    relay_pull(f);
}

int64_t relay_waiting(struct relay_fixture *f)
{
    int64_t count;

    assert_int_equal(ledger_upward_count(f->relay, &count, NULL), 0);
    return count;
}

void relay_fixture_open(struct relay_fixture *f)
{
    const struct ledger_centre centre = {.url = "http://127.0.0.1:1", .token = "x"};

    *f = (struct relay_fixture){.place = {.office = "sample/a"}};
    fixture_open(&f->centre);
    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/q");
    fixture_publish(&f->centre, RECORD_OFFICE, "sample/a", NULL);
    fixture_publish(&f->centre, RECORD_QUEUE, "sample/w", NULL);
    assert_int_equal(
        ledger_relay_add(f->centre.ledger, "sample/a", NOW, &f->account, f->token, NULL), 0);
    snprintf(f->path, sizeof(f->path), "%s/relay.db", f->centre.folder);
    assert_int_equal(ledger_create(f->path, NULL), 0);
    assert_int_equal(ledger_open(&f->relay, f->path, NULL), 0);
    /* Its operations are made with the machine's clock. */
    assert_int_equal(ledger_become_relay(f->relay, &centre, 1, NULL), 0);
    relay_pull(f);
}

void relay_fixture_restart(struct relay_fixture *f)
{
    ledger_close(f->relay);
    assert_int_equal(ledger_open(&f->relay, f->path, NULL), 0);
    assert_int_equal(ledger_place_read(f->relay, &f->place, NULL), 0);
}

static void say(void *context, const char *finding)
{
    (void)context;
    print_error("relay: %s\n", finding);
}

void relay_fixture_close(struct relay_fixture *f)
{
    struct ledger_check check;
    char path[128];

    ledger_close(f->relay);
    assert_int_equal(ledger_check(f->path, say, NULL, &check, NULL), 0);
    assert_int_equal(check.findings, 0);
    unlink(f->path);
    snprintf(path, sizeof(path), "%s.lock", f->path);
    unlink(path);
    fixture_close(&f->centre);
}

void relay_apply(struct relay_fixture *f, enum fixture_agent who, struct operation *operation,
                 struct ledger_outcome *outcome)
{
    assert_int_equal(
        ledger_apply(f->relay, &f->centre.actors[who], &operation, 1, NOW, outcome, NULL), 0);
    operation_free(operation);
}

int64_t relay_applied(struct relay_fixture *f, enum fixture_agent who, struct operation *operation,
                      enum ledger_outcome_kind kind)
{
    struct ledger_outcome outcome;
    int64_t rev;

    relay_apply(f, who, operation, &outcome);
    if (outcome.kind != kind)
        print_error("outcome %d, refused %s %s\n", (int)outcome.kind,
                    merge_refusal_name(outcome.refusal), outcome.field);
    assert_int_equal(outcome.kind, kind);
    rev = outcome.rev;
    ledger_outcome_clear(&outcome);
    return rev;
}

static json_t *document_of(struct ledger *ledger, enum record_type type, const struct id *id)
{
    struct import_target target;
    struct record *record = NULL;
    json_t *document = NULL;

    ledger_import_target(ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    if (target.get(target.context, type, id, &record, NULL) == 0)
        document = record_to_json(record);
    target.rollback(target.context);
    record_free(record);
    return document;
}

json_t *relay_document(struct relay_fixture *f, enum record_type type, const struct id *id)
{
    return document_of(f->relay, type, id);
}

json_t *centre_document(struct relay_fixture *f, enum record_type type, const struct id *id)
{
    return document_of(f->centre.ledger, type, id);
}

static const char *says(json_t *document, const char *member)
{
    static char text[256];

    snprintf(text, sizeof(text), "%s", json_text_or(json_object_get(document, "body"), member, ""));
    json_decref(document);
    return text;
}

const char *relay_says(struct relay_fixture *f, enum record_type type, const struct id *id,
                       const char *member)
{
    return says(relay_document(f, type, id), member);
}

const char *centre_says(struct relay_fixture *f, enum record_type type, const struct id *id,
                        const char *member)
{
    return says(centre_document(f, type, id), member);
}

int relay_fixture_setup(void **state)
{
    struct relay_fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    relay_fixture_open(fixture);
    *state = fixture;
    return 0;
}

int relay_fixture_teardown(void **state)
{
    relay_fixture_close(*state);
    free(*state);
    return 0;
}

struct operation *relay_append(struct relay_fixture *f, enum fixture_agent who,
                               enum record_type type, const struct id *id, json_t *body)
{
    return fixture_operation(&f->centre, who, OPERATION_APPEND, type, id, 0, body);
}

struct operation *relay_fields(struct relay_fixture *f, enum fixture_agent who, const struct id *id,
                               int64_t base, const char *path, const char *value)
{
    return fixture_operation(&f->centre, who, OPERATION_FIELDS, RECORD_CLIENT, id, base,
                             json_pack("{s:s}", path, value));
}

struct operation *relay_take(struct relay_fixture *f, enum fixture_agent who,
                             const struct id *handoff, int64_t base)
{
    return fixture_operation(
        &f->centre, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, base,
        json_pack("{s:s, s:s}", "state", "accepted", "taken_by", f->centre.actors[who].agent.text));
}

struct id relay_make_client(struct relay_fixture *f, enum fixture_agent who)
{
    struct id id = fixture_id(&f->centre);

    assert_int_equal(
        relay_applied(f, who, relay_append(f, who, RECORD_CLIENT, &id, fixture_client("sample/a")),
                      LEDGER_APPLIED),
        1);
    return id;
}

void relay_denis_comes(struct relay_fixture *f)
{
    fixture_publish_agent(&f->centre, DENIS, "a", "");
    relay_pull(f);
}

/* Takes the numbers out of a document, so that two databases can be compared. */
static json_t *without_numbers(json_t *document)
{
    json_t *meta = json_object_get(document, "meta");
    const char *path;
    json_t *stamp;
    size_t index;

    json_object_del(document, "rev");
    json_object_del(document, "seq");
    json_object_del(json_object_get(meta, "claim"), "rev");
    json_object_foreach(json_object_get(meta, "stamps"), path, stamp)
    {
        json_object_del(stamp, "rev");
    }
    json_array_foreach(json_object_get(meta, "conflicts"), index, stamp)
    {
        json_object_del(stamp, "rev");
    }
    return document;
}

void assert_relay_agrees(struct relay_fixture *f, enum record_type type, const struct id *id)
{
    json_t *here = without_numbers(relay_document(f, type, id));
    json_t *there = without_numbers(centre_document(f, type, id));

    if (!json_equal(here, there)) {
        char *left = json_dumps(here, JSON_SORT_KEYS), *right = json_dumps(there, JSON_SORT_KEYS);

        print_error("relay  %s\ncentre %s\n", left, right);
        free(left);
        free(right);
    }
    assert_true(json_equal(here, there));
    json_decref(here);
    json_decref(there);
}
