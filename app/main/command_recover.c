#include "app/main/command_recover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/json.h"
#include "app/main/command_agent.h"
#include "app/recovery.h"
#include "app/store_key.h"
#include "app/store_provider.h"
#include "app/text.h"

const struct config_key command_recover_keys[] = {
    {.name = "put-back",
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Put what is missing back into the outbox."},
    {.name = "export",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .flag_only = true,
     .help = "Write what is missing to FILE, readable by you alone; with --json as JSON."},
    {.name = "escrow-secret",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .flag_only = true,
     .help =
         "Open the store with the organisation's secret key, and give it the password asked for."},
    {.name = "set-aside",
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Nobody can open it: move the store aside, so that the next sign-in makes another."},
    {0},
};

/* --- as JSON --------------------------------------------------------------------------------- */

static const char *store_word(const struct recovery *recovery)
{
    static const char *const words[] = {[RECOVERY_WELL] = "well",
                                        [RECOVERY_MISSING] = "missing",
                                        [RECOVERY_DAMAGED] = "damaged",
                                        [RECOVERY_NEWER] = "newer"};

    return words[recovery->store];
}

static bool is_missing(const struct recovered *recovered)
{
    return !recovered->done && !recovered->held;
}

static json_t *missing_list(const struct recovery *recovery)
{
    json_t *list = json_array();

    for (size_t i = 0; i < recovery->count; i++)
        if (is_missing(&recovery->operations[i]))
            json_array_append_new(list, operation_to_json(recovery->operations[i].operation));
    return list;
}

static json_t *report_document(const struct recovery *recovery, bool put_back)
{
    json_t *damages = json_array();

    for (size_t i = 0; i < recovery->damage_count; i++) {
        const struct recovery_damage *damage = &recovery->damages[i];

        json_array_append_new(damages, json_pack("{s:s, s:I, s:I, s:b}", "file",
                                                 damage->file != NULL ? damage->file : "", "from",
                                                 (json_int_t)damage->from, "to",
                                                 (json_int_t)damage->to, "torn", damage->torn));
    }
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:I, s:o, s:b}", "store", store_word(recovery),
                     "finding", recovery->finding, "journals", (json_int_t)recovery->journals,
                     "operations", (json_int_t)recovery->count, "unopened",
                     (json_int_t)recovery->unopened, "damages", damages, "missing",
                     (json_int_t)recovery->missing, "list", missing_list(recovery), "put_back",
                     put_back);
}

/* --- in plain words -------------------------------------------------------------------------- */

static const char *kind_words(const struct operation *operation)
{
    switch (operation->kind) {
    case OPERATION_APPEND:
        return "new";
    case OPERATION_FIELDS:
        return "changed";
    case OPERATION_CLAIM:
        break;
    }
    return "decided:";
}

/* One member of the body; long texts whole when `full`. */
static void print_member(FILE *file, const char *name, const json_t *value, bool full)
{
    char *text = json_is_string(value) ? strdup(json_string_value(value)) : json_write(value);
    char *clean = text != NULL ? text_clean(text, strlen(text), full) : NULL;

    if (clean != NULL && full) {
        fprintf(file, "    %s: %s\n", name, clean);
    } else if (clean != NULL) {
        size_t fits = text_fit(clean, strlen(clean), 60);

        fprintf(file, "    %s: %.*s%s\n", name, (int)fits, clean,
                fits < strlen(clean) ? " ..." : "");
    }
    free(clean);
    free(text);
}

/* On the screen only what a person has written; in an export all. */
static bool is_telling(const char *name)
{
    static const char *const names[] = {"text", "name",    "summary", "subject", "need",
                                        "kind", "channel", "state",   "status",  NULL};

    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return strchr(name, '/') != NULL;
}

static void print_operation(FILE *file, const struct operation *operation, bool full)
{
    char made[TIMESTAMP_SIZE];
    const char *name;
    json_t *value;

    timestamp_format(operation->moment.ms, made);
    fprintf(file, "  %s  %s %s %s\n", made, kind_words(operation),
            record_type_name(operation->type), operation->record.text);
    json_object_foreach(operation->body, name, value)
    {
        char *clean = text_clean(name, strlen(name), false);

        if (clean != NULL && (full || is_telling(name)))
            print_member(file, clean, value, full);
        free(clean);
    }
}

static void print_missing(FILE *file, const struct recovery *recovery, bool full)
{
    for (size_t i = 0; i < recovery->count; i++)
        if (is_missing(&recovery->operations[i]))
            print_operation(file, recovery->operations[i].operation, full);
}

static void print_store(const struct recovery *recovery)
{
    switch (recovery->store) {
    case RECOVERY_WELL:
        puts("The store opens, and all of it is readable.");
        break;
    case RECOVERY_MISSING:
        puts("The store is not there.");
        break;
    case RECOVERY_DAMAGED:
        printf("The store is damaged: %s.\n", recovery->finding);
        break;
    case RECOVERY_NEWER:
        printf("The store was not touched: %s. Use a newer guichet.\n", recovery->finding);
        break;
    }
}

static void print_report(const struct recovery *recovery)
{
    print_store(recovery);
    printf("The journal holds %zu operations in %zu entries.\n", recovery->count,
           recovery->entries);
    for (size_t i = 0; i < recovery->damage_count; i++) {
        const struct recovery_damage *damage = &recovery->damages[i];

        printf("%s: bytes %" PRId64 " to %" PRId64 " cannot be read: %s.\n",
               damage->file != NULL ? damage->file : "journal", damage->from, damage->to - 1,
               damage->torn ? "the last entry was cut short" : "they were altered");
    }
    if (recovery->unopened > 0)
        printf("%zu entries are sealed under another key than this password opens.\n",
               recovery->unopened);
    if (recovery->missing == 0) {
        puts("Nothing is missing from the outbox.");
        return;
    }
    printf("Missing from the outbox: %zu, oldest first:\n", recovery->missing);
    print_missing(stdout, recovery, false);
}

/* --- what is done ---------------------------------------------------------------------------- */

static int export_missing(const struct recovery *recovery, const char *path, bool as_json,
                          struct error *error)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    bool failed;

    if (file == NULL) {
        int code = error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s",
                             path, strerror(errno));

        if (descriptor >= 0)
            close(descriptor);
        return code;
    }
    if (as_json) {
        json_t *list = missing_list(recovery);

        json_dumpf(list, file, JSON_INDENT(2));
        fputc('\n', file);
        json_decref(list);
    } else {
        print_missing(file, recovery, true);
    }
    failed = fflush(file) != 0 || ferror(file) || fsync(fileno(file)) != 0;
    failed |= fclose(file) != 0;
    return failed ? error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno)) : 0;
}

static void print_advice(const struct recovery *recovery, bool put_back, const char *exported)
{
    if (exported != NULL)
        printf("Written to %s: it is not sealed, remove it when you are done.\n", exported);
    if (put_back && recovery->missing > 0)
        puts("All of it is back in the outbox, and leaves with the next synchronisation.");
    if (put_back && recovery->store == RECOVERY_DAMAGED)
        puts("The damaged store was moved aside; records come again from the server.");
    if (!put_back && exported == NULL &&
        (recovery->missing > 0 || recovery->store == RECOVERY_DAMAGED) &&
        recovery->store != RECOVERY_NEWER)
        puts("Nothing was changed. Run again with --put-back to put it back into the outbox,\n"
             "or with --export FILE to read it.");
}

static int recover(const struct config *config, struct command_agent *agent, struct error *error)
{
    const char *path = config_text(config, "export");
    bool as_json = config_switch(config, "json");
    bool put_back = config_switch(config, "put-back");
    struct recovery *recovery;
    int code = recovery_read(&recovery, agent->store_path, agent->password, error);

    if (code != 0)
        return code;
    if (!as_json)
        print_report(recovery);
    if (path != NULL)
        code = export_missing(recovery, path, as_json, error);
    if (code == 0 && put_back)
        code = recovery_put_back(recovery, error);
    if (code == 0 && as_json) {
        json_t *document = report_document(recovery, put_back);

        command_print_json(document);
        json_decref(document);
    } else if (code == 0) {
        print_advice(recovery, put_back, path);
    }
    recovery_free(recovery);
    return code;
}

/* The agent forgot their password: the organisation's key opens the store, and the password that
 * was asked for is its own from now on. */
static int recover_key(const struct command_agent *agent, const char *path, struct error *error)
{
    struct escrow_secret *secret = NULL;
    struct seal_key *key = NULL;
    struct store *store = NULL;
    int code;

    if (store_file_is_provider(agent->store_path) && !store_passphrase_fits(agent->password))
        return error_set(error, ERROR_INVALID, "a passphrase has %d characters or more",
                         PASSPHRASE_LEAST);
    code = escrow_secret_read(&secret, path, error);
    if (code == 0)
        code = store_escrow_open(agent->store_path, secret, &key, error);
    escrow_secret_free(secret);
    if (code == 0)
        code = store_open(&store, agent->store_path, key, error);
    if (code == 0)
        code = store_rewrap(store, agent->password, error);
    if (code == 0)
        printf(
            "The store of %s opens with this password from now on; %lld operations wait in it.\n",
            agent->login, (long long)store_outbox_count(store, NULL));
    store_close(store);
    seal_key_free(key);
    return code;
}

static int set_aside(const struct command_agent *agent, struct error *error)
{
    int code = recovery_set_aside(agent->store_path, error);

    if (code == 0)
        printf("The store of %s was moved aside (%s.aside-...): the next sign-in makes another.\n"
               "What was not sent is in there still, sealed: keep it as long as somebody may "
               "remember.\n",
               agent->login, agent->store_path);
    return code;
}

static int run(const struct config *config)
{
    struct command_agent agent = {0};
    struct error error = ERROR_INIT;
    const char *escrow = config_text(config, "escrow-secret");
    bool aside = config_switch(config, "set-aside");
    int code = aside ? command_agent_begin_named(&agent, config, &error)
                     : command_agent_begin_locked(&agent, config, &error);

    if (code == 0 && aside)
        code = set_aside(&agent, &error);
    else if (code == 0 && escrow != NULL)
        code = recover_key(&agent, escrow, &error);
    else if (code == 0)
        code = recover(config, &agent, &error);
    command_agent_end(&agent);
    return code == 0 ? COMMAND_OK : command_complain(&error);
}

int command_recover(int argc, char **argv)
{
    return command_agent_main_with(argc, argv, command_recover_keys, run);
}
