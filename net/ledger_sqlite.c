#include "net/ledger_sqlite.h"
#include "net/ledger_agent.h"
#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_holder.h"
#include "net/ledger_log.h"
#include "net/ledger_protect.h"
#include "net/ledger_upward.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/text.h"

/* --- connections ------------------------------------------------------------------------------ */

int ledger_reader_take(struct ledger *ledger, struct ledger_reader **reader, struct error *error)
{
    struct ledger_reader *taken;
    int code;

    pthread_mutex_lock(&ledger->readers_mutex);
    taken = ledger->readers;
    if (taken != NULL)
        ledger->readers = taken->next;
    pthread_mutex_unlock(&ledger->readers_mutex);
    *reader = taken;
    if (taken != NULL)
        return 0;
    taken = calloc(1, sizeof(*taken));
    if (taken == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a database connection");
    code = database_open(&taken->database, ledger->path, DATABASE_OPEN, &ledger_schema, error);
    if (code != 0) {
        free(taken);
        return code;
    }
    *reader = taken;
    return 0;
}

void ledger_reader_give(struct ledger *ledger, struct ledger_reader *reader)
{
    pthread_mutex_lock(&ledger->readers_mutex);
    reader->next = ledger->readers;
    ledger->readers = reader;
    pthread_mutex_unlock(&ledger->readers_mutex);
}

int ledger_snapshot_begin(struct ledger_reader *reader, struct error *error)
{
    sqlite3_stmt *statement = database_statement(reader->database, LEDGER_BEGIN_READ, error);

    return statement != NULL ? database_run(reader->database, statement, error) : ERROR_STORAGE;
}

void ledger_snapshot_end(struct ledger_reader *reader)
{
    database_rollback(reader->database);
}

bool ledger_writer_lend(struct ledger *ledger, struct ledger_reader *lent)
{
    if (pthread_mutex_trylock(&ledger->write_mutex) != 0)
        return false;
    *lent = (struct ledger_reader){.database = ledger->writer};
    return true;
}

void ledger_writer_return(struct ledger *ledger)
{
    pthread_mutex_unlock(&ledger->write_mutex);
}

int ledger_read_number(struct ledger *ledger, enum ledger_statement which, int column,
                       int64_t *number, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    statement = database_statement(reader->database, which, error);
    code = statement == NULL ? ERROR_STORAGE : database_step(reader->database, statement, error);
    if (code > 0) {
        *number = sqlite3_column_int64(statement, column);
        sqlite3_reset(statement);
        code = 0;
    }
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_property_read(struct database *database, const char *name, sqlite3_stmt **statement,
                         struct error *error)
{
    int code;

    *statement = database_statement(database, LEDGER_PROPERTY_GET, error);
    database_bind_text(*statement, 1, name);
    code = database_step(database, *statement, error);
    if (code == 0)
        code = error_set(error, ERROR_STORAGE, "ledger: the property \"%s\" is missing", name);
    return code < 0 ? code : 0;
}

/* --- transactions ----------------------------------------------------------------------------- */

int ledger_begin(struct ledger *ledger, struct error *error)
{
    sqlite3_stmt *statement;
    int code;

    pthread_mutex_lock(&ledger->write_mutex);
    code = database_begin(ledger->writer, error);
    if (code != 0) {
        pthread_mutex_unlock(&ledger->write_mutex);
        return code;
    }
    code = ledger_property_read(ledger->writer, "seq", &statement, error);
    if (code != 0) {
        ledger_rollback(ledger);
        return code;
    }
    ledger->seq = ledger->seq_before = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    ledger_named_forget(ledger);
    ledger->record_last = 0;
    ledger->operation_gap = ledger->record_gap = (struct ledger_gap){0};
    ledger_holder_forget(ledger);
    return 0;
}

int64_t ledger_next_seq(struct ledger *ledger)
{
    return ++ledger->seq;
}

int ledger_commit(struct ledger *ledger, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_PROPERTY_PUT, error);
    bool first = !ledger->epoch_written && ledger->seq > ledger->seq_before;
    struct ledger_changed changed;
    unsigned rung;
    bool roles;
    /* Agents are of the catalogue; a new scope of a queue is theirs. */
    bool people =
        ledger->sessions_changed || scope_set_has(&ledger->changed.scopes, LEDGER_CATALOGUE_SCOPE);
    int code = ERROR_STORAGE;

    if (statement != NULL) {
        database_bind_text(statement, 1, "seq");
        sqlite3_bind_int64(statement, 2, ledger->seq);
        code = database_run(ledger->writer, statement, error);
    }
    if (code == 0 && ledger->clocks_changed)
        code = ledger_handoffs_relist(ledger, error);
    if (code == 0 && first)
        code = ledger_epoch_write(ledger, error);
    if (code == 0)
        code = ledger_trail_commit(ledger, error);
    /* Odd while it is not known which of the two a reader meets. */
    if (people)
        atomic_fetch_add(&ledger->people, 1);
    if (code == 0)
        code = database_commit(ledger->writer, error);
    if (people)
        atomic_fetch_add(&ledger->people, 1);
    if (code != 0) {
        ledger_rollback(ledger);
        return code;
    }
    ledger->epoch_written = ledger->epoch_written || first;
    ledger->sessions_changed = false;
    if (ledger->verifiers_changed)
        atomic_fetch_add(&ledger->verifiers, 1);
    ledger->verifiers_changed = false;
    roles = ledger->roles_changed;
    ledger->roles_changed = false;
    changed = ledger->changed;
    ledger->changed = (struct ledger_changed){0};
    rung = ledger->rung;
    ledger->rung = 0;
    ledger->clocks_changed = false;
    pthread_mutex_unlock(&ledger->write_mutex);
    ledger_bells_tell(ledger, rung, &changed);
    ledger_changed_clear(&changed);
    /* The change itself is on disk; who could not be moved now is at the next start. */
    if (roles)
        ledger_roles_follow(ledger, NULL);
    return 0;
}

int ledger_end(struct ledger *ledger, int code, struct error *error)
{
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

void ledger_rollback(struct ledger *ledger)
{
    database_rollback(ledger->writer);
    ledger_changed_clear(&ledger->changed);
    ledger_trail_rollback(ledger);
    ledger->rung = 0;
    ledger->clocks_changed = false;
    ledger->sessions_changed = false;
    ledger->verifiers_changed = false;
    ledger->roles_changed = false;
    pthread_mutex_unlock(&ledger->write_mutex);
}

void ledger_rules_set(struct ledger *ledger, const struct trust_rules *rules)
{
    ledger->rules = *rules;
}

/* --- making and opening ----------------------------------------------------------------------- */

static int properties_write(struct database *database, const char *path, bool *made,
                            struct error *error)
{
    struct id_generator generator = {0};
    struct id feed = id_generate(&generator, clock_system(NULL));
    sqlite3_stmt *statement = database_statement(database, LEDGER_PROPERTY_PUT, error);
    int code;

    database_bind_text(statement, 1, "feed");
    database_bind_text(statement, 2, feed.text);
    code = database_run(database, statement, error);
    if (code != 0)
        return code;
    statement = database_statement(database, LEDGER_PROPERTY_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, "seq");
    sqlite3_bind_int64(statement, 2, 0);
    code = database_run(database, statement, error);
    return code == 0 ? ledger_trail_create(database, path, made, error) : code;
}

/* What could not be finished would only be in the way of the next attempt. */
static void remove_unfinished(const char *path)
{
    static const char *const endings[] = {"", "-journal", "-wal", "-shm"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        struct text_buffer name = {0};

        text_buffer_add_format(&name, "%s%s", path, endings[i]);
        if (!name.failed)
            unlink(name.bytes);
        text_buffer_free(&name);
    }
}

int ledger_create(const char *path, struct error *error)
{
    struct database *database;
    bool made = false;
    int code;

    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium does not start");
    if (access(path, F_OK) == 0)
        return error_set(error, ERROR_CONFLICT, "%s exists already", path);
    code = database_open(&database, path, DATABASE_CREATE, &ledger_schema, error);
    if (code == 0)
        code = database_begin(database, error);
    if (code == 0)
        code = database_end(database, properties_write(database, path, &made, error), error);
    database_close(database);
    if (code != 0)
        remove_unfinished(path);
    if (code != 0 && made)
        ledger_trail_uncreate(path);
    return code;
}

/* Takes the lock on the file beside the database: it goes with the process, however that ends. */
static int lock_take(struct ledger *ledger, struct error *error)
{
    struct text_buffer name = {0};
    char *path;
    int code = 0;

    text_buffer_add_format(&name, "%s.lock", ledger->path);
    path = text_buffer_take(&name);
    if (path == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    ledger->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (ledger->lock < 0)
        code = error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    else if (flock(ledger->lock, LOCK_EX | LOCK_NB) != 0)
        code =
            errno == EWOULDBLOCK
                ? error_set(error, ERROR_BUSY,
                            "%s is in use by another guichetd: stop that one first", ledger->path)
                : error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    free(path);
    return code;
}

static int feed_read(struct ledger *ledger, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_property_read(ledger->writer, "feed", &statement, error);

    if (code != 0)
        return code;
    if (!id_parse(&ledger->feed, database_text(statement, 0)))
        code = error_set(error, ERROR_STORAGE, "%s has no feed id", ledger->path);
    sqlite3_reset(statement);
    return code;
}

int ledger_open(struct ledger **ledger, const char *path, struct error *error)
{
    struct ledger *opened;
    int code;

    *ledger = NULL;
    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium does not start");
    opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the ledger");
    opened->lock = -1;
    audit_tally_init(&opened->held);
    audit_tally_init(&opened->held_codes);
    pthread_mutex_init(&opened->write_mutex, NULL);
    pthread_mutex_init(&opened->readers_mutex, NULL);
    pthread_mutex_init(&opened->calls_mutex, NULL);
    pthread_rwlock_init(&opened->bells_lock, NULL);
    pthread_cond_init(&opened->calls_changed, NULL);
    opened->calls_end = &opened->calls;
    opened->rules = TRUST_RULES_PRESET;
    /* The real path: a link to the database must not pass beside the lock. */
    opened->path = realpath(path, NULL);
    if (opened->path == NULL)
        code = error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    else
        code = lock_take(opened, error);
    if (code == 0)
        code = database_open(&opened->writer, opened->path, DATABASE_OPEN, &ledger_schema, error);
    if (code == 0) {
        ledger_log_watch(opened);
        code = feed_read(opened, error);
    }
    if (code == 0)
        code = ledger_relay_open(opened, error);
    if (code == 0)
        code = ledger_protect_open(opened, error);
    if (code == 0)
        code = ledger_holder_open(opened, error);
    if (code == 0)
        code = ledger_trail_open(opened, error);
    if (code == 0)
        code = ledger_search_open(opened, error);
    if (code == 0)
        code = ledger_roles_follow(opened, error);
    if (code != 0) {
        ledger_close(opened);
        return code;
    }
    *ledger = opened;
    return 0;
}

void ledger_close(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    ledger_named_forget(ledger);
    ledger_trail_close(ledger);
    while (ledger->readers != NULL) {
        struct ledger_reader *reader = ledger->readers;

        ledger->readers = reader->next;
        database_close(reader->database);
        free(reader);
    }
    database_close(ledger->writer);
    if (ledger->lock >= 0)
        close(ledger->lock);
    pthread_mutex_destroy(&ledger->write_mutex);
    pthread_mutex_destroy(&ledger->readers_mutex);
    pthread_mutex_destroy(&ledger->calls_mutex);
    pthread_rwlock_destroy(&ledger->bells_lock);
    pthread_cond_destroy(&ledger->calls_changed);
    ledger_changed_clear(&ledger->changed);
    text_buffer_free(&ledger->written);
    free(ledger->path);
    free(ledger);
}

const char *ledger_feed(const struct ledger *ledger)
{
    return ledger->feed.text;
}

uint64_t ledger_verifiers(struct ledger *ledger)
{
    return atomic_load(&ledger->verifiers);
}

uint64_t ledger_people(struct ledger *ledger)
{
    uint64_t people;

    while ((people = atomic_load(&ledger->people)) % 2 != 0) {
        pthread_mutex_lock(&ledger->write_mutex);
        pthread_mutex_unlock(&ledger->write_mutex);
    }
    return people;
}

bool ledger_is_well(struct ledger *ledger)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    bool well;

    if (ledger_reader_take(ledger, &reader, NULL) != 0)
        return false;
    well = ledger_property_read(reader->database, "feed", &statement, NULL) == 0;
    if (well)
        sqlite3_reset(statement);
    ledger_reader_give(ledger, reader);
    return well;
}
