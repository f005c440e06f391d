#include "app/role.h"

#include <string.h>

#include "app/json.h"

const char *const role_reach_words[] = {"none", "own", "office", "offices", "all", NULL};

const char *const role_words[] = {"clerk",           "agent",         "specialist", "supervisor",
                                  "privacy-officer", "administrator", ROLE_DISPLAY, NULL};

const char *const role_permission_words[] = {
    "serve",   "serve-level-2", "serve-level-3", "search-all", "read-restricted", "read-protected",
    "protect", "emergency",     "supervise",     "figures",    "read-audit",      "disclose",
    "erase",   "administer",    "open-unasked",  NULL};

void role_clear(struct role *role)
{
    record_free(role->record);
    *role = (struct role){0};
}

void role_key(const struct record *agent, char key[RECORD_KEY_SIZE])
{
    record_full_key(agent, record_text(agent, "role"), key);
}

/* What the record lists; names of permissions that this version does not know give nothing. */
static permission_set listed(const struct record *record)
{
    permission_set may = 0;
    enum permission permission;
    const json_t *name;
    size_t index;

    json_array_foreach(json_object_get(record->body, "permissions"), index, name)
    {
        if (json_is_string(name) && permission_from_name(json_string_value(name), &permission))
            may |= (permission_set)1 << permission;
    }
    return may;
}

static enum role_reach reach_of(const char *word)
{
    for (int reach = 0; reach < ROLE_REACH_COUNT; reach++)
        if (strcmp(role_reach_words[reach], word) == 0)
            return (enum role_reach)reach;
    return ROLE_REACH_NONE;
}

/* A word that is none of these gives nothing. */
static enum role_reach mandate_of(const struct record *record)
{
    const char *word = record_text(record, "mandate");
    enum role_reach reach = reach_of(word);

    if (json_object_get(record->body, "mandate") == NULL)
        return ROLE_REACH_ALL;
    return reach >= ROLE_REACH_OFFICE ? reach : ROLE_REACH_NONE;
}

static bool is_office(const struct record *record, const char *reference, const char *office)
{
    char key[RECORD_KEY_SIZE];

    if (*reference == '\0')
        return false;
    record_full_key(record, reference, key);
    return strcmp(key, office) == 0;
}

bool role_has_mandate(const struct role *role, const struct record *agent, const char *office)
{
    const json_t *listed_office;
    size_t index;

    if (role->mandate == ROLE_REACH_ALL)
        return true;
    if (role->mandate < ROLE_REACH_OFFICE)
        return false;
    if (is_office(agent, record_text(agent, "office"), office))
        return true;
    if (role->mandate == ROLE_REACH_OFFICES)
        json_array_foreach(json_object_get(role->record->body, "offices"), index, listed_office)
        {
            if (json_is_string(listed_office) &&
                is_office(role->record, json_string_value(listed_office), office))
                return true;
        }
    return false;
}

void role_read(struct role *role, const struct record *agent, struct record *record)
{
    const char *name = record_text(agent, "role");

    *role = (struct role){.record = record};
    if (strcmp(name, ROLE_DISPLAY) == 0)
        return;
    if (record == NULL) {
        role->may = permission_of_role(name);
        role->mandate = ROLE_REACH_ALL;
        role->reach = strcmp(name, "administrator") == 0 || role->may == 0 ? ROLE_REACH_NONE
                                                                           : ROLE_REACH_OFFICE;
    } else if (!json_bool_or(record->body, "ended", false)) {
        role->may = listed(record);
        role->reach = reach_of(record_text(record, "cases"));
        role->mandate = mandate_of(record);
    }
}

int role_of_agent(struct role *role, const struct record *agent, struct catalogue *catalogue,
                  struct error *error)
{
    struct record *record = NULL;
    char key[RECORD_KEY_SIZE];
    int code = 0;

    *role = (struct role){0};
    role_key(agent, key);
    if (catalogue != NULL)
        code = catalogue_get_by_key(catalogue, RECORD_ROLE, key, &record, error);
    if (code != 0 && code != ERROR_NOT_FOUND)
        return code;
    role_read(role, agent, record);
    return 0;
}

bool role_may(const struct record *agent, struct catalogue *catalogue, enum permission permission)
{
    struct role role;
    bool may = agent != NULL && role_of_agent(&role, agent, catalogue, NULL) == 0 &&
               role_has(&role, permission);

    if (agent != NULL)
        role_clear(&role);
    return may;
}
