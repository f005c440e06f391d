/*
 * The cases of this terminal in memory, as a table: what a list needs of each, and of the open
 * tasks and unread messages that belong to no case, which stand in it as rows of their own. Read
 * once out of the sealed store and kept current by its changes (store_changes). Personal content:
 * wiped when freed, never on disk. Belongs to one thread at a time.
 */
#ifndef GUICHET_APP_CASE_TABLE_H
#define GUICHET_APP_CASE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/case_words.h"
#include "app/id.h"
#include "app/record.h"
#include "app/store.h"
#include "app/text_pool.h"

#define CASE_NONE UINT32_MAX

struct case_row {
    unsigned char id[ID_BYTES];
    char reference[17];
    uint8_t status;   /* its place in case_status_words; CASE_WORD_UNKNOWN */
    uint8_t channel;  /* its place in channel_words; CASE_WORD_UNKNOWN */
    uint8_t due_type; /* RECORD_PROMISE or RECORD_TASK: what falls due first; 0: nothing */
    uint8_t pending;  /* enum store_pending */
    uint8_t kind;     /* RECORD_CASE; RECORD_TASK or RECORD_MESSAGE for one without a case */
    bool here;        /* false: only something of it is known, not the case itself */
    uint16_t unread;  /* messages that nobody has read */
    uint32_t client;  /* CASE_NONE for none; case_table_client_... */
    uint32_t service, assignee, office; /* places in the table's words; 0: none */
    uint32_t opened_by; /* among the agents: whose it is when it is given to nobody */
    uint32_t subject;   /* place in the table's texts */
    uint32_t first;     /* of what hangs on it; CASE_NONE */
    int64_t opened_ms;
    int64_t written_ms; /* the case itself was changed last */
    int64_t newest_ms;  /* the newest record of it was made; 0 for none */
    int64_t due_ms;     /* the first open task or running promise; 0 for none */
};

#define CASE_WORD_UNKNOWN UINT8_MAX

/* The place of a word in such a list, NULL-terminated; and the word at a place, "" for none. */
uint8_t case_word_place(const char *const *words, const char *word);
const char *case_word_at(const char *const *words, uint8_t place);

struct case_table;

struct case_table *case_table_new(void);
/* Wipes. */
void case_table_free(struct case_table *table);

/* Reads all of the store into a new table. `cancel` (may be NULL) ends it with ERROR_CANCELLED;
 * `read` (may be NULL) counts the records while it goes on. */
int case_table_read(struct case_table *table, struct store *store, atomic_bool *cancel,
                    atomic_size_t *read, struct error *error);
/*
 * Takes in what changed in the store since, `limit` changes at most; `more` tells that there are
 * others. ERROR_NOT_FOUND: too much has changed, a new table must be read.
 */
int case_table_follow(struct case_table *table, struct store *store, size_t limit, bool *more,
                      struct error *error);

/* One record as it stands: a case, client, message, task or promise; others change nothing. Public
 * for tests; case_table_read and case_table_follow call them. ERROR_MEMORY. */
int case_table_put(struct case_table *table, const struct record *record,
                   enum store_pending pending);
void case_table_remove(struct case_table *table, enum record_type type, const struct id *id);
int case_table_newest(struct case_table *table, const struct id *matter, const struct id *newest);

/* Counted up with every change. */
uint64_t case_table_version(const struct case_table *table);

/* All rows, also those that are not `here`. Borrowed until the next change. */
const struct case_row *case_table_rows(const struct case_table *table, size_t *count);
/* The row of a case, CASE_NONE when it is not here. */
uint32_t case_table_find(const struct case_table *table, const struct id *id);
/* What the rows of a client's cases have as `client`, CASE_NONE when none is here. */
uint32_t case_table_client_find(const struct case_table *table, const struct id *id);
/* The later of what was written on the case and its newest record. */
int64_t case_row_changed_ms(const struct case_row *row);

/* The client's name and its folded form, of a merged file those of the one that stays; "" when
 * there is none or they are anonymous. */
const char *case_table_client(const struct case_table *table, const struct case_row *row,
                              const char **folded, bool *anonymous);
/* The folded name in the very file that the case names, merged or not. */
const char *case_table_client_on_file(const struct case_table *table, const struct case_row *row);
const char *case_table_subject(const struct case_table *table, const struct case_row *row,
                               const char **folded);

enum case_words_kind { CASE_SERVICES, CASE_AGENTS, CASE_OFFICES, CASE_WORDS_COUNT };
struct case_words *case_table_words(struct case_table *table, enum case_words_kind kind);
const struct case_words *case_table_words_of(const struct case_table *table,
                                             enum case_words_kind kind);

/* All rows by id, that is by time of making, oldest first: as many as case_table_rows. NULL when
 * out of memory. Borrowed until the next change. */
const uint32_t *case_table_by_id(struct case_table *table);

/* What it takes, in bytes. */
size_t case_table_bytes(const struct case_table *table);

#endif
