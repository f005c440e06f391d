#define _GNU_SOURCE /* memmem */
#include "app/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "app/database.h"
#include "app/json.h"
#include "app/text.h"

/*
 * An entry, numbers with the lowest byte first:
 *   0  mark, 8 bytes
 *   8  length of the content, 4 bytes
 *  12  kind, 1 byte; 3 bytes of 0
 *  16  number, 8 bytes
 *  24  content
 *   +  BLAKE2b of all before, 16 bytes
 */
#define MARK          "\xF5GUICHJ\x01"
#define MARK_SIZE     8
#define HEAD_SIZE     24
#define CHECKSUM_SIZE 16
#define CONTENT_LIMIT (16 * 1024 * 1024)

#define OWNER_SIZE (2 * ID_TEXT_LENGTH + SEAL_WRAPPED_SIZE)
/* One byte more, of an agent of the identity provider. */
#define OWNER_PROVIDER 'P'
#define LOCK_WAIT_MS   5000
#define LOCK_STEP_MS   5
#define ABOUT_SIZE     40

struct journal {
    char *path;
    const char *name; /* the same as SQLite's file layer wants it */
    sqlite3_vfs *vfs;
    sqlite3_file *file;      /* its methods are NULL while it is not open */
    struct text_buffer next; /* to be written */
};

/* --- the file ------------------------------------------------------------------------------- */

static bool is_open(const struct journal *journal)
{
    return journal->file->pMethods != NULL;
}

static int fail(const struct journal *journal, const char *doing, int result, struct error *error)
{
    if ((result & 0xFF) == SQLITE_FULL)
        return error_set(error, ERROR_STORAGE, "%s: %s: the disk is full", journal->path, doing);
    if ((result & 0xFF) == SQLITE_READONLY || database_is_read_only(journal->path))
        return error_set(error, ERROR_STORAGE, "%s: %s: the disk cannot be written to",
                         journal->path, doing);
    return error_set(error, ERROR_STORAGE, "%s: %s: %s", journal->path, doing,
                     sqlite3_errstr(result));
}

int journal_open_file(struct journal **opened, const char *path, struct error *error)
{
    struct journal *journal = calloc(1, sizeof(*journal));

    *opened = NULL;
    if (journal == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    journal->path = strdup(path);
    journal->vfs = sqlite3_vfs_find(NULL);
    if (journal->path != NULL && journal->vfs != NULL)
        journal->file = calloc(1, (size_t)journal->vfs->szOsFile);
    if (journal->file != NULL)
        journal->name = sqlite3_create_filename(journal->path, "", "", 0, NULL);
    if (journal->name == NULL) {
        journal_close(journal);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    *opened = journal;
    return 0;
}

int journal_open(struct journal **opened, const char *store_path, struct error *error)
{
    struct text_buffer path = {0};
    int code;

    *opened = NULL;
    text_buffer_add_format(&path, "%s" JOURNAL_ENDING, store_path);
    code = path.failed ? error_set(error, ERROR_MEMORY, "out of memory")
                       : journal_open_file(opened, path.bytes, error);
    text_buffer_free(&path);
    return code;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->file != NULL && is_open(journal))
        journal->file->pMethods->xClose(journal->file);
    if (journal->name != NULL)
        sqlite3_free_filename((char *)(uintptr_t)journal->name);
    text_buffer_free(&journal->next);
    free(journal->file);
    free(journal->path);
    free(journal);
}

const char *journal_path(const struct journal *journal)
{
    return journal->path;
}

void journal_sync_folder(const char *path)
{
    char *folder = strdup(path);
    char *slash = folder != NULL ? strrchr(folder, '/') : NULL;
    int descriptor;

    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    descriptor = folder != NULL
                     ? open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                     : -1;
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        close(descriptor);
    }
    free(folder);
}

/* Opens the file; made first, for this user alone, when `create`. 1 when there is none. */
static int open_file(struct journal *journal, bool create, struct error *error)
{
    int flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE; /* only such files can be locked */
    int result;

    if (is_open(journal))
        return 0;
    if (access(journal->path, F_OK) != 0) {
        int descriptor = -1;

        if (!create)
            return 1;
        descriptor = open(journal->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (descriptor < 0 && errno != EEXIST)
            return error_set(error, ERROR_STORAGE, "%s cannot be made: %s", journal->path,
                             strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        journal_sync_folder(journal->path);
    }
    result = journal->vfs->xOpen(journal->vfs, journal->name, journal->file, flags, NULL);
    if (result != SQLITE_OK) {
        if (is_open(journal))
            journal->file->pMethods->xClose(journal->file);
        journal->file->pMethods = NULL;
        return fail(journal, "open", result, error);
    }
    return 0;
}

int journal_lock(struct journal *journal, struct error *error)
{
    int code = open_file(journal, true, error);
    int result = SQLITE_BUSY;

    if (code != 0)
        return code;
    for (int waited = 0; waited < LOCK_WAIT_MS; waited += LOCK_STEP_MS) {
        result = journal->file->pMethods->xLock(journal->file, SQLITE_LOCK_SHARED);
        if (result == SQLITE_OK)
            result = journal->file->pMethods->xLock(journal->file, SQLITE_LOCK_RESERVED);
        if (result == SQLITE_OK)
            return 0;
        journal_unlock(journal);
        if ((result & 0xFF) != SQLITE_BUSY)
            return fail(journal, "lock", result, error);
        journal->vfs->xSleep(journal->vfs, LOCK_STEP_MS * 1000);
    }
    return error_set(error, ERROR_BUSY, "%s: another program holds it", journal->path);
}

void journal_unlock(struct journal *journal)
{
    if (is_open(journal))
        journal->file->pMethods->xUnlock(journal->file, SQLITE_LOCK_NONE);
}

int64_t journal_size(struct journal *journal, struct error *error)
{
    sqlite3_int64 size = 0;
    int code = open_file(journal, false, error);
    int result;

    if (code != 0)
        return code > 0 ? 0 : code;
    result = journal->file->pMethods->xFileSize(journal->file, &size);
    return result == SQLITE_OK ? size : fail(journal, "size", result, error);
}

/* --- writing -------------------------------------------------------------------------------- */

static void put_number(unsigned char *bytes, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t get_number(const unsigned char *bytes, size_t size)
{
    uint64_t number = 0;

    for (size_t i = size; i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

static int add_entry(struct journal *journal, enum journal_kind kind, int64_t number,
                     const void *content, size_t length, struct error *error)
{
    unsigned char head[HEAD_SIZE] = MARK;
    unsigned char checksum[CHECKSUM_SIZE];
    size_t begin = journal->next.length;

    if (length > CONTENT_LIMIT) {
        text_buffer_free(&journal->next);
        return error_set(error, ERROR_TOO_LARGE, "%s: an entry of %zu bytes", journal->path,
                         length);
    }
    put_number(head + 8, length, 4);
    head[12] = (unsigned char)kind;
    put_number(head + 16, (uint64_t)number, 8);
    text_buffer_add(&journal->next, (const char *)head, sizeof(head));
    text_buffer_add(&journal->next, content, length);
    if (!journal->next.failed) {
        crypto_generichash(checksum, sizeof(checksum),
                           (const unsigned char *)journal->next.bytes + begin,
                           journal->next.length - begin, NULL, 0);
        text_buffer_add(&journal->next, (const char *)checksum, sizeof(checksum));
    }
    if (!journal->next.failed)
        return 0;
    text_buffer_free(&journal->next);
    return error_set(error, ERROR_MEMORY, "out of memory");
}

int journal_add_owner(struct journal *journal, int64_t number, const struct journal_owner *owner,
                      struct error *error)
{
    unsigned char content[OWNER_SIZE + 1];

    memcpy(content, owner->agent.text, ID_TEXT_LENGTH);
    memcpy(content + ID_TEXT_LENGTH, owner->device.text, ID_TEXT_LENGTH);
    memcpy(content + 2 * ID_TEXT_LENGTH, owner->wrapped, SEAL_WRAPPED_SIZE);
    content[OWNER_SIZE] = OWNER_PROVIDER;
    return add_entry(journal, JOURNAL_OWNER, number, content, OWNER_SIZE + (size_t)owner->provider,
                     error);
}

/* The number is part of what is sealed: an entry that was moved or copied does not open. */
static void about_entry(char about[ABOUT_SIZE], int64_t number)
{
    snprintf(about, ABOUT_SIZE, "journal/%lld", (long long)number);
}

/* All of them in one entry: there whole or not at all. */
static char *operations_text(struct operation *const *operations, size_t count)
{
    json_t *list = json_array();
    char *text;

    for (size_t i = 0; i < count && list != NULL; i++)
        if (json_array_append_new(list, operation_to_json(operations[i])) != 0) {
            json_decref(list);
            list = NULL;
        }
    text = list != NULL ? json_write(list) : NULL;
    json_decref(list);
    return text;
}

int journal_add_made(struct journal *journal, int64_t number, struct operation *const *operations,
                     size_t count, const struct seal_key *key, struct error *error)
{
    char *text = operations_text(operations, count);
    size_t length = text != NULL ? strlen(text) : 0;
    unsigned char *sealed = text != NULL ? malloc(length + SEAL_OVERHEAD) : NULL;
    char about[ABOUT_SIZE];
    int code;

    if (sealed != NULL) {
        about_entry(about, number);
        seal_bytes(key, text, length, about, sealed);
        code = add_entry(journal, JOURNAL_MADE, number, sealed, length + SEAL_OVERHEAD, error);
    } else {
        code = error_set(error, ERROR_MEMORY, "out of memory");
    }
    if (text != NULL)
        sodium_memzero(text, length);
    free(sealed);
    free(text);
    return code;
}

int journal_add_done(struct journal *journal, int64_t number, const struct id *ids, size_t count,
                     struct error *error)
{
    struct text_buffer content = {0};
    int code;

    for (size_t i = 0; i < count; i++)
        text_buffer_add(&content, ids[i].text, ID_TEXT_LENGTH);
    code = content.failed
               ? error_set(error, ERROR_MEMORY, "out of memory")
               : add_entry(journal, JOURNAL_DONE, number, content.bytes, content.length, error);
    text_buffer_free(&content);
    return code;
}

int journal_write(struct journal *journal, bool synced, struct error *error)
{
    const sqlite3_io_methods *file = journal->file->pMethods;
    sqlite3_int64 size = 0;
    int result = file != NULL ? file->xFileSize(journal->file, &size) : SQLITE_CANTOPEN;
    bool begun = result == SQLITE_OK;

    if (result == SQLITE_OK && journal->next.length > 0)
        result = file->xWrite(journal->file, journal->next.bytes, (int)journal->next.length, size);
    if (result == SQLITE_OK && synced)
        result = file->xSync(journal->file, SQLITE_SYNC_FULL);
    text_buffer_free(&journal->next);
    if (result == SQLITE_OK)
        return 0;
    if (begun)
        (void)file->xTruncate(journal->file, size);
    return fail(journal, "write", result, error);
}

int journal_sync(struct journal *journal, struct error *error)
{
    int result = is_open(journal) ? journal->file->pMethods->xSync(journal->file, SQLITE_SYNC_FULL)
                                  : SQLITE_CANTOPEN;

    return result == SQLITE_OK ? 0 : fail(journal, "sync", result, error);
}

int journal_erase(struct journal *journal, struct error *error)
{
    static const unsigned char zeros[4096];
    const sqlite3_io_methods *file = journal->file->pMethods;
    sqlite3_int64 size = 0;
    int result = file != NULL ? file->xFileSize(journal->file, &size) : SQLITE_CANTOPEN;

    for (sqlite3_int64 at = 0; result == SQLITE_OK && at < size; at += (int)sizeof(zeros)) {
        sqlite3_int64 rest = size - at;

        result = file->xWrite(journal->file, zeros,
                              rest < (int)sizeof(zeros) ? (int)rest : (int)sizeof(zeros), at);
    }
    if (result == SQLITE_OK)
        result = file->xSync(journal->file, SQLITE_SYNC_FULL);
    return result == SQLITE_OK ? 0 : fail(journal, "erase", result, error);
}

int journal_truncate(struct journal *journal, int64_t size, struct error *error)
{
    int result = is_open(journal) ? journal->file->pMethods->xTruncate(journal->file, size)
                                  : SQLITE_CANTOPEN;

    return result == SQLITE_OK ? 0 : fail(journal, "truncate", result, error);
}

/* --- reading -------------------------------------------------------------------------------- */

/* Reads the file from `from` on: new bytes. */
static int load(struct journal *journal, int64_t from, unsigned char **bytes, size_t *length,
                struct error *error)
{
    int64_t size = journal_size(journal, error);
    int result;

    *bytes = NULL;
    *length = 0;
    if (size <= from)
        return size < 0 ? (int)size : 0;
    if (size - from > INT32_MAX)
        return error_set(error, ERROR_TOO_LARGE, "%s is larger than can be read", journal->path);
    *length = (size_t)(size - from);
    *bytes = malloc(*length);
    if (*bytes == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to read %s", journal->path);
    result = journal->file->pMethods->xRead(journal->file, *bytes, (int)*length, from);
    if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ) {
        free(*bytes);
        *bytes = NULL;
        return fail(journal, "read", result, error);
    }
    return 0;
}

/* The length of the whole entry at the begin of `bytes`, 0 when there is none. */
static size_t find_entry(const unsigned char *bytes, size_t length, struct journal_entry *entry)
{
    unsigned char checksum[CHECKSUM_SIZE];
    size_t content;

    if (length < HEAD_SIZE + CHECKSUM_SIZE || memcmp(bytes, MARK, MARK_SIZE) != 0)
        return 0;
    content = (size_t)get_number(bytes + 8, 4);
    if (content > CONTENT_LIMIT || content > length - HEAD_SIZE - CHECKSUM_SIZE)
        return 0;
    crypto_generichash(checksum, sizeof(checksum), bytes, HEAD_SIZE + content, NULL, 0);
    if (memcmp(checksum, bytes + HEAD_SIZE + content, sizeof(checksum)) != 0)
        return 0;
    entry->kind = (enum journal_kind)bytes[12];
    entry->number = (int64_t)get_number(bytes + 16, 8);
    entry->content = bytes + HEAD_SIZE;
    entry->length = content;
    return HEAD_SIZE + content + CHECKSUM_SIZE;
}

/* Where the next entry that holds begins, from `at` on; `length` when there is none. */
static size_t find_next(const unsigned char *bytes, size_t length, size_t at)
{
    struct journal_entry entry;

    while (at < length) {
        const unsigned char *mark = memmem(bytes + at, length - at, MARK, MARK_SIZE);

        if (mark == NULL)
            break;
        at = (size_t)(mark - bytes);
        if (find_entry(mark, length - at, &entry) > 0)
            return at;
        at++;
    }
    return length;
}

int journal_read(struct journal *journal, int64_t from, const struct journal_visitor *visitor,
                 struct error *error)
{
    unsigned char *bytes;
    size_t length, at = 0;
    int code = load(journal, from, &bytes, &length, error);

    while (code == 0 && at < length) {
        struct journal_entry entry = {.offset = from + (int64_t)at};
        size_t size = find_entry(bytes + at, length - at, &entry);

        if (size > 0) {
            code = visitor->entry(visitor->context, &entry, error);
        } else {
            size = find_next(bytes, length, at + 1) - at;
            if (visitor->damage != NULL)
                visitor->damage(visitor->context, entry.offset, entry.offset + (int64_t)size,
                                at + size == length);
        }
        at += size;
    }
    free(bytes);
    return code;
}

bool journal_has(struct journal *journal, int64_t offset, int64_t number)
{
    struct journal_entry entry;
    unsigned char *bytes;
    size_t length;
    bool has;

    if (offset < 0 || load(journal, offset, &bytes, &length, NULL) != 0)
        return false;
    has = length > 0 && find_entry(bytes, length, &entry) > 0 &&
          (entry.number == number || entry.number == number - 1);
    free(bytes);
    return has;
}

/* The list of an entry's operations, opened: new reference. */
static int open_entry(const struct journal_entry *entry, const struct seal_key *key, json_t **list,
                      struct error *error)
{
    char about[ABOUT_SIZE];
    char *text = malloc(entry->length + 1);
    int code;

    *list = NULL;
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    about_entry(about, entry->number);
    code = seal_open(key, entry->content, entry->length, about, text, error);
    if (code == 0)
        code = json_read(list, text, entry->length - SEAL_OVERHEAD, SIZE_MAX, about, error);
    sodium_memzero(text, entry->length);
    free(text);
    return code;
}

static void operations_free(struct operation **operations, size_t count)
{
    for (size_t i = 0; operations != NULL && i < count; i++)
        operation_free(operations[i]);
    free(operations);
}

int journal_entry_each(const struct journal_entry *entry, const struct seal_key *key,
                       journal_visit visit, void *context, struct error *error)
{
    struct operation **operations = NULL;
    json_t *list;
    size_t count = 0;
    int code = open_entry(entry, key, &list, error);

    if (code == 0) {
        count = json_array_size(list);
        operations = calloc(count + 1, sizeof(*operations));
        if (operations == NULL)
            code = error_set(error, ERROR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < count && code == 0; i++)
        code = operation_from_json(&operations[i], json_array_get(list, i), error);
    json_decref(list);
    if (code == ERROR_INVALID)
        code =
            error_set(error, ERROR_STORAGE, "entry %lld makes no sense", (long long)entry->number);
    for (size_t i = 0; i < count && code == 0; i++)
        code = visit(context, operations[i], error);
    operations_free(operations, count);
    return code;
}

static bool read_id(struct id *id, const unsigned char *bytes)
{
    char text[ID_TEXT_LENGTH + 1];

    memcpy(text, bytes, ID_TEXT_LENGTH);
    text[ID_TEXT_LENGTH] = '\0';
    return id_parse(id, text);
}

bool journal_entry_owner(const struct journal_entry *entry, struct journal_owner *owner)
{
    owner->provider =
        entry->length == OWNER_SIZE + 1 && entry->content[OWNER_SIZE] == OWNER_PROVIDER;
    if (entry->kind != JOURNAL_OWNER || entry->length != OWNER_SIZE + (size_t)owner->provider)
        return false;
    memcpy(owner->wrapped, entry->content + 2 * ID_TEXT_LENGTH, SEAL_WRAPPED_SIZE);
    return read_id(&owner->agent, entry->content) &&
           read_id(&owner->device, entry->content + ID_TEXT_LENGTH);
}

size_t journal_entry_count(const struct journal_entry *entry)
{
    return entry->kind == JOURNAL_DONE ? entry->length / ID_TEXT_LENGTH : 0;
}

bool journal_entry_id(const struct journal_entry *entry, size_t index, struct id *id)
{
    return index < journal_entry_count(entry) &&
           read_id(id, entry->content + index * ID_TEXT_LENGTH);
}
