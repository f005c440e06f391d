#include "tests/security/wrong_role_world.h"

#include "app/json.h"
#include "app/record_fields.h"
#include "app/ticket.h"
#include "app/ticket_roll.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

bool world_has(enum record_type type, enum place place)
{
    if (type == RECORD_ACCESS)
        return false;
    if (type == RECORD_ALERT)
        return place != PROTECTED && place != PROTECTED_OTHER;
    return place < PROTECTED || (type != RECORD_CHOICE && type != RECORD_FLAG &&
                                 type != RECORD_TICKET && type != RECORD_ROLL);
}

struct wrong_role_world world;

/* Who made what is in a place, and which office's it is. */
static enum fixture_agent maker(enum place place)
{
    return place == OWN ? BEN : place == OTHER || place == PROTECTED_OTHER ? DENIS : ANNE;
}

static const char *office_of(enum place place)
{
    return place == OTHER || place == PROTECTED_OTHER ? "sample/d" : "sample/a";
}

static void staff(enum fixture_agent who, const char *key, const char *login, const char *office,
                  const char *role)
{
    fixture_publish(&world.server.ledger, RECORD_AGENT, key,
                    json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "login", login, "name", login,
                              "office", office, "role", role, "queues", "sample/q"));
    world.server.ledger.actors[who].agent = id_from_key("agent", key);
}

void world_ben_is(const char *role)
{
    staff(BEN, "sample/ben2", "ben2", "sample/a", role);
}

json_t *world_body(enum record_type type, enum place place, enum fixture_agent who)
{
    struct ledger_fixture *l = &world.server.ledger;
    const char *office = office_of(place), *agent = l->actors[who].agent.text;
    const char *client = world.ids[RECORD_CLIENT][place].text;
    const struct id *matter = &world.ids[RECORD_CASE][place];
    json_t *now = json_time(l->clock_ms), *body = json_object();

    switch (type) {
    case RECORD_CLIENT:
        json_decref(body);
        body = fixture_client(office);
        break;
    case RECORD_CASE:
        json_decref(body);
        body = fixture_case(l, who, office);
        break;
    case RECORD_NOTE:
        json_decref(body);
        body = fixture_note(l, who, office, NULL, "said");
        break;
    case RECORD_CONTACT:
        json_object_update_new(body, json_pack("{s:s, s:s, s:O}", "channel", "phone", "agent",
                                               agent, "started_at", now));
        break;
    case RECORD_SUBMISSION:
        json_object_update_new(body, json_pack("{s:s, s:i, s:s, s:O, s:s}", "form", "sample/f",
                                               "form_version", 1, "started_by", agent, "started_at",
                                               now, "status", "draft"));
        break;
    case RECORD_HANDOFF:
        json_decref(body);
        body = fixture_handoff(l, who, office, NULL, NULL, office, NULL);
        break;
    case RECORD_DELIVERY:
        json_object_update_new(body,
                               json_pack("{s:s, s:s, s:i, s:[], s:s, s:i, s:O, s:s}", "submission",
                                         world.ids[RECORD_SUBMISSION][place].text, "agency", "tax",
                                         "number", 1, "answers", "form", "sample/f", "form_version",
                                         1, "created_at", now, "state", "waiting"));
        break;
    case RECORD_CHOICE:
        json_object_set_new(body, "counts", json_object());
        break;
    case RECORD_FLAG:
        json_object_update_new(body, json_pack("{s:s, s:s, s:s, s:s, s:O, s:s}", "subject_type",
                                               "service", "subject", "sample/s", "kind", "other",
                                               "agent", agent, "at", now, "state", "open"));
        break;
    case RECORD_ALERT:
        json_object_update_new(body, json_pack("{s:s, s:s, s:i, s:s, s:i, s:O, s:s}", "queue",
                                               place == OTHER ? "sample/z" : "sample/q", "measure",
                                               "waiting", "limit", 1, "action", "notify", "value",
                                               2, "at", now, "state", "raised"));
        break;
    case RECORD_TICKET:
        json_object_update_new(body,
                               json_pack("{s:s, s:s, s:O, s:s, s:s, s:s}", "day", "2026-11-27",
                                         "number", "A1", "arrived_at", now, "issued_by", agent,
                                         "state", "waiting", "queue", "sample/q"));
        break;
    case RECORD_ROLL:
        json_object_update_new(body, json_pack("{s:s, s:i}", "day", "2026-11-27", "number", 1));
        break;
    case RECORD_MESSAGE:
        json_object_update_new(body, json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:s}", "channel",
                                               "email", "direction", "out", "text", "hello", "to",
                                               "zoe@example.org", "author", agent, "at", now,
                                               "state", "queued"));
        break;
    case RECORD_TASK:
        json_object_update_new(body, json_pack("{s:s, s:s, s:O, s:s}", "kind", "other", "author",
                                               agent, "at", now, "state", "open"));
        break;
    case RECORD_PROMISE:
        json_object_update_new(
            body, json_pack("{s:s, s:s, s:s, s:i, s:s, s:O, s:O, s:s}", "service", "sample/s",
                            "channel", "phone", "kind", "standard", "amount", 5, "unit",
                            "business-day", "started_at", now, "due_at", now, "state", "running"));
        break;
    case RECORD_DELEGATION:
        json_object_update_new(body,
                               json_pack("{s:s, s:s, s:s, s:O, s:s}", "delegate", client, "proof",
                                         "letter", "author", agent, "at", now, "state", "valid"));
        break;
    case RECORD_CONSENT:
        json_object_update_new(body,
                               json_pack("{s:s, s:s, s:s, s:s, s:O, s:s}", "what", "the address",
                                         "whom", "tax", "how", consent_how_words[0], "author",
                                         agent, "at", now, "state", "valid"));
        break;
    case RECORD_VIEW:
        json_object_update_new(
            body, json_pack("{s:s, s:s, s:{}}", "name", "mine", "owner", agent, "query"));
        break;
    case RECORD_ACCESS:
        json_object_update_new(
            body, json_pack("{s:s, s:s, s:O}", "agent", agent, "purpose", "contact", "at", now));
        break;
    case RECORD_EMERGENCY:
        json_object_update_new(body, json_pack("{s:s, s:s, s:O, s:O, s:s}", "agent",
                                               l->actors[DENIS].agent.text, "words", "fire", "at",
                                               now, "until", now, "state", "open"));
        break;
    default:
        fail_msg("no body of a %s", record_type_name(type));
    }
    if (record_field(type, "office") != NULL)
        json_object_set_new(body, "office", json_string(office));
    if (record_field(type, "client") != NULL && type != RECORD_CLIENT)
        json_object_set_new(body, "client", json_string(client));
    if (record_field(type, "case") != NULL && type != RECORD_CASE && !id_is_empty(matter))
        json_object_set_new(body, "case", json_string(matter->text));
    json_decref(now);
    return body;
}

static struct id new_id(enum record_type type, enum place place)
{
    if (type == RECORD_TICKET)
        return ticket_id(office_of(place), "2026-11-27", place == OWN ? "B2" : "A1");
    if (type == RECORD_ROLL)
        return ticket_roll_id(office_of(place), "2026-11-27", place == OWN ? 2 : 1);
    return fixture_id(&world.server.ledger);
}

/* What the server alone makes. */
static void make_own(enum record_type type, enum place place)
{
    struct ledger *ledger = world.server.ledger.ledger;
    struct error error = ERROR_INIT;
    const struct ledger_own own = {.kind = OPERATION_APPEND,
                                   .type = type,
                                   .record = world.ids[type][place],
                                   .now_ms = world.server.ledger.clock_ms};

    assert_int_equal(ledger_begin(ledger, NULL), 0);
    if (ledger_own_write(ledger, &own, world_body(type, place, maker(place)), &error) != 0)
        fail_msg("%s: %s", record_type_name(type), error.message);
    assert_int_equal(ledger_commit(ledger, NULL), 0);
}

static void make(enum record_type type, enum place place)
{
    struct ledger_fixture *l = &world.server.ledger;
    json_t *body;

    if (!world_has(type, place))
        return;
    world.ids[type][place] = new_id(type, place);
    if (type == RECORD_DELIVERY || type == RECORD_ALERT || type == RECORD_PROMISE ||
        type == RECORD_EMERGENCY) {
        make_own(type, place);
        return;
    }
    body = world_body(type, place, maker(place));
    if (type == RECORD_TICKET && place == OWN)
        json_object_set_new(body, "number", json_string("B2"));
    if (type == RECORD_ROLL && place == OWN)
        json_object_set_new(body, "number", json_integer(2));
    fixture_applied(l, maker(place),
                    fixture_operation(l, maker(place), OPERATION_APPEND, type,
                                      &world.ids[type][place], 0, body));
}

static void protect(enum place place)
{
    struct ledger_fixture *l = &world.server.ledger;
    enum fixture_agent who = maker(place);

    fixture_applied(l, who,
                    fixture_operation(
                        l, who, OPERATION_CLAIM, RECORD_CLIENT, &world.ids[RECORD_CLIENT][place], 1,
                        json_pack("{s:s, s:s, s:s}", "protection", "person", "protection_reason",
                                  "threatened", "protected_by", l->actors[who].agent.text)));
}

int world_open(void **state)
{
    struct ledger_fixture *l = &world.server.ledger;

    (void)state;
    server_fixture_open(&world.server);
    fixture_publish(l, RECORD_OFFICE, "sample/a", NULL);
    fixture_publish(l, RECORD_QUEUE, "sample/z", NULL);
    fixture_publish(l, RECORD_ROLE, "sample/newcomer",
                    json_pack("{s:[s], s:s}", "permissions", "serve", "cases", "own"));
    staff(ANNE, "sample/anne2", "anne2", "sample/a", "supervisor");
    staff(DENIS, "sample/denis", "denis", "sample/d", "supervisor");
    world_ben_is("specialist");
    for (enum place place = OWN; place < PLACES; place++)
        for (int type = RECORD_CLIENT; type < RECORD_TYPE_COUNT; type++)
            make((enum record_type)type, place);
    protect(PROTECTED);
    protect(PROTECTED_OTHER);
    return 0;
}

int world_close(void **state)
{
    (void)state;
    print_message("checked: %zu combinations of roles with routes, records and operations; %zu "
                  "operations done\n",
                  world.asked, world.applied);
    server_fixture_close(&world.server);
    return 0;
}
