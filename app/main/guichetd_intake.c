/* `guichetd intake-key add`, `list`, `revoke`: who may bring messages in over REST; `guichetd
 * intake-refused`: what was not taken. All of them beside a server that runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/main/guichetd.h"
#include "app/print.h"
#include "app/text.h"
#include "net/intake.h"
#include "net/intake_key.h"

/* Copies a setting that may be missing; ERROR_INVALID when it is too long. */
static int copy(char *to, size_t size, const struct config *config, const char *name,
                struct error *error)
{
    const char *text = config_text(config, name);

    if (text != NULL && strlen(text) >= size)
        return error_set(error, ERROR_INVALID, "--%s is too long", name);
    text_copy(to, size, text != NULL ? text : "");
    return 0;
}

static int add(const struct config *config, size_t first, struct error *error)
{
    struct intake_key key = {.name = ""};
    char token[LEDGER_TOKEN_SIZE];
    const char *path;
    int code = guichetd_database(config, &path, error);

    if (strlen(config_word(config, first)) > INTAKE_KEY_NAME_LIMIT)
        code = error_set(error, ERROR_INVALID, "a name has at most %d characters",
                         INTAKE_KEY_NAME_LIMIT);
    text_copy(key.name, sizeof(key.name), config_word(config, first));
    if (code == 0)
        code = copy(key.channel, sizeof(key.channel), config, "channel", error);
    if (code == 0)
        code = copy(key.office, sizeof(key.office), config, "office", error);
    if (code == 0)
        code = copy(key.queue, sizeof(key.queue), config, "queue", error);
    if (code != 0)
        return GUICHETD_USAGE;
    code = ledger_intake_key_add(path, &key, clock_system(NULL), token, error);
    if (code == 0)
        printf("%s\n", token);
    sodium_memzero(token, sizeof(token));
    return code == 0 ? GUICHETD_OK : code == ERROR_INVALID ? GUICHETD_USAGE : GUICHETD_FAILED;
}

#define COLUMNS_MOST 6

/* A list as JSON, or a line for each entry with these members between tabs. */
static void print_list(const struct config *config, const json_t *list, const char *const *members)
{
    char *text = config_switch(config, "json") ? json_write(list) : NULL;
    const json_t *entry;
    size_t i;

    if (text != NULL) {
        print_json(text);
        free(text);
        return;
    }
    json_array_foreach(list, i, entry)
    {
        const char *cells[COLUMNS_MOST + 1] = {NULL};

        for (size_t n = 0; n < COLUMNS_MOST && members[n] != NULL; n++)
            cells[n] = json_text_or(entry, members[n], "-");
        print_row(cells);
    }
}

static int list(const struct config *config, size_t first, struct error *error)
{
    static const char *const members[] = {"name",     "channel",    "office", "queue",
                                          "added_at", "revoked_at", NULL};
    json_t *keys = NULL;
    const char *path;
    int code = guichetd_database(config, &path, error);

    (void)first;
    if (code == 0)
        code = ledger_intake_key_list(path, &keys, error);
    if (code == 0)
        print_list(config, keys, members);
    json_decref(keys);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static int end_key(const struct config *config, size_t first, struct error *error)
{
    const char *path;
    int code = guichetd_database(config, &path, error);

    if (code == 0)
        code =
            ledger_intake_key_revoke(path, config_word(config, first), clock_system(NULL), error);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static int refused(const struct config *config, size_t first, struct error *error)
{
    static const char *const members[] = {"at", "channel", "source", "message_id", "reason", NULL};
    json_t *messages = NULL;
    const char *path;
    int code = guichetd_database(config, &path, error);

    (void)first;
    if (code == 0)
        code = ledger_intake_refused_at(path, INTAKE_REFUSED_KEPT, &messages, error);
    if (code == 0)
        print_list(config, messages, members);
    json_decref(messages);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static const char *const no_keys[] = {NULL};
static const char *const list_keys[] = {"json", NULL};
static const char *const add_keys[] = {"channel", "office", "queue", NULL};

const struct guichetd_command guichetd_intake_key_add = {
    .words = "intake-key add",
    .arguments = "NAME",
    .summary = "Let a web site, kiosk or gateway bring messages in through --channel; print its "
               "key, which is kept nowhere.",
    .keys = add_keys,
    .least = 1,
    .most = 1,
    .run = add,
};

const struct guichetd_command guichetd_intake_key_list = {
    .words = "intake-key list",
    .arguments = "",
    .summary = "Print the keys: name, channel, office, queue, since when, revoked when.",
    .keys = list_keys,
    .run = list,
};

const struct guichetd_command guichetd_intake_key_revoke = {
    .words = "intake-key revoke",
    .arguments = "NAME",
    .summary = "End a key at once, also while the server runs.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = end_key,
};

const struct guichetd_command guichetd_intake_refused = {
    .words = "intake-refused",
    .arguments = "",
    .summary = "Print the messages that were not taken: when, channel, source, its id, why.",
    .keys = list_keys,
    .run = refused,
};
