/* Messages: what came in is the server's to write down, and what goes out is its to send. */
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/merge_internal.h"

static bool is_server(const struct operation *operation)
{
    struct id server = delivery_server();

    return id_equal(&operation->agent, &server);
}

enum merge_refusal merge_message_append(struct merge *merge)
{
    const struct record *record = merge->record;
    const char *direction = record_text(record, "direction");
    bool out = strcmp(direction, "out") == 0;

    if (!out && strcmp(direction, "in") != 0)
        return merge_refuse(merge, MERGE_VALUE, "direction");
    if (strcmp(record_text(record, "state"), out ? "queued" : "received") != 0)
        return merge_refuse(merge, MERGE_TRANSITION, "state");
    if (is_server(merge->operation))
        return MERGE_APPLIED;
    if (!out)
        return merge_refuse(merge, MERGE_ACTOR, "direction");
    if (strcmp(record_text(record, "author"), merge->operation->agent.text) != 0)
        return merge_refuse(merge, MERGE_ACTOR, "author");
    for (const struct field *field = merge->rules->fields; field->name != NULL; field++)
        if ((field->rules & FIELD_CLAIMED) && strcmp(field->name, "state") != 0 &&
            strcmp(field->name, "send_at") != 0 &&
            json_object_get(record->body, field->name) != NULL)
            return merge_refuse(merge, MERGE_ACTOR, field->name);
    return MERGE_APPLIED;
}

/* What an agent may say together with a state, "" for nothing more. */
struct said {
    const char *state;
    const char *signature; /* member that must hold the agent's own id */
    const char *moment;    /* member that may hold when */
};

static const struct said agent_says[] = {
    {"read", "read_by", "read_at"},
    {"withdrawn", "", ""},
    {"queued", "", "send_at"},
    {"sent", "", "sent_at"}, /* of a letter: whoever put it in the mail */
};

static const struct said *said_by_agent(const char *state)
{
    for (size_t i = 0; i < sizeof(agent_says) / sizeof(agent_says[0]); i++)
        if (strcmp(agent_says[i].state, state) == 0)
            return &agent_says[i];
    return NULL;
}

enum merge_refusal merge_message_claim(struct merge *merge)
{
    json_t *body = merge->operation->body;
    const struct said *said = said_by_agent(json_text_or(body, "state", ""));
    const char *name;
    json_t *value;

    if (is_server(merge->operation))
        return MERGE_APPLIED;
    if (said == NULL || (strcmp(said->state, "sent") == 0 &&
                         (strcmp(record_text(merge->record, "channel"), "mail") != 0 ||
                          strcmp(record_text(merge->record, "state"), "queued") != 0)))
        return merge_refuse(merge, MERGE_ACTOR, "state");
    if (*said->signature != '\0' &&
        strcmp(json_text_or(body, said->signature, ""), merge->operation->agent.text) != 0)
        return merge_refuse(merge, MERGE_ACTOR, said->signature);
    /* What is under way keeps its day. */
    if (json_object_get(body, "send_at") != NULL &&
        (strcmp(record_text(merge->record, "state"), "queued") != 0 ||
         json_object_get(merge->record->body, "tried_at") != NULL))
        return merge_refuse(merge, MERGE_TRANSITION, "send_at");
    json_object_foreach(body, name, value)
    {
        if (strcmp(name, "state") != 0 && strcmp(name, said->signature) != 0 &&
            strcmp(name, said->moment) != 0)
            return merge_refuse(merge, MERGE_ACTOR, name);
    }
    return MERGE_APPLIED;
}
