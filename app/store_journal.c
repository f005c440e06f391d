/*
 * The store and its journal (journal.h). The order of one saving:
 *
 *   1. the write transaction of the store begins, then the lock of the journal is taken;
 *   2. what the journal holds and the store does not (see 5) is taken into the store;
 *   3. the operations are applied in the store and appended to the journal; the number of the last
 *      entry is noted in the store, in the same transaction;
 *   4. the transaction is committed, on disk, the lock given back. The agent waits for this alone:
 *      the journal is synced behind it, by whoever sends, as soon as nothing is under way that
 *      needs the disk (store_journal_settle), or at the latest when the store is closed. So no
 * power cut alone, and no damage to the store alone, loses what was saved.
 *   5. When the store fails anywhere in this, the operations are in the journal all the same, and
 *      synced: the agent is told that they are saved, and where. Their numbers are past what the
 *      store notes, so that the next saving, the next opening and the sync thread find and take
 *      them in, once.
 *
 * A journal that cannot be written keeps nobody from saving in a store that can, and the other way
 * round; only when both fail is nothing saved, and the agent told so.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/store_internal.h"
#include "app/text.h"

/* An outbox that is empty lets go of a journal larger than this. */
#define ROTATE_FROM (64 * 1024)

/* The number of the last entry that the store has, and where that begins in the file: 0 for one of
 * before, which did not note it. */
static int read_taken(struct store *store, int64_t *taken, int64_t *offset, struct error *error)
{
    char text[64];
    char *end;
    int code = store_meta_get(store, "journal", text, sizeof(text), error);

    *taken = strtoll(text, &end, 10);
    *offset = strtoll(end, NULL, 10);
    return code;
}

static int write_taken(struct store *store, int64_t taken, int64_t offset, struct error *error)
{
    char text[64];

    snprintf(text, sizeof(text), "%lld %lld", (long long)taken, (long long)offset);
    return store_meta_put(store, "journal", text, error);
}

static void note_trouble(struct store *store, const struct error *error)
{
    text_copy(store->trouble, sizeof(store->trouble), error->message);
}

/* --- taking in what only the journal holds -------------------------------------------------- */

struct catching_up {
    struct store *store;
    int64_t taken;  /* by the store */
    int64_t offset; /* where the last of that begins, 0 for unknown */
    int64_t last;   /* number in the file */
    bool finished;  /* `done` is whole: operations are taken in */
    bool changed;
    bool failed;     /* to put an operation into the store */
    struct id *done; /* owned */
    size_t done_count;
};

static bool is_done(const struct catching_up *up, const struct id *id)
{
    for (size_t i = 0; i < up->done_count; i++)
        if (id_equal(&up->done[i], id))
            return true;
    return false;
}

static int note_done(struct catching_up *up, const struct journal_entry *entry, struct error *error)
{
    size_t count = journal_entry_count(entry);
    struct id *longer = realloc(up->done, (up->done_count + count + 1) * sizeof(*longer));

    if (longer == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    up->done = longer;
    for (size_t i = 0; i < count; i++)
        if (journal_entry_id(entry, i, &longer[up->done_count]))
            up->done_count++;
    return 0;
}

static int take_operation(void *context, const struct operation *operation, struct error *error)
{
    struct catching_up *up = context;
    int code = is_done(up, &operation->id) ? 0 : store_operation_put(up->store, operation, error);

    up->failed = code != 0;
    return code;
}

/* An entry that the key does not open stays in the file, for `guichet recover` to tell of. */
static int take_in(struct catching_up *up, const struct journal_entry *entry, struct error *error)
{
    struct error cause = ERROR_INIT;
    int code = journal_entry_each(entry, up->store->key, take_operation, up, &cause);

    if (code == 0)
        return 0;
    if (code == ERROR_STORAGE && !up->failed) {
        note_trouble(up->store, &cause);
        return 0;
    }
    return error_set(error, code, "%s", cause.message);
}

static int see_entry(void *context, const struct journal_entry *entry, struct error *error)
{
    struct catching_up *up = context;

    struct journal_owner owner;

    if (entry->number > up->last)
        up->last = entry->number;
    if (journal_entry_owner(entry, &owner))
        up->store->journal_owned =
            memcmp(owner.wrapped, up->store->owner.wrapped, sizeof(owner.wrapped)) == 0 &&
            id_equal(&owner.device, &up->store->owner.device);
    if (!up->finished)
        return entry->kind == JOURNAL_DONE ? note_done(up, entry, error) : 0;
    if (entry->kind != JOURNAL_MADE || entry->number <= up->taken)
        return 0;
    up->changed = true;
    return take_in(up, entry, error);
}

/* From where on there may be what is not known. A handle that has read nothing yet need not read
 * again what was taken when it was written: it may be all that was made offline. */
static int64_t begin_at(struct store *store, struct catching_up *up, int64_t size)
{
    if (store->journal_seen > 0 && size >= store->journal_seen) {
        up->last = store->journal_number;
        return store->journal_seen;
    }
    return up->offset > 0 && journal_has(store->journal, up->offset, up->taken) ? up->offset : 0;
}

/* Twice over the file, for what is done stands behind what was made. */
static int catch_up(struct store *store, struct catching_up *up, struct error *error)
{
    struct journal_visitor visitor = {.entry = see_entry, .context = up};
    int64_t size = journal_size(store->journal, error);
    int64_t from = size > 0 ? begin_at(store, up, size) : 0;
    int code = size < 0 ? (int)size : 0;

    if (from == 0 || from != store->journal_seen)
        store->journal_owned = false;
    if (code == 0 && size > from)
        code = journal_read(store->journal, from, &visitor, error);
    if (code == 0 && up->last > up->taken) {
        up->finished = true;
        code = journal_read(store->journal, 0, &visitor, error);
    }
    free(up->done);
    if (code != 0)
        return code;
    if (up->last < up->taken)
        up->last = up->taken;
    store->journal_seen = size;
    store->journal_number = up->last;
    return 0;
}

/* Whether an error of the journal is one of the store too: it comes from taking in. */
static int begin_taking(struct store *store, struct error *error)
{
    struct catching_up up = {.store = store};
    int code = read_taken(store, &up.taken, &up.offset, error);

    if (code == 0)
        code = catch_up(store, &up, error);
    if (code == 0 && up.changed)
        code = write_taken(store, up.last, 0, error);
    return code;
}

int store_journal_begin(struct store *store, struct error *error)
{
    struct error cause = ERROR_INIT;

    store->journal_held = journal_lock(store->journal, &cause) == 0;
    if (!store->journal_held) {
        note_trouble(store, &cause);
        return 0;
    }
    return begin_taking(store, error);
}

void store_journal_end(struct store *store, int code)
{
    /* What was rolled back is looked for again. */
    if (code != 0)
        store->journal_seen = 0;
    if (store->journal_held)
        journal_unlock(store->journal);
    store->journal_held = false;
    store->journal_written = false;
}

/* --- writing --------------------------------------------------------------------------------- */

static int append(struct store *store, struct operation *const *operations, size_t count,
                  bool synced, struct error *error)
{
    int64_t number = store->journal_number;
    int code = 0;

    store->journal_before = journal_size(store->journal, NULL);
    if (!store->journal_owned)
        code = journal_add_owner(store->journal, ++number, &store->owner, error);
    if (code == 0)
        code = journal_add_made(store->journal, ++number, operations, count, store->key, error);
    if (code == 0)
        code = journal_write(store->journal, synced, error);
    if (code != 0)
        return code;
    store->journal_due |= !synced;
    store->journal_number = number;
    store->journal_seen = journal_size(store->journal, NULL);
    store->journal_written = true;
    store->journal_owned = true;
    return 0;
}

int store_journal_add(struct store *store, struct operation *const *operations, size_t count,
                      struct error *error)
{
    struct error cause = ERROR_INIT;

    if (!store->journal_held || count == 0)
        return 0;
    if (append(store, operations, count, false, &cause) != 0) {
        note_trouble(store, &cause);
        return 0;
    }
    return write_taken(store, store->journal_number, store->journal_before, error);
}

int store_journal_strand(struct store *store, struct operation *const *operations, size_t count,
                         struct error *error)
{
    struct error cause = ERROR_INIT, lost = ERROR_INIT;
    struct journal_visitor visitor = {.entry = see_entry};
    struct catching_up up = {.store = store};
    int code = 0;

    if (error != NULL)
        cause = *error;
    if (!store->journal_written) {
        if (!store->journal_held)
            store->journal_held = journal_lock(store->journal, &lost) == 0;
        if (!store->journal_held)
            return cause.code;
        /* Numbers must pass those of all others, also of what the store cannot tell any more. */
        visitor.context = &up;
        (void)read_taken(store, &up.taken, &up.offset, NULL);
        store->journal_owned = false;
        code = journal_read(store->journal, 0, &visitor, &lost);
        free(up.done);
        store->journal_seen = journal_size(store->journal, NULL);
        if (up.last < up.taken)
            up.last = up.taken;
        if (up.last > store->journal_number)
            store->journal_number = up.last;
        if (code == 0)
            code = append(store, operations, count, true, &lost);
    } else if ((code = journal_sync(store->journal, &lost)) != 0) {
        (void)journal_truncate(store->journal, store->journal_before, NULL);
    }
    if (code != 0)
        return cause.code;
    note_trouble(store, &cause);
    store->stranded += (int64_t)count;
    store->journal_seen = 0;
    if (error != NULL)
        *error = (struct error)ERROR_INIT;
    return 0;
}

int store_catch_up(struct store *store, struct error *error)
{
    int64_t size = journal_size(store->journal, NULL);
    int code;

    if (size <= 0 || (size == store->journal_seen && store->stranded == 0))
        return 0;
    code = store_begin(store, error);
    if (code != 0)
        return code;
    code = store_end(store, store_journal_begin(store, error), error);
    store_journal_end(store, code);
    if (code == 0) {
        store->stranded = 0;
        store->trouble[0] = '\0';
    }
    return code;
}

int64_t store_stranded(const struct store *store)
{
    return store->stranded;
}

const char *store_trouble(const struct store *store)
{
    return store->trouble;
}

/* --- letting go ------------------------------------------------------------------------------ */

void store_journal_done(struct store *store, const struct id *ids, size_t count, bool synced)
{
    bool settled;

    if (journal_size(store->journal, NULL) <= 0 || journal_lock(store->journal, NULL) != 0)
        return;
    /* What is done without being synced is no reason to sync what was before. */
    settled = journal_size(store->journal, NULL) == store->journal_settled;
    if (journal_add_done(store->journal, 0, ids, count, NULL) == 0)
        (void)journal_write(store->journal, synced, NULL);
    if (settled)
        store->journal_settled = journal_size(store->journal, NULL);
    journal_unlock(store->journal);
}

/* Under both locks: nothing can have been added since the count. */
static int rotate(struct store *store, struct error *error)
{
    struct journal_owner owner = store->owner;
    int code = store_journal_begin(store, error);

    if (code != 0 || !store->journal_held || store_outbox_count(store, error) != 0)
        return code;
    code = journal_add_owner(store->journal, store->journal_number, &owner, error);
    if (code == 0)
        code = journal_truncate(store->journal, 0, error);
    if (code == 0)
        code = journal_write(store->journal, true, error);
    store->journal_seen = 0;
    return code;
}

static void rotate_due(struct store *store)
{
    int code;

    if (journal_size(store->journal, NULL) < ROTATE_FROM || store_outbox_count(store, NULL) != 0 ||
        store_begin(store, NULL) != 0)
        return;
    code = store_end(store, rotate(store, NULL), NULL);
    store_journal_end(store, code);
}

void store_journal_settle(struct store *store)
{
    int64_t size;

    rotate_due(store);
    size = journal_size(store->journal, NULL);
    if (size > 0 && size != store->journal_settled && journal_sync(store->journal, NULL) == 0)
        store->journal_settled = size;
    store->journal_due = false;
}

struct rewriting {
    struct store *store;
    int64_t number; /* of the last entry */
    struct error *error;
};

static int write_anew(void *context, const struct outbox_entry *entry)
{
    struct rewriting *rewriting = context;
    struct operation *copy = NULL;
    json_t *document = operation_to_json(entry->operation);
    int code = document != NULL ? operation_from_json(&copy, document, rewriting->error)
                                : error_set(rewriting->error, ERROR_MEMORY, "out of memory");

    json_decref(document);
    if (code == 0)
        code = journal_add_made(rewriting->store->journal, ++rewriting->number, &copy, 1,
                                rewriting->store->key, rewriting->error);
    operation_free(copy);
    return code;
}

int store_journal_rewrite(struct store *store, struct error *error)
{
    struct rewriting rewriting = {.store = store, .error = error};
    int64_t offset;
    int code;

    if (journal_size(store->journal, NULL) <= 0)
        return 0;
    code = journal_lock(store->journal, error);
    store->journal_held = code == 0;
    if (code == 0)
        code = read_taken(store, &rewriting.number, &offset, error);
    if (code == 0)
        code = journal_add_owner(store->journal, ++rewriting.number, &store->owner, error);
    if (code == 0)
        code = store_outbox_each(store, SIZE_MAX, write_anew, &rewriting, error);
    if (code == 0)
        code = journal_erase(store->journal, error);
    if (code == 0)
        code = journal_truncate(store->journal, 0, error);
    if (code == 0)
        code = journal_write(store->journal, true, error);
    store->journal_seen = 0;
    return code != 0 ? code : write_taken(store, rewriting.number, 0, error);
}

void store_journal_owner_write(struct store *store)
{
    if (journal_size(store->journal, NULL) <= 0 || journal_lock(store->journal, NULL) != 0)
        return;
    if (journal_add_owner(store->journal, 0, &store->owner, NULL) == 0)
        (void)journal_write(store->journal, true, NULL);
    journal_unlock(store->journal);
}

/* A journal of a former store at this place has another key: it is kept beside, for `guichet
 * recover`. */
int store_journal_set_aside(const char *store_path, struct error *error)
{
    struct text_buffer from = {0}, to = {0};
    int code = 0;

    text_buffer_add_format(&from, "%s" JOURNAL_ENDING, store_path);
    text_buffer_add_format(&to, "%s" JOURNAL_ENDING ".%lld", store_path, (long long)time(NULL));
    if (from.failed || to.failed)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    else if (access(from.bytes, F_OK) == 0 && rename(from.bytes, to.bytes) != 0)
        code = error_set(error, ERROR_STORAGE, "%s cannot be moved aside", from.bytes);
    text_buffer_free(&from);
    text_buffer_free(&to);
    return code;
}
