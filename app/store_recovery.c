#include "app/recovery.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/store_anew.h"
#include "app/store_internal.h"
#include "app/store_salvage.h"
#include "app/text.h"

/* A key that the password opened, and how it was wrapped. */
struct opened_key {
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct seal_key *key; /* owned; NULL when the password is not its own */
};

struct recovery_files {
    char *path;           /* of the store */
    const char *password; /* borrowed while reading */
    struct opened_key *keys;
    size_t key_count;
    struct journal_owner owner; /* of the store, or the last in its journal */
    const struct seal_key *key; /* of that owner; NULL when unknown */
    struct store *store;        /* when it is well */
    struct salvage salvage;     /* when it is damaged */

    /* Of the journal being read. */
    struct recovery *recovery;
    const char *file;
    bool main; /* the store's own, not one set aside */
    const struct seal_key *entry_key;
};

/* --- keys ------------------------------------------------------------------------------------ */

/* The key behind `wrapped`, NULL when the password does not open it; each is tried once. */
static int find_key(struct recovery_files *files, const unsigned char *wrapped,
                    const struct seal_key **key, struct error *error)
{
    struct opened_key *longer;
    struct seal_key *opened = NULL;
    int code;

    *key = NULL;
    for (size_t i = 0; i < files->key_count; i++)
        if (memcmp(files->keys[i].wrapped, wrapped, SEAL_WRAPPED_SIZE) == 0) {
            *key = files->keys[i].key;
            return 0;
        }
    code = seal_key_unwrap(&opened, files->password, wrapped, SEAL_WRAPPED_SIZE, error);
    if (code != 0 && code != ERROR_REFUSED && code != ERROR_STORAGE)
        return code;
    longer = realloc(files->keys, (files->key_count + 1) * sizeof(*longer));
    if (longer == NULL) {
        seal_key_free(opened);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    files->keys = longer;
    memcpy(longer[files->key_count].wrapped, wrapped, SEAL_WRAPPED_SIZE);
    longer[files->key_count++].key = opened;
    *key = opened;
    return 0;
}

/* --- what was found -------------------------------------------------------------------------- */

static struct recovered *find_recovered(struct recovery *recovery, const struct id *id)
{
    for (size_t i = recovery->count; i-- > 0;)
        if (id_equal(&recovery->operations[i].operation->id, id))
            return &recovery->operations[i];
    return NULL;
}

static int add_operation(void *context, const struct operation *operation, struct error *error)
{
    struct recovery *recovery = context;
    struct recovered *longer;
    json_t *document;
    int code;

    if (find_recovered(recovery, &operation->id) != NULL)
        return 0;
    longer = realloc(recovery->operations, (recovery->count + 1) * sizeof(*longer));
    if (longer == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    recovery->operations = longer;
    longer[recovery->count] = (struct recovered){0};
    document = operation_to_json(operation);
    if (document == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = operation_from_json(&longer[recovery->count].operation, document, error);
    json_decref(document);
    if (code == 0)
        recovery->count++;
    return code;
}

static void see_damage(void *context, int64_t from, int64_t to, bool torn)
{
    struct recovery_files *files = context;
    struct recovery *recovery = files->recovery;
    struct recovery_damage *longer =
        realloc(recovery->damages, (recovery->damage_count + 1) * sizeof(*longer));

    if (longer == NULL)
        return;
    recovery->damages = longer;
    longer[recovery->damage_count++] =
        (struct recovery_damage){.file = strdup(files->file), .from = from, .to = to, .torn = torn};
}

static int see_owner(struct recovery_files *files, const struct journal_owner *owner,
                     struct error *error)
{
    int code = find_key(files, owner->wrapped, &files->entry_key, error);

    if (code == 0 && files->main && files->entry_key != NULL) {
        files->owner = *owner;
        files->key = files->entry_key;
    }
    return code;
}

static int see_made(struct recovery_files *files, const struct journal_entry *entry,
                    struct error *error)
{
    struct error cause = ERROR_INIT;
    const struct seal_key *key = files->entry_key != NULL ? files->entry_key : files->key;
    int code = ERROR_STORAGE;

    if (key != NULL)
        code = journal_entry_each(entry, key, add_operation, files->recovery, &cause);
    if (code == ERROR_STORAGE) {
        files->recovery->unopened++;
        return 0;
    }
    return code != 0 ? error_set(error, code, "%s", cause.message) : 0;
}

static int see_entry(void *context, const struct journal_entry *entry, struct error *error)
{
    struct recovery_files *files = context;
    struct journal_owner owner;
    struct id id;

    files->recovery->entries++;
    if (journal_entry_owner(entry, &owner))
        return see_owner(files, &owner, error);
    if (entry->kind == JOURNAL_MADE)
        return see_made(files, entry, error);
    for (size_t i = 0; journal_entry_id(entry, i, &id); i++) {
        struct recovered *found = find_recovered(files->recovery, &id);

        if (found != NULL)
            found->done = true;
    }
    return 0;
}

/* Reads the journal whose file is `path`. */
static int read_journal(struct recovery_files *files, const char *path, bool main_journal,
                        struct error *error)
{
    struct journal_visitor visitor = {see_entry, see_damage, files};
    struct journal *journal;
    int code;

    if (access(path, F_OK) != 0)
        return 0;
    code = journal_open_file(&journal, path, error);
    if (code != 0)
        return code;
    files->file = path;
    files->main = main_journal;
    files->entry_key = NULL;
    code = journal_read(journal, 0, &visitor, error);
    journal_close(journal);
    files->recovery->journals += code == 0;
    return code;
}

/* Journals of former stores at this place: "<store>.outbox.<time>". */
static int read_set_aside(struct recovery_files *files, const char *folder, const char *name,
                          struct error *error)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    size_t length = strlen(name);
    int code = 0;

    while (directory != NULL && code == 0 && (entry = readdir(directory)) != NULL) {
        struct text_buffer path = {0};

        if (strncmp(entry->d_name, name, length) != 0 || entry->d_name[length] != '.')
            continue;
        text_buffer_add_format(&path, "%s/%s", folder, entry->d_name);
        code = path.failed ? error_set(error, ERROR_MEMORY, "out of memory")
                           : read_journal(files, path.bytes, false, error);
        text_buffer_free(&path);
    }
    if (directory != NULL)
        closedir(directory);
    return code;
}

static int read_journals(struct recovery_files *files, struct error *error)
{
    struct text_buffer path = {0};
    char *slash;
    int code;

    text_buffer_add_format(&path, "%s" JOURNAL_ENDING, files->path);
    if (path.failed)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = read_journal(files, path.bytes, true, error);
    slash = strrchr(path.bytes, '/');
    if (code == 0 && slash != NULL) {
        *slash = '\0';
        code = read_set_aside(files, slash == path.bytes ? "/" : path.bytes, slash + 1, error);
    } else if (code == 0) {
        code = read_set_aside(files, ".", path.bytes, error);
    }
    text_buffer_free(&path);
    return code;
}

/* --- the store ------------------------------------------------------------------------------- */

/* Opens the store and reads all of it; `key` is the journal's, NULL for the store's own. */
static int try_store(struct recovery_files *files, const struct seal_key *key, struct error *error)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    int code = key == NULL ? store_read_wrapped(files->path, wrapped, error) : 0;

    if (code == 0 && key == NULL)
        code = find_key(files, wrapped, &key, error);
    if (code == 0 && key == NULL)
        code = error_set(error, ERROR_REFUSED, "this password does not open the store");
    if (code == 0)
        code = store_open(&files->store, files->path, key, error);
    if (code == 0)
        code = salvage_verify(files->store, error);
    if (code == 0) {
        files->owner = files->store->owner;
        files->key = key;
        return 0;
    }
    store_close(files->store);
    files->store = NULL;
    return code;
}

/* The journal is read before: where the store's own copy of the wrapped key is damaged, or of a
 * later password, the journal's may open. */
static int examine_store(struct recovery *recovery, struct error *error)
{
    struct recovery_files *files = recovery->files;
    struct error cause = ERROR_INIT;
    int code;

    if (access(files->path, F_OK) != 0) {
        recovery->store = RECOVERY_MISSING;
        return 0;
    }
    code = try_store(files, NULL, &cause);
    if (code == ERROR_REFUSED && files->key != NULL)
        code = try_store(files, files->key, &cause);
    if (code == 0)
        return 0;
    if (code != ERROR_STORAGE && code != ERROR_NOT_FOUND && code != ERROR_INVALID)
        return error_set(error, code, "%s", cause.message);
    text_copy(recovery->finding, sizeof(recovery->finding), cause.message);
    recovery->store =
        database_is_newer(files->path, &store_schema) ? RECOVERY_NEWER : RECOVERY_DAMAGED;
    return 0;
}

static int see_held(void *context, const struct id *operation)
{
    struct recovered *found = find_recovered(context, operation);

    if (found != NULL)
        found->held = true;
    return 0;
}

static int by_id(const void *left, const void *right)
{
    const struct recovered *a = left, *b = right;

    return strcmp(a->operation->id.text, b->operation->id.text);
}

/* Ids are of version 7: in their order, operations were made. */
static void sort_out(struct recovery *recovery)
{
    if (recovery->count > 0)
        qsort(recovery->operations, recovery->count, sizeof(*recovery->operations), by_id);
    for (size_t i = 0; i < recovery->count; i++)
        recovery->missing += !recovery->operations[i].done && !recovery->operations[i].held;
}

static int read_all(struct recovery *recovery, struct error *error)
{
    struct recovery_files *files = recovery->files;
    int code = store_anew_finish(files->path, error);

    if (code == 0)
        code = read_journals(files, error);
    if (code == 0)
        code = examine_store(recovery, error);
    if (code != 0)
        return code;
    if (recovery->store == RECOVERY_MISSING && recovery->journals == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is neither %s nor a journal beside it",
                         files->path);
    if (files->key == NULL && files->key_count > 0 && recovery->count == 0)
        return error_set(error, ERROR_REFUSED,
                         "this password opens neither the store nor its journal");
    if (recovery->store == RECOVERY_DAMAGED && files->key != NULL)
        code =
            salvage_read(&files->salvage, files->path, files->key, add_operation, recovery, error);
    if (code == 0 && files->store != NULL)
        code = salvage_each_held(files->store, see_held, recovery, error);
    if (code == 0)
        sort_out(recovery);
    return code;
}

int recovery_read(struct recovery **result, const char *store_path, const char *password,
                  struct error *error)
{
    struct recovery *recovery = calloc(1, sizeof(*recovery));
    int code = 0;

    *result = NULL;
    if (recovery != NULL)
        recovery->files = calloc(1, sizeof(*recovery->files));
    if (recovery != NULL && recovery->files != NULL)
        recovery->files->path = strdup(store_path);
    if (recovery == NULL || recovery->files == NULL || recovery->files->path == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0) {
        recovery->files->recovery = recovery;
        recovery->files->password = password;
        code = read_all(recovery, error);
        recovery->files->password = NULL;
    }
    if (code != 0) {
        recovery_free(recovery);
        return code;
    }
    *result = recovery;
    return 0;
}

static void files_free(struct recovery_files *files)
{
    if (files == NULL)
        return;
    store_close(files->store);
    salvage_clear(&files->salvage);
    for (size_t i = 0; i < files->key_count; i++)
        seal_key_free(files->keys[i].key);
    free(files->keys);
    free(files->path);
    free(files);
}

void recovery_free(struct recovery *recovery)
{
    if (recovery == NULL)
        return;
    files_free(recovery->files);
    for (size_t i = 0; i < recovery->count; i++)
        operation_free(recovery->operations[i].operation);
    for (size_t i = 0; i < recovery->damage_count; i++)
        free(recovery->damages[i].file);
    free(recovery->operations);
    free(recovery->damages);
    free(recovery);
}

/* --- putting back ---------------------------------------------------------------------------- */

/* Where the store was damaged or lost, another for the same agent and terminal. */
static int make_store(struct recovery *recovery, struct error *error)
{
    struct recovery_files *files = recovery->files;

    if (files->key == NULL)
        return error_set(error, ERROR_REFUSED,
                         "neither the store nor the journal tells whose work this is: export it");
    return store_anew_begin(files->path, &files->owner, files->key, &files->store, error);
}

/* The server takes from a terminal only what was made in its name. */
static int put_operation(struct store *store, struct operation *operation, struct error *error)
{
    if (!id_equal(&operation->agent, store_agent(store)))
        return error_set(error, ERROR_CONFLICT, "operation %s is another agent's",
                         operation->id.text);
    operation->device = *store_device(store);
    return store_operation_put(store, operation, error);
}

static int put_all(struct recovery *recovery, struct error *error)
{
    struct store *store = recovery->files->store;
    int code = store_begin(store, error);

    if (code != 0)
        return code;
    for (size_t i = 0; i < recovery->count && code == 0; i++)
        if (!recovery->operations[i].done && !recovery->operations[i].held)
            code = put_operation(store, recovery->operations[i].operation, error);
    /* Nobody knows any more to whom they were offered. */
    if (code == 0)
        code = store_elsewhere_note(store, error);
    if (code == 0)
        code = salvage_write(&recovery->files->salvage, store, error);
    return store_end(store, code, error);
}

/* Where the store was damaged or lost: nothing is moved before all is in the one that follows it.
 */
static int put_anew(struct recovery *recovery, struct error *error)
{
    struct recovery_files *files = recovery->files;
    int code = make_store(recovery, error);

    if (code == 0)
        code = put_all(recovery, error);
    store_close(files->store);
    files->store = NULL;
    if (code == 0)
        code = store_anew_place(files->path, error);
    return code != 0 ? code : store_open(&files->store, files->path, files->key, error);
}

int recovery_put_back(struct recovery *recovery, struct error *error)
{
    if (recovery->store == RECOVERY_NEWER)
        return error_set(error, ERROR_STORAGE, "%s", recovery->finding);
    return recovery->files->store != NULL ? put_all(recovery, error) : put_anew(recovery, error);
}

int recovery_set_aside(const char *store_path, struct error *error)
{
    int code;

    if (access(store_path, F_OK) != 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no %s", store_path);
    code = store_journal_set_aside(store_path, error);
    return code != 0 ? code : store_move_aside(store_path, "aside", error);
}
