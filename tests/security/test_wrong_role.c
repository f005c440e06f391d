/*
 * The wrong role: every route, every record type to read and every type and kind of operation,
 * times every role, times whose record it is, each asked over HTTP and held against the tables
 * here. The server's own tables say what there is: what stands in none of these tables fails the
 * test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"
#include "net/server_internal.h"
#include "tests/security/wrong_role_world.h"

/* --- what is expected ------------------------------------------------------------------------- */

/* Each role by a letter. */
static const struct {
    char letter;
    const char *name;
} roles[] = {
    /* First: what Ben makes in the other roles is then in their hands too. */
    {'n', "newcomer"},      {'c', "clerk"},      {'a', "agent"},
    {'s', "specialist"},    {'v', "supervisor"}, {'p', "privacy-officer"},
    {'d', "administrator"}, {'y', "display"},    {'x', "boss"},
};

#define EVERYBODY "casvpdn"
#define SERVING   "casvn"

/* By the operation of each route that wants a token: whose role lets them ask. */
static const struct {
    const char *operation;
    const char *who;
    const char *body; /* that is read, but found wrong */
} route_table[] = {
    {"logout", EVERYBODY "yx", NULL},
    {"announce", EVERYBODY, "{}"},
    {"operations", EVERYBODY, "{}"},
    {"changes", EVERYBODY, NULL},
    {"records", EVERYBODY, NULL},
    {"presence", EVERYBODY, NULL},
    {"search", EVERYBODY, "{}"},
    {"open", EVERYBODY, "{}"},
    {"display", EVERYBODY "yx", NULL},
    {"attachment", EVERYBODY, NULL},
    {"files", EVERYBODY, NULL},
    {"audit", "p", NULL},
    {"audit-ask", "p", "{}"},
    {"keeping", "p", "{}"},
    {"hold", "p", "{}"},
    {"hold-end", "p", "{}"},
    {"erase", "p", "{}"},
    {"copy", "p", "{}"},
    {"retention", "p", NULL},
    {"retention-ask", "p", "{}"},
};

/* Of operations: whose role lets them, wherever they see the record; "-": the server alone. */
static const struct {
    enum record_type type;
    enum operation_kind kind;
    const char *who;
} operation_table[] = {
    {RECORD_CLIENT, OPERATION_APPEND, SERVING},     {RECORD_CLIENT, OPERATION_FIELDS, SERVING},
    {RECORD_CLIENT, OPERATION_CLAIM, SERVING},      {RECORD_CASE, OPERATION_APPEND, SERVING},
    {RECORD_CASE, OPERATION_FIELDS, SERVING},       {RECORD_CASE, OPERATION_CLAIM, SERVING},
    {RECORD_CONTACT, OPERATION_APPEND, SERVING},    {RECORD_CONTACT, OPERATION_FIELDS, SERVING},
    {RECORD_NOTE, OPERATION_APPEND, SERVING},       {RECORD_SUBMISSION, OPERATION_APPEND, SERVING},
    {RECORD_SUBMISSION, OPERATION_FIELDS, SERVING}, {RECORD_SUBMISSION, OPERATION_CLAIM, SERVING},
    {RECORD_HANDOFF, OPERATION_APPEND, SERVING},    {RECORD_HANDOFF, OPERATION_FIELDS, "-"},
    {RECORD_HANDOFF, OPERATION_CLAIM, SERVING},     {RECORD_DELIVERY, OPERATION_APPEND, "-"},
    {RECORD_DELIVERY, OPERATION_CLAIM, SERVING},    {RECORD_CHOICE, OPERATION_APPEND, EVERYBODY},
    {RECORD_CHOICE, OPERATION_FIELDS, EVERYBODY},   {RECORD_FLAG, OPERATION_APPEND, EVERYBODY},
    {RECORD_FLAG, OPERATION_CLAIM, EVERYBODY},      {RECORD_ALERT, OPERATION_APPEND, "-"},
    {RECORD_ALERT, OPERATION_FIELDS, "v"},          {RECORD_ALERT, OPERATION_CLAIM, "-"},
    {RECORD_TICKET, OPERATION_APPEND, SERVING},     {RECORD_TICKET, OPERATION_CLAIM, SERVING},
    {RECORD_ROLL, OPERATION_APPEND, SERVING},       {RECORD_MESSAGE, OPERATION_APPEND, SERVING},
    {RECORD_MESSAGE, OPERATION_FIELDS, SERVING},    {RECORD_MESSAGE, OPERATION_CLAIM, SERVING},
    {RECORD_TASK, OPERATION_APPEND, SERVING},       {RECORD_TASK, OPERATION_FIELDS, SERVING},
    {RECORD_TASK, OPERATION_CLAIM, SERVING},        {RECORD_PROMISE, OPERATION_APPEND, "-"},
    {RECORD_PROMISE, OPERATION_CLAIM, SERVING},     {RECORD_DELEGATION, OPERATION_APPEND, SERVING},
    {RECORD_DELEGATION, OPERATION_CLAIM, SERVING},  {RECORD_VIEW, OPERATION_APPEND, EVERYBODY},
    {RECORD_CONSENT, OPERATION_APPEND, SERVING},    {RECORD_CONSENT, OPERATION_CLAIM, SERVING},
    {RECORD_VIEW, OPERATION_FIELDS, EVERYBODY},     {RECORD_ACCESS, OPERATION_APPEND, EVERYBODY},
    {RECORD_EMERGENCY, OPERATION_APPEND, "-"},      {RECORD_EMERGENCY, OPERATION_CLAIM, "p"},
};

static const char *const place_names[PLACES] = {"own", "colleague's", "other office's", "protected",
                                                "protected elsewhere"};

/* Whether they see a record of this type there. */
static bool sees(char role, enum record_type type, enum place place)
{
    bool filed = type != RECORD_CHOICE && type != RECORD_FLAG && type != RECORD_TICKET &&
                 type != RECORD_ROLL;

    if (type == RECORD_VIEW) /* a list of one's own */
        return place == OWN;
    if (type == RECORD_ALERT)
        return role == 'v' && (place == OWN || place == COLLEAGUE);
    if (type == RECORD_EMERGENCY && role == 'p')
        return true;
    switch (role) {
    case 'c':
    case 'a':
    case 's':
        return place == OWN || place == COLLEAGUE;
    case 'v':
    case 'p':
        return place == OWN || place == COLLEAGUE || (place == PROTECTED && filed);
    case 'n':
        /* What names a client alone is not found by the case that they have. */
        return place == OWN && filed && type != RECORD_DELEGATION && type != RECORD_CONSENT;
    default:
        return false;
    }
}

/* --- routes ----------------------------------------------------------------------------------- */

static void path_of(const struct route *route, char path[128])
{
    const char *from = route->path;
    size_t length = 0;

    while (*from != '\0' && length < 100) {
        if (*from != '{') {
            path[length++] = *from++;
            continue;
        }
        length += (size_t)snprintf(
            path + length, 128 - length, "%s",
            strncmp(from, "{type}", 6) == 0 ? "client" : "01890000-0000-7000-8000-000000000000");
        from += strcspn(from, "}") + 1;
    }
    path[length] = '\0';
}

static long status_of(const struct call *call)
{
    struct answer answer;
    long status;

    server_call(&world.server, call, &answer);
    status = answer.status;
    answer_clear(&answer);
    world.asked++;
    return status;
}

static void check_route(const struct route *route, const char *who, const char *body)
{
    char path[128];
    struct call call = {.method = route->method, .path = path, .body = body};

    path_of(route, path);
    assert_int_equal(status_of(&call), 401);
    call.token = "none-such";
    assert_int_equal(status_of(&call), 401);
    if (strcmp(route->operation, "logout") == 0)
        return;
    call.token = world.server.tokens[BEN];
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        bool may = strchr(who, roles[i].letter) != NULL;
        long status;

        world_ben_is(roles[i].name);
        status = status_of(&call);
        if (may ? status == 403 || status == 401 : status != 403)
            fail_msg("%s %s by a %s: %ld", route->method, route->path, roles[i].name, status);
    }
}

static void test_every_route(void **state)
{
    (void)state;
    for (size_t i = 0; server_routes[i] != NULL; i++) {
        const struct route *route = server_routes[i];
        size_t at = 0;

        if (route->open)
            continue;
        while (at < sizeof(route_table) / sizeof(route_table[0]) &&
               strcmp(route_table[at].operation, route->operation) != 0)
            at++;
        if (at == sizeof(route_table) / sizeof(route_table[0]))
            fail_msg("who may ask %s %s (%s)? Say so in route_table", route->method, route->path,
                     route->operation);
        check_route(route, route_table[at].who, route_table[at].body);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

static void test_every_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        world_ben_is(roles[i].name);
        for (int type = RECORD_CLIENT; type < RECORD_TYPE_COUNT; type++)
            for (enum place place = OWN; place < PLACES; place++) {
                bool may = strchr(EVERYBODY, roles[i].letter) != NULL &&
                           sees(roles[i].letter, (enum record_type)type, place);
                char path[128];
                struct call call = {.path = path, .token = world.server.tokens[BEN]};
                long status;

                if (!world_has((enum record_type)type, place))
                    continue;
                snprintf(path, sizeof(path), "/v1/records/%s/%s",
                         record_type_name((enum record_type)type), world.ids[type][place].text);
                status = status_of(&call);
                if (status != (may ? 200 : 403))
                    fail_msg("a %s reads %s %s: %ld", roles[i].name, place_names[place],
                             record_type_name((enum record_type)type), status);
            }
    }
}

/* --- operations ------------------------------------------------------------------------------- */

/* A claim that merge may find wrong, and that changes nothing which the others look at. */
static json_t *claim_of(enum record_type type, enum place place)
{
    const char *ben = world.server.ledger.actors[BEN].agent.text;

    switch (type) {
    case RECORD_CLIENT:
        return json_pack("{s:s}", "merged_into", world.ids[type][place].text);
    case RECORD_EMERGENCY:
        return json_pack("{s:s, s:s, s:s}", "state", "justified", "reviewed_by", ben, "review",
                         "there was one");
    case RECORD_DELIVERY:
        return json_pack("{s:s}", "state", "withheld");
    case RECORD_HANDOFF:
        return json_pack("{s:s, s:s}", "state", "withdrawn", "reason", "none");
    case RECORD_MESSAGE:
        return json_pack("{s:s}", "state", "withdrawn");
    default:
        return json_pack("{s:s}", record_field(type, "state") != NULL ? "state" : "status",
                         "in-progress");
    }
}

static json_t *fields_of(enum record_type type)
{
    switch (type) {
    case RECORD_CLIENT:
        return json_pack("{s:s}", "phone", "418 555-0100");
    case RECORD_CASE:
        return json_pack("{s:s}", "subject", "a matter");
    case RECORD_CONTACT:
        return json_pack("{s:s}", "need", "a certificate");
    case RECORD_SUBMISSION:
        return json_pack("{s:s}", "field", "name");
    case RECORD_ALERT:
        return json_pack("{s:s}", "seen_by", world.server.ledger.actors[BEN].agent.text);
    case RECORD_VIEW:
        return json_pack("{s:s}", "name", "ours");
    default:
        return json_object();
    }
}

static struct operation *operation_of(enum record_type type, enum operation_kind kind,
                                      enum place place)
{
    struct ledger_fixture *l = &world.server.ledger;
    struct id id = kind == OPERATION_APPEND ? fixture_id(l) : world.ids[type][place];
    json_t *body = kind == OPERATION_APPEND   ? world_body(type, place, BEN)
                   : kind == OPERATION_FIELDS ? fields_of(type)
                                              : claim_of(type, place);

    return fixture_operation(l, BEN, kind, type, &id, 1000, body);
}

/* Whether an append there reaches nothing that they may not see: it is of their office, and names a
 * file that they see. */
static bool may_add(char role, enum record_type type, enum place place)
{
    bool filed = record_field(type, "client") != NULL || record_field(type, "case") != NULL;

    if (type == RECORD_ACCESS)
        return true;
    /* A new client names nobody. */
    if (type == RECORD_CLIENT)
        return place != OTHER && place != PROTECTED_OTHER;
    if (place == OTHER || place == PROTECTED_OTHER)
        return false;
    return !filed || sees(role, RECORD_CASE, place);
}

static void check_operation(enum record_type type, enum operation_kind kind, const char *who,
                            const char *role, char letter, enum place place)
{
    struct operation *operation = operation_of(type, kind, place);
    bool may = strchr(who, letter) != NULL;
    bool reaches =
        kind == OPERATION_APPEND ? may_add(letter, type, place) : sees(letter, type, place);
    json_t *results = server_post(&world.server, BEN, &operation, 1);
    const char *outcome = item_text(results, 0, "outcome");
    const char *reason = item_text(results, 0, "reason");
    bool barred = strcmp(reason, "permission") == 0 || strcmp(reason, "forbidden") == 0;
    bool right;

    if (strcmp(who, "-") == 0)
        right = strcmp(outcome, "refused") == 0;
    else if (!may)
        right = strcmp(outcome, "refused") == 0 && strcmp(reason, "permission") == 0;
    else if (!reaches)
        right = strcmp(outcome, "refused") == 0 && strcmp(reason, "forbidden") == 0;
    else
        right = !barred;
    if (!right)
        fail_msg("%s of a %s (%s) by a %s: %s %s %s", operation_kind_name(kind),
                 record_type_name(type), place_names[place], role, outcome, reason,
                 item_text(results, 0, "field"));
    world.applied += strcmp(outcome, "applied") == 0;
    world.asked++;
    json_decref(results);
}

static const char *who_may(enum record_type type, enum operation_kind kind)
{
    for (size_t i = 0; i < sizeof(operation_table) / sizeof(operation_table[0]); i++)
        if (operation_table[i].type == type && operation_table[i].kind == kind)
            return operation_table[i].who;
    fail_msg("who may make a %s of a %s? Say so in operation_table", operation_kind_name(kind),
             record_type_name(type));
    return "";
}

static void check_role(const char *role, char letter)
{
    for (int type = RECORD_CLIENT; type < RECORD_TYPE_COUNT; type++)
        for (int kind = OPERATION_APPEND; kind <= OPERATION_CLAIM; kind++) {
            const struct record_rules *rules = record_rules((enum record_type)type);
            const char *who;

            if (rules == NULL || (rules->kinds & (1u << kind)) == 0)
                continue;
            who = who_may((enum record_type)type, (enum operation_kind)kind);
            for (enum place place = OWN; place < PLACES; place++)
                if (world_has((enum record_type)type, place) || type == RECORD_ACCESS)
                    check_operation((enum record_type)type, (enum operation_kind)kind, who, role,
                                    letter, place);
        }
}

static void test_every_operation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        /* Those whom the route itself turns away were seen above. */
        if (strchr(EVERYBODY, roles[i].letter) == NULL)
            continue;
        world_ben_is(roles[i].name);
        check_role(roles[i].name, roles[i].letter);
    }
}

/* A file is protected by those who may, where they see it. */
static void test_protecting(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        for (enum place place = OWN; place < PLACES; place++) {
            struct ledger_fixture *l = &world.server.ledger;
            bool is_protected = place == PROTECTED || place == PROTECTED_OTHER;
            bool may = strchr("vp", roles[i].letter) != NULL;
            struct operation *operation;
            const char *reason, *expected;
            json_t *results;

            if (strchr(EVERYBODY, roles[i].letter) == NULL)
                continue;
            world_ben_is(roles[i].name);
            operation = fixture_operation(
                l, BEN, OPERATION_CLAIM, RECORD_CLIENT, &world.ids[RECORD_CLIENT][place], 1000,
                json_pack("{s:o, s:s, s:s}", "protection",
                          is_protected ? json_string("person") : json_null(), "protection_reason",
                          "as it is", "protected_by", l->actors[BEN].agent.text));
            results = server_post(&world.server, BEN, &operation, 1);
            reason = item_text(results, 0, "reason");
            expected = !may                                          ? "permission"
                       : sees(roles[i].letter, RECORD_CLIENT, place) ? ""
                                                                     : "forbidden";
            if (expected[0] != '\0'
                    ? strcmp(reason, expected) != 0
                    : strcmp(reason, "permission") == 0 || strcmp(reason, "forbidden") == 0)
                fail_msg("a %s protects %s client: %s", roles[i].name, place_names[place], reason);
            json_decref(results);
            world.asked++;
        }
}

/* --- in another's name, and by another way ---------------------------------------------------- */

static void expect_reason(struct operation *operation, const char *reason, const char *field)
{
    json_t *results = server_post(&world.server, BEN, &operation, 1);

    assert_string_equal(item_text(results, 0, "outcome"), "refused");
    assert_string_equal(item_text(results, 0, "reason"), reason);
    assert_string_equal(item_text(results, 0, "field"), field);
    json_decref(results);
    world.asked++;
}

static void test_nobody_writes_in_anothers_name(void **state)
{
    static const struct {
        enum record_type type;
        const char *member;
    } authors[] = {
        {RECORD_NOTE, "author"},           {RECORD_HANDOFF, "from"},   {RECORD_CASE, "opened_by"},
        {RECORD_SUBMISSION, "started_by"}, {RECORD_CONTACT, "agent"},  {RECORD_FLAG, "agent"},
        {RECORD_TICKET, "issued_by"},      {RECORD_MESSAGE, "author"}, {RECORD_TASK, "author"},
        {RECORD_DELEGATION, "author"},     {RECORD_VIEW, "owner"},     {RECORD_CONSENT, "author"},
        {RECORD_ACCESS, "agent"},
    };
    struct ledger_fixture *l = &world.server.ledger;

    (void)state;
    world_ben_is("specialist");
    for (size_t i = 0; i < sizeof(authors) / sizeof(authors[0]); i++) {
        struct operation *operation = operation_of(authors[i].type, OPERATION_APPEND, OWN);

        /* By an operation that says it is Anne's; by a body that does. */
        operation->agent = l->actors[ANNE].agent;
        expect_reason(operation, "forbidden", "agent");
        operation = operation_of(authors[i].type, OPERATION_APPEND, OWN);
        json_object_set_new(operation->body, authors[i].member,
                            json_string(l->actors[ANNE].agent.text));
        expect_reason(operation, "actor", authors[i].member);
        operation = operation_of(authors[i].type, OPERATION_APPEND, OWN);
        operation->device = l->actors[ANNE].device;
        expect_reason(operation, "forbidden", "device");
    }
}

#define OTHER_OFFICE "sample/d"

/* --- whose mandate it is ---------------------------------------------------------------------- */

/* Of roles that erase and disclose: whose files of Ben's office, and of the other, are there. */
static const struct {
    const char *mandate; /* NULL: not said */
    const char *office;  /* that the role lists; NULL: none */
    bool own, other;
} mandate_table[] = {
    {NULL, NULL, true, true},
    {"all", NULL, true, true},
    {"office", NULL, true, false},
    {"office", OTHER_OFFICE, true, false},
    {"offices", NULL, true, false},
    {"offices", OTHER_OFFICE, true, true},
    {"none", OTHER_OFFICE, false, false},
    {"planet", OTHER_OFFICE, false, false},
};

static void give_mandate(size_t row)
{
    json_t *offices = mandate_table[row].office != NULL
                          ? json_pack("[s]", mandate_table[row].office)
                          : json_array();

    fixture_publish(&world.server.ledger, RECORD_ROLE, "sample/keeper",
                    json_pack("{s:{s:s, s:s}, s:[s, s, s], s:s, s:o, s:s*}", "title", "fr", "G",
                              "en", "K", "permissions", "erase", "disclose", "read-protected",
                              "cases", "none", "offices", offices, "mandate",
                              mandate_table[row].mandate));
}

static void test_every_mandate(void **state)
{
    static const char *const paths[] = {"/v1/keeping", "/v1/keeping/hold", "/v1/keeping/hold-end",
                                        "/v1/keeping/copy", "/v1/keeping/erase"};
    static const enum place places[] = {OWN, OTHER, PROTECTED, PROTECTED_OTHER};

    (void)state;
    for (size_t row = 0; row < sizeof(mandate_table) / sizeof(mandate_table[0]); row++) {
        give_mandate(row);
        world_ben_is("sample/keeper");
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
            for (size_t j = 0; j < sizeof(places) / sizeof(places[0]); j++) {
                bool other = places[j] == OTHER || places[j] == PROTECTED_OTHER;
                bool may = other ? mandate_table[row].other : mandate_table[row].own;
                char body[300];
                const struct call call = {
                    .path = paths[i], .token = world.server.tokens[BEN], .body = body};
                long status;

                /* What it would erase has changed since then: nothing is. */
                snprintf(body, sizeof(body),
                         "{\"type\": \"client\", \"of\": \"%s\", \"reason\": \"a test\", "
                         "\"language\": \"fr\", \"from\": 0, "
                         "\"latest\": \"2001-01-01T00:00:00.000Z\"}",
                         world.ids[RECORD_CLIENT][places[j]].text);
                status = status_of(&call);
                if (may ? status != 200 && status != 409 && status != 412 : status != 404)
                    fail_msg("%s of %s by mandate %zu: %ld", paths[i], place_names[places[j]], row,
                             status);
            }
    }
}

static void test_no_other_path_leads_there(void **state)
{
    static const char *const shapes[] = {
        "/v1/records/client/../client/@",
        "/v1/records/client/%2e%2e/client/@",
        "/v1/records/client//@",
        "//v1/records/client/@",
        "/v1//records/client/@",
        "/V1/records/client/@",
        "/v1/records/CLIENT/@",
        "/v1/records/client/@/",
        "/v1/records/client/@%00",
        "/v1/records/client/@%2f",
        "/v1/records/client/@;a=b",
        "/v1/./records/client/@",
        "/v1/records/cl%69ent/@/x",
        "/v1/records/client%2f@",
        "/v1/records/note/@",
        "/v1/records/client/@%20",
        "/v1/search/../records/client/@",
        "/hsds/../v1/records/client/@",
        "/v1/records/client/%00@",
        "/v1/records\\client\\@",
    };

    (void)state;
    world_ben_is("specialist");
    for (enum place place = OWN; place < PLACES; place++)
        for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
            char path[200];
            struct call call = {.path = path, .token = world.server.tokens[BEN]};
            size_t at;
            long status;

            at = strcspn(shapes[i], "@");
            snprintf(path, sizeof(path), "%.*s%s%s", (int)at, shapes[i],
                     world.ids[RECORD_CLIENT][place].text, shapes[i] + at + 1);
            status = status_of(&call);
            /* What a client library makes of dots before it asks is the plain address. */
            if (status == 200 && sees('s', RECORD_CLIENT, place))
                continue;
            if (status != 404 && status != 400 && status != 403)
                fail_msg("%s: %ld", path, status);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route),
        cmocka_unit_test(test_every_record),
        cmocka_unit_test(test_every_operation),
        cmocka_unit_test(test_protecting),
        cmocka_unit_test(test_nobody_writes_in_anothers_name),
        cmocka_unit_test(test_every_mandate),
        cmocka_unit_test(test_no_other_path_leads_there),
    };

    return cmocka_run_group_tests(tests, world_open, world_close);
}
