#include "ui/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/choice.h"
#include "app/json.h"
#include "app/role.h"
#include "app/text.h"
#include "ui/arriving.h"
#include "ui/desk_cases.h"
#include "ui/language.h"

int64_t desk_now(const struct desk *desk)
{
    return clock_wall_ms(&desk->clock);
}

const struct id *desk_agent(const struct desk *desk)
{
    static const struct id none;

    return desk->agent == NULL ? &none : &desk->agent->id;
}

const char *desk_office(const struct desk *desk)
{
    return desk->office_key;
}

const char *desk_login(const struct desk *desk)
{
    return desk->agent == NULL ? "" : record_text(desk->agent, "login");
}

/* NULL when it is not known. */
static const char *known_name(const struct desk *desk, const struct id *agent)
{
    for (size_t i = 0; i < DESK_NAMED; i++)
        if (id_equal(&desk->named[i].agent, agent))
            return desk->named[i].name;
    return NULL;
}

/* What is longer is looked up each time. */
static void know_name(struct desk *desk, const struct id *agent, const char *name)
{
    size_t at = desk->named_next;

    if (strlen(name) >= sizeof(desk->named[at].name))
        return;
    desk->named[at].agent = *agent;
    text_copy(desk->named[at].name, sizeof(desk->named[at].name), name);
    desk->named_next = (at + 1) % DESK_NAMED;
}

void desk_agent_name(struct desk *desk, const struct id *agent, char *name, size_t size)
{
    struct record *record = NULL;
    const char *known;

    text_copy(name, size, "");
    if (id_equal(agent, &continue_web_agent)) {
        text_copy(name, size, _("the client on the web"));
        return;
    }
    if (desk->agent != NULL && id_equal(agent, &desk->agent->id)) {
        text_copy(name, size, record_text(desk->agent, "name"));
        return;
    }
    if (id_is_empty(agent))
        return;
    known = known_name(desk, agent);
    if (known != NULL) {
        text_copy(name, size, known);
        return;
    }
    if (catalogue_get(desk->catalogue, RECORD_AGENT, agent, &record, NULL) != 0)
        return;
    text_copy(name, size, record_text(record, "name"));
    know_name(desk, agent, name);
    record_free(record);
}

struct author desk_author(struct desk *desk)
{
    struct author author = {
        .agent = *desk_agent(desk),
        .office = desk_office(desk),
        .channel = desk->channel,
        .clock = &desk->clock,
        .ids = &desk->ids,
    };

    if (desk->store != NULL)
        author.device = *store_device(desk->store);
    return author;
}

/* With the link up and nothing before it, what is written leaves at once. */
static bool sends(const struct desk *desk)
{
    struct link_status status;

    link_status_get(desk->link, &status);
    return status.state == LINK_ONLINE && store_outbox_count(desk->store, NULL) == 0;
}

int desk_apply_many(struct desk *desk, struct operation *const *operations, size_t count,
                    struct error *error)
{
    int code = 0;

    if (desk->store == NULL)
        code = error_set(error, ERROR_REFUSED, "nobody is signed in");
    else if (desk->local_only)
        code = error_set(error, ERROR_REFUSED, "%s",
                         _("the server refuses this sign-in: sign in again to write"));
    else if (count > 0) {
        store_sends_set(desk->store, sends(desk));
        code = store_apply(desk->store, operations, count, NULL, error);
    }
    if (code != 0)
        return code;
    desk->changes++;
    link_sync_ring(desk->link);
    return 0;
}

int desk_apply(struct desk *desk, struct batch *batch, struct error *error)
{
    int code = desk_apply_many(desk, batch->operations, batch->count, error);

    batch_clear(batch);
    return code;
}

void desk_count_choices(struct desk *desk, int least)
{
    struct author author;
    struct batch batch = {0};

    if (desk->store == NULL || desk->local_only || choice_waiting(desk->store, NULL) < least)
        return;
    author = desk_author(desk);
    if (choice_write(&batch, &author, desk->store, NULL) == 0 && batch.count > 0 &&
        desk_apply(desk, &batch, NULL) == 0)
        choice_written(desk->store, NULL);
    batch_clear(&batch);
}

int desk_open_keep(struct desk *desk, struct error *error)
{
    json_t *state;
    int code;

    if (desk->store == NULL)
        return error_set(error, ERROR_REFUSED, "nobody is signed in");
    state = json_pack("{s:s, s:s, s:s, s:s, s:s}", "contact", desk->open.contact.text, "client",
                      desk->open.client.text, "case", desk->open.matter.text, "submission",
                      desk->open.submission.text, "channel", desk->channel);
    if (state == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = store_state_put(desk->store, "desk", state, error);
    json_decref(state);
    return code;
}

static void draft_name(char *text, size_t size, const char *name)
{
    snprintf(text, size, "draft/%s", name);
}

int desk_draft_put(struct desk *desk, const char *name, const json_t *draft, struct error *error)
{
    char full[256];

    if (desk->store == NULL)
        return error_set(error, ERROR_REFUSED, "nobody is signed in");
    draft_name(full, sizeof(full), name);
    if (json_is_object(draft) && json_object_size(draft) == 0)
        draft = NULL;
    return store_state_put(desk->store, full, draft, error);
}

json_t *desk_draft_get(struct desk *desk, const char *name)
{
    char full[256];
    json_t *draft = NULL;

    draft_name(full, sizeof(full), name);
    if (desk->store == NULL || store_state_get(desk->store, full, &draft, NULL) != 0)
        return NULL;
    return draft;
}

static void read_id(struct id *id, const json_t *state, const char *member)
{
    id_parse(id, json_text_or(state, member, ""));
}

/* Without a server the agent's own record comes from the store: the catalogue may be empty yet. */
static int read_agent(struct desk *desk, struct error *error)
{
    json_t *kept = NULL;
    int code;

    if (desk->agent != NULL) {
        kept = record_to_json(desk->agent);
        code = store_state_put(desk->store, "agent", kept, error);
        json_decref(kept);
        return code;
    }
    if (catalogue_get(desk->catalogue, RECORD_AGENT, store_agent(desk->store), &desk->agent,
                      NULL) == 0)
        return 0;
    code = store_state_get(desk->store, "agent", &kept, error);
    if (code == 0)
        code = record_from_json(&desk->agent, kept, error);
    json_decref(kept);
    return code;
}

static int read_desk(struct desk *desk, struct error *error)
{
    json_t *state = NULL;
    int code = store_state_get(desk->store, "desk", &state, error);

    if (code != 0)
        return code;
    read_id(&desk->open.contact, state, "contact");
    read_id(&desk->open.client, state, "client");
    read_id(&desk->open.matter, state, "case");
    read_id(&desk->open.submission, state, "submission");
    if (*json_text_or(state, "channel", "") != '\0')
        text_copy(desk->channel, sizeof(desk->channel), json_text_or(state, "channel", ""));
    json_decref(state);
    return 0;
}

int desk_sign_in(struct desk *desk, char *path, struct seal_key *key, struct record *agent,
                 struct error *error)
{
    int code;

    desk->store_path = path;
    desk->key = key;
    desk->agent = agent;
    code = store_open(&desk->store, path, key, error);
    if (code == 0)
        code = read_agent(desk, error);
    if (code == 0)
        code = read_desk(desk, error);
    if (code == 0)
        code = desk_reasons_read(desk, error);
    if (code != 0) {
        desk_close(desk);
        return code;
    }
    record_full_key(desk->agent, record_text(desk->agent, "office"), desk->office_key);
    clock_observe(&desk->clock, store_latest_moment(desk->store));
    desk_find_office(desk);
    desk_cases_start(desk);
    return 0;
}

bool desk_may(const struct desk *desk, enum permission permission)
{
    return desk->agent != NULL && (desk->may & ((permission_set)1 << permission)) != 0;
}

/* A role that cannot be read lets do nothing, until it can. */
static void find_role(struct desk *desk)
{
    struct role role;

    desk->may = role_of_agent(&role, desk->agent, desk->catalogue, NULL) == 0 ? role.may : 0;
    role_clear(&role);
}

/* What the catalogue says of the agent now, where that is newer. */
static void find_agent(struct desk *desk)
{
    struct record *agent = NULL;

    if (catalogue_get(desk->catalogue, RECORD_AGENT, &desk->agent->id, &agent, NULL) != 0)
        return;
    if (agent->rev <= desk->agent->rev) {
        record_free(agent);
        return;
    }
    record_free(desk->agent);
    desk->agent = agent;
    record_full_key(agent, record_text(agent, "office"), desk->office_key);
}

void desk_find_office(struct desk *desk)
{
    struct record *office = NULL;

    memset(desk->named, 0, sizeof(desk->named));
    if (desk->agent == NULL)
        return;
    find_agent(desk);
    find_role(desk);
    if (catalogue_get_by_key(desk->catalogue, RECORD_OFFICE, desk_office(desk), &office, NULL) != 0)
        return; /* not here yet: the bottom line shows its key */
    record_free(desk->office);
    desk->office = office;
}

void desk_close(struct desk *desk)
{
    desk_cases_stop(desk);
    if (desk->store != NULL)
        store_close(desk->store);
    seal_key_free(desk->key);
    record_free(desk->agent);
    record_free(desk->office);
    free(desk->store_path);
    free(desk->copied);
    desk->copied = NULL;
    desk->store = NULL;
    desk->key = NULL;
    desk->agent = desk->office = NULL;
    desk->store_path = NULL;
    desk->office_key[0] = '\0';
    desk->local_only = false;
    desk->open = (struct desk_open){0};
    desk->said = (struct purpose_said){0};
    memset(desk->reasons, 0, sizeof(desk->reasons));
    arriving_forget(desk);
    desk->line = (struct desk_line){0};
}

void desk_sign_out(struct desk *desk)
{
    link_store_set(desk->link, NULL, NULL, NULL);
    link_sign_out(desk->link);
    desk_close(desk);
}
