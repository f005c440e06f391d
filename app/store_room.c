/* The store's log: when it goes to the disk; and room in it: its file is made longer ahead of time,
 * and never while somebody waits. Zeros behind the last frame are to SQLite what is left of an
 * earlier round: no frame. */
#define _GNU_SOURCE /* sync_file_range */
#include <config.h>

#include "app/store_internal.h"

#include <fcntl.h>
#include <unistd.h>

#define FRAME_BYTES      4120 /* a page and its head */
#define AHEAD_BYTES      (512 * 1024)
#define PIECE_BYTES      (64 * 1024)
#define CHECKPOINT_PAGES 4000  /* as database.c has it; a hook of one's own takes its place */
#define LONGEST_PAGES    16000 /* in a rush it waits so long for a quiet moment */

static int note_pages(void *context, sqlite3 *handle, const char *name, int pages)
{
    struct store *store = context;

    store->log_pages = pages;
    if (pages >= LONGEST_PAGES)
        (void)sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

/* NULL while there is none. Borrowed. */
static sqlite3_file *find_log(struct store *store)
{
    sqlite3_file *log = NULL;

    if (sqlite3_file_control(database_handle(store->database), "main", SQLITE_FCNTL_JOURNAL_POINTER,
                             &log) != SQLITE_OK)
        return NULL;
    return log != NULL && log->pMethods != NULL ? log : NULL;
}

/* Under the lock of who writes to it: nobody else makes it longer meanwhile. */
static bool lengthen(sqlite3_file *log, sqlite3_int64 length)
{
    static const unsigned char zeros[PIECE_BYTES];
    sqlite3_int64 size = 0;
    int result = log->pMethods->xFileSize(log, &size);

    while (result == SQLITE_OK && size < length) {
        sqlite3_int64 piece = length - size < PIECE_BYTES ? length - size : PIECE_BYTES;

        result = log->pMethods->xWrite(log, zeros, (int)piece, size);
        size += piece;
    }
    return result == SQLITE_OK;
}

/* What the log holds goes into the file itself: whoever writes next begins the log anew. */
static void shorten(struct store *store)
{
    int pages = 0, carried = 0;

    if (sqlite3_wal_checkpoint_v2(database_handle(store->database), NULL, SQLITE_CHECKPOINT_PASSIVE,
                                  &pages, &carried) == SQLITE_OK &&
        pages == carried)
        store->log_pages = 0;
}

/* Where the machine cannot, store_sync has all of it to write. */
void store_sync_begin(struct store *store)
{
#ifdef HAVE_SYNC_FILE_RANGE
    const char *name = sqlite3_db_filename(database_handle(store->database), "main");

    if (store->log_descriptor < 0 && name != NULL && *name != '\0')
        store->log_descriptor = open(sqlite3_filename_wal(name), O_RDONLY | O_CLOEXEC);
    if (store->log_descriptor >= 0)
        (void)sync_file_range(store->log_descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)store;
#endif
}

void store_log_close(struct store *store)
{
    if (store->log_descriptor >= 0)
        (void)close(store->log_descriptor);
}

int store_sync(struct store *store, struct error *error)
{
    sqlite3_file *log = store->unsynced ? find_log(store) : NULL;

    if (log != NULL && log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) != SQLITE_OK)
        return error_set(error, ERROR_STORAGE, "store: its log cannot be synced");
    store->unsynced = false;
    return 0;
}

void store_log_watch(struct store *store)
{
    if (!store->log_watched)
        sqlite3_wal_hook(database_handle(store->database), note_pages, store);
    store->log_watched = true;
}

void store_room(struct store *store)
{
    sqlite3_file *log = find_log(store);
    sqlite3_int64 size = 0, used;
    bool longer;

    store_log_watch(store);
    if (store->log_pages >= CHECKPOINT_PAGES)
        shorten(store);
    used = store->log_pages * FRAME_BYTES;
    if (log == NULL || log->pMethods->xFileSize(log, &size) != SQLITE_OK ||
        size >= used + AHEAD_BYTES / 2 || database_begin(store->database, NULL) != 0)
        return;
    longer = lengthen(log, used + AHEAD_BYTES);
    database_rollback(store->database);
    if (longer)
        (void)log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
}
