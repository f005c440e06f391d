#include "net/ledger_log.h"

#include "net/ledger_sqlite.h"

/* Pages of the log. */
#define CARRY_PAGES   4000
#define HURRY_PAGES   8000
#define LONGEST_PAGES 16000

static bool is_listened_to(struct ledger *ledger)
{
    bool listened;

    pthread_rwlock_rdlock(&ledger->bells_lock);
    listened = ledger->bells[LEDGER_BELL_LOG].listener != NULL;
    pthread_rwlock_unlock(&ledger->bells_lock);
    return listened;
}

/* Within a commit that is done. */
static int note_pages(void *context, sqlite3 *handle, const char *name, int pages)
{
    struct ledger *ledger = context;

    atomic_store(&ledger->log_pages, pages);
    /* It was begun anew. */
    if (pages < ledger->log_told)
        ledger->log_told = 0;
    if (pages < ledger->log_told + CARRY_PAGES)
        return SQLITE_OK;
    if (pages >= LONGEST_PAGES || !is_listened_to(ledger)) {
        (void)sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        return SQLITE_OK;
    }
    ledger->log_told = pages;
    ledger_bell_ring(ledger, LEDGER_BELL_LOG);
    return SQLITE_OK;
}

void ledger_log_watch(struct ledger *ledger)
{
    sqlite3_wal_hook(database_handle(ledger->writer), note_pages, ledger);
}

bool ledger_log_rests(struct ledger *ledger, int *seen)
{
    int pages = atomic_load(&ledger->log_pages);
    bool rests = pages == *seen || pages >= HURRY_PAGES;

    *seen = pages;
    return rests;
}

int ledger_log_carry(struct ledger *ledger, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = sqlite3_wal_checkpoint_v2(database_handle(reader->database), NULL,
                                     SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code == SQLITE_OK || code == SQLITE_BUSY)
        code = 0;
    else
        code = database_fail(reader->database, "log", error);
    ledger_reader_give(ledger, reader);
    return code;
}
