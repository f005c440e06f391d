#define _GNU_SOURCE /* renameat2 */
#include "net/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include "app/text.h"
#include "net/ledger.h"
#include "net/ledger_audit.h"

#define PIECE         65536
#define PAGES_AT_ONCE 512
#define NAME_LIMIT    32
/* Of a key. */
#define KEY_LIMIT 65536

#define ENTRY_DATABASE     "database"
#define ENTRY_AUDIT_KEY    "audit-key"
#define ENTRY_DELIVERY_KEY "delivery-key"

struct work {
    const struct backup_files *files;
    backup_progress progress;
    void *context;
    char *audit_key; /* its path */
};

static int fail(const char *path, struct error *error)
{
    return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE, "%s: %s", path,
                     strerror(errno));
}

static char *beside(const char *path, const char *ending)
{
    struct text_buffer name = {0};

    text_buffer_add_format(&name, "%s%s", path, ending);
    return text_buffer_take(&name);
}

static void tell(const struct work *work, int64_t done, int64_t total)
{
    if (work->progress != NULL)
        work->progress(work->context, done, total);
}

/* The folder's own change, a new name, onto the disk. */
static void folder_sync(const char *path)
{
    char *copy = strdup(path);
    char *slash = copy != NULL ? strrchr(copy, '/') : NULL;
    int folder;

    if (slash != NULL)
        slash[slash == copy] = '\0';
    folder = open(slash != NULL ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
    free(copy);
}

/* Gives a file its name, unless there is one of it. */
static int name_give(const char *from, const char *to, struct error *error)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        folder_sync(to);
        return 0;
    }
    if (errno == EEXIST)
        return error_set(error, ERROR_CONFLICT, "%s is there already", to);
    /* A file system that does not know it; a link does not replace either. */
    if (errno == EINVAL && link(from, to) == 0) {
        unlink(from);
        folder_sync(to);
        return 0;
    }
    return fail(to, error);
}

static int file_new(const char *path, struct error *error)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    return file >= 0 ? file
                     : error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s",
                                 path, strerror(errno));
}

/* --- the database at one moment --------------------------------------------------------------- */

static int sqlite_fail(sqlite3 *database, const char *doing, struct error *error)
{
    return error_set(error, ERROR_STORAGE, "%s: %s", doing,
                     (sqlite3_errcode(database) & 0xFF) == SQLITE_FULL ? "the disk is full"
                                                                       : sqlite3_errmsg(database));
}

static int copy_pages(const struct work *work, sqlite3 *from, sqlite3 *to, struct error *error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int result = SQLITE_ERROR;

    if (backup == NULL)
        return sqlite_fail(to, "backup", error);
    do {
        result = sqlite3_backup_step(backup, PAGES_AT_ONCE);
        tell(work, sqlite3_backup_pagecount(backup) - sqlite3_backup_remaining(backup),
             2 * (int64_t)sqlite3_backup_pagecount(backup));
    } while (result == SQLITE_OK);
    sqlite3_backup_finish(backup);
    return result == SQLITE_DONE ? 0 : sqlite_fail(to, "the copy of the database", error);
}

/* Reads the database in one transaction, which no writer of the server disturbs or is disturbed
 * by, into a file without a name. */
static int snapshot_fill(const struct work *work, const char *path, struct error *error)
{
    sqlite3 *from = NULL, *to = NULL;
    int code = 0;

    if (sqlite3_open_v2(work->files->database, &from, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(from, 5000) != SQLITE_OK ||
        sqlite3_exec(from, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) !=
            SQLITE_OK)
        code = sqlite_fail(from, work->files->database, error);
    else if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
             sqlite3_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL,
                          NULL) != SQLITE_OK)
        code = sqlite_fail(to, path, error);
    /* From here on nobody finds it, also when this process dies. */
    unlink(path);
    if (code == 0)
        code = copy_pages(work, from, to, error);
    sqlite3_close(to);
    sqlite3_close(from);
    return code;
}

/* The descriptor of a copy that has no name. */
static int snapshot(const struct work *work, int *file, struct error *error)
{
    char *path = beside(work->files->database, ".snapshot");
    int code;

    if (path == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    if (access(work->files->database, F_OK) != 0) {
        code = fail(work->files->database, error);
        free(path);
        return code;
    }
    unlink(path); /* of one that died */
    *file = file_new(path, error);
    code = *file < 0 ? *file : snapshot_fill(work, path, error);
    if (*file >= 0 && code != 0) {
        close(*file);
        *file = -1;
    }
    free(path);
    return code;
}

/* --- entries ---------------------------------------------------------------------------------- */

/* A name, the size, the bytes, and their checksum. */
static int entry_write(const struct work *work, struct backup_writer *writer, const char *name,
                       int file, struct error *error)
{
    unsigned char head[1 + NAME_LIMIT + 8] = {(unsigned char)strlen(name)};
    unsigned char bytes[PIECE], sum[crypto_generichash_BYTES];
    crypto_generichash_state hash;
    struct stat status;
    int64_t done = 0;
    int code;

    if (fstat(file, &status) != 0 || lseek(file, 0, SEEK_SET) != 0)
        return fail(name, error);
    memcpy(head + 1, name, strlen(name));
    for (int i = 0; i < 8; i++)
        head[1 + NAME_LIMIT + i] = (unsigned char)((uint64_t)status.st_size >> (8 * i));
    crypto_generichash_init(&hash, NULL, 0, sizeof(sum));
    code = backup_writer_add(writer, head, sizeof(head), error);
    while (code == 0 && done < status.st_size) {
        ssize_t got = read(file, bytes, sizeof(bytes));

        if (got <= 0)
            return error_set(error, ERROR_STORAGE, "%s cannot be read whole", name);
        crypto_generichash_update(&hash, bytes, (size_t)got);
        code = backup_writer_add(writer, bytes, (size_t)got, error);
        done += got;
        tell(work, status.st_size + done, 2 * status.st_size);
    }
    crypto_generichash_final(&hash, sum, sizeof(sum));
    return code == 0 ? backup_writer_add(writer, sum, sizeof(sum), error) : code;
}

static int key_write(const struct work *work, struct backup_writer *writer, const char *name,
                     const char *path, struct error *error)
{
    int file = path != NULL && path[0] != '\0' ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    int code;

    if (file < 0 && path != NULL && path[0] != '\0' && errno != ENOENT)
        return fail(path, error);
    if (file < 0)
        return 0;
    code = entry_write(&(struct work){.files = work->files}, writer, name, file, error);
    close(file);
    return code;
}

static int all_write(const struct work *work, struct backup_writer *writer, int database,
                     struct error *error)
{
    static const unsigned char end[1 + NAME_LIMIT + 8];
    int code = key_write(work, writer, ENTRY_AUDIT_KEY, work->audit_key, error);

    if (code == 0)
        code = key_write(work, writer, ENTRY_DELIVERY_KEY, work->files->delivery_key, error);
    if (code == 0)
        code = entry_write(work, writer, ENTRY_DATABASE, database, error);
    if (code == 0)
        code = backup_writer_add(writer, end, sizeof(end), error);
    return code == 0 ? backup_writer_end(writer, error) : code;
}

int backup_make(const struct backup_files *files, const char *path, const struct backup_lock *lock,
                backup_progress progress, void *context, struct error *error)
{
    struct work work = {.files = files,
                        .progress = progress,
                        .context = context,
                        .audit_key = beside(files->database, AUDIT_KEY_ENDING)};
    char *partial = beside(path, ".partial");
    struct backup_writer *writer = NULL;
    int database = -1, file = -1, code = 0;

    if (partial == NULL || work.audit_key == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory for a path");
    else if (access(path, F_OK) == 0)
        code = error_set(error, ERROR_CONFLICT, "%s is there already", path);
    if (code == 0)
        code = snapshot(&work, &database, error);
    if (code == 0) {
        unlink(partial); /* of one that died */
        file = file_new(partial, error);
        code = file < 0 ? file : backup_writer_open(&writer, file, lock, error);
    }
    if (code == 0)
        code = all_write(&work, writer, database, error);
    if (code == 0)
        code = name_give(partial, path, error);
    if (code != 0 && file >= 0)
        unlink(partial);
    backup_writer_free(writer);
    if (file >= 0)
        close(file);
    if (database >= 0)
        close(database);
    free(partial);
    free(work.audit_key);
    return code;
}

/* --- putting back ----------------------------------------------------------------------------- */

/* What an entry becomes: a file that waits for its name. */
struct restored {
    const char *entry;
    const char *path; /* NULL, "": it is passed over */
    char *waiting;
    bool there; /* the file is as it is already */
};

static int write_piece(int file, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

/* The bytes of an entry, and whether they are what they were; `file` may be -1. */
static int entry_read(const struct work *work, struct backup_reader *reader, int64_t size, int file,
                      struct error *error)
{
    unsigned char bytes[PIECE], sum[crypto_generichash_BYTES], told[crypto_generichash_BYTES];
    crypto_generichash_state hash;
    int64_t done = 0;
    int code = 0;

    crypto_generichash_init(&hash, NULL, 0, sizeof(sum));
    while (code == 0 && done < size) {
        size_t piece = size - done < PIECE ? (size_t)(size - done) : PIECE;

        code = backup_reader_get(reader, bytes, piece, error);
        if (code != 0)
            break;
        crypto_generichash_update(&hash, bytes, piece);
        if (file >= 0 && write_piece(file, bytes, piece) != 0)
            code = error_set(error, ERROR_STORAGE, "cannot be put back: %s", strerror(errno));
        done += (int64_t)piece;
        tell(work, done, size);
    }
    sodium_memzero(bytes, sizeof(bytes));
    crypto_generichash_final(&hash, sum, sizeof(sum));
    if (code == 0)
        code = backup_reader_get(reader, told, sizeof(told), error);
    if (code == 0 && sodium_memcmp(sum, told, sizeof(sum)) != 0)
        code = error_set(error, ERROR_INVALID, "the checksum in the backup is another");
    if (code == 0 && file >= 0 && fsync(file) != 0)
        code = error_set(error, ERROR_STORAGE, "cannot be kept: %s", strerror(errno));
    return code;
}

static int entry_restore(const struct work *work, struct backup_reader *reader,
                         struct restored *restored, int64_t size, struct error *error)
{
    int file = -1, code;

    if (restored->path != NULL && restored->path[0] != '\0') {
        restored->waiting = beside(restored->path, ".restoring");
        if (restored->waiting == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for a path");
        unlink(restored->waiting);
        file = file_new(restored->waiting, error);
        if (file < 0)
            return file;
    }
    code = entry_read(work, reader, size, file, error);
    if (file >= 0)
        close(file);
    return code;
}

/* Reads all entries into files that wait. */
static int all_read(const struct work *work, struct backup_reader *reader,
                    struct restored *restored, size_t count, struct error *error)
{
    for (;;) {
        unsigned char head[1 + NAME_LIMIT + 8];
        char name[NAME_LIMIT + 1] = "";
        uint64_t size = 0;
        size_t which = 0;
        int code = backup_reader_get(reader, head, sizeof(head), error);

        if (code != 0)
            return code;
        if (head[0] == 0)
            return backup_reader_end(reader, error);
        memcpy(name, head + 1, NAME_LIMIT);
        for (int i = 0; i < 8; i++)
            size |= (uint64_t)head[1 + NAME_LIMIT + i] << (8 * i);
        while (which < count && strcmp(restored[which].entry, name) != 0)
            which++;
        if (which == count || size > INT64_MAX || restored[which].waiting != NULL ||
            (which > 0 && size > KEY_LIMIT))
            return error_set(error, ERROR_INVALID, "the backup holds \"%s\", not known here", name);
        code = entry_restore(work, reader, &restored[which], (int64_t)size, error);
        if (code != 0)
            return code;
    }
}

static void ignore(void *context, const char *finding)
{
    (void)context;
    (void)finding;
}

static int database_check(const char *path, struct error *error)
{
    struct ledger_check check;
    int code = path != NULL ? ledger_check(path, ignore, NULL, &check, error)
                            : error_set(error, ERROR_INVALID, "there is no database in the backup");

    if (code == 0 && check.findings > 0)
        code = error_set(error, ERROR_INVALID,
                         "the database in the backup does not hold: %lld "
                         "findings",
                         (long long)check.findings);
    return code;
}

/* True when both have the same bytes; such files are small. */
static bool same_file(const char *left, const char *right)
{
    unsigned char bytes[2][PIECE];
    size_t lengths[2] = {0, 0};
    const char *paths[2] = {left, right};
    bool read_both = true, same;

    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(paths[i], "re");

        read_both = read_both && file != NULL;
        if (file != NULL) {
            lengths[i] = fread(bytes[i], 1, PIECE, file);
            fclose(file);
        }
    }
    same =
        read_both && lengths[0] == lengths[1] && sodium_memcmp(bytes[0], bytes[1], lengths[0]) == 0;
    sodium_memzero(bytes, sizeof(bytes));
    return same;
}

/* Nothing is in the way, but a key that is the same one. */
static int way_is_free(struct restored *restored, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (restored[i].waiting == NULL || access(restored[i].path, F_OK) != 0)
            continue;
        restored[i].there = i > 0 && same_file(restored[i].path, restored[i].waiting);
        if (!restored[i].there)
            return error_set(error, ERROR_CONFLICT, "%s is there already", restored[i].path);
    }
    return 0;
}

/* The database last: with its name all is there. */
static int names_give(struct restored *restored, size_t count, struct error *error)
{
    int code = way_is_free(restored, count, error);

    for (size_t i = count; code == 0 && i-- > 0;) {
        if (restored[i].waiting == NULL || restored[i].there)
            continue;
        code = name_give(restored[i].waiting, restored[i].path, error);
        if (code == 0) {
            free(restored[i].waiting);
            restored[i].waiting = NULL;
        }
    }
    return code;
}

static void restored_clear(struct restored *restored, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        static const char *const endings[] = {"", "-wal", "-shm"};

        for (size_t j = 0; restored[i].waiting != NULL && j < 3; j++) {
            char *path = beside(restored[i].waiting, endings[j]);

            if (path != NULL)
                unlink(path);
            free(path);
        }
        free(restored[i].waiting);
    }
}

int backup_restore(const struct backup_files *files, const char *path,
                   const struct backup_lock *lock, backup_progress progress, void *context,
                   struct error *error)
{
    struct work work = {.files = files,
                        .progress = progress,
                        .context = context,
                        .audit_key = beside(files->database, AUDIT_KEY_ENDING)};
    struct restored restored[] = {{.entry = ENTRY_DATABASE, .path = files->database},
                                  {.entry = ENTRY_AUDIT_KEY, .path = work.audit_key},
                                  {.entry = ENTRY_DELIVERY_KEY, .path = files->delivery_key}};
    size_t count = sizeof(restored) / sizeof(restored[0]);
    struct backup_reader *reader = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC), code = 0;

    if (file < 0)
        code = fail(path, error);
    else if (access(files->database, F_OK) == 0)
        code = error_set(error, ERROR_CONFLICT, "%s is there already", files->database);
    if (code == 0)
        code = backup_reader_open(&reader, file, lock, error);
    if (code == 0)
        code = all_read(&work, reader, restored, count, error);
    if (code == 0)
        code = database_check(restored[0].waiting, error);
    if (code == 0)
        code = names_give(restored, count, error);
    restored_clear(restored, count);
    backup_reader_free(reader);
    if (file >= 0)
        close(file);
    free(work.audit_key);
    return code;
}
