/*
 * Importing catalogue records from outside, in two halves.
 *
 * An *importer* (one file each: import_gc_service_inventory.c, import_sample.c) reads a source and
 * hands records, and an account of what it did with every odd row, to a sink. The *import*
 * collects them, compares them with what a target holds and publishes what differs: importing the
 * same edition again changes nothing, a later edition changes only what differs, and records that
 * a complete later edition no longer names are marked `ended`, never deleted. A service whose moves
 * lead nowhere is refused (import_moves.h). All of it is one transaction of the target; an error
 * leaves nothing changed.
 *
 * A *target* is where records are published: a catalogue file (import_catalogue.h) or the server's
 * ledger.
 */
#ifndef GUICHET_APP_IMPORT_H
#define GUICHET_APP_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "app/error.h"
#include "app/record.h"

enum import_severity {
    IMPORT_NOTE,     /* used as it is; worth knowing */
    IMPORT_REPAIRED, /* used after a correction or without a part */
    IMPORT_REFUSED   /* not used */
};

/* "note", "repaired", "refused". */
const char *import_severity_name(enum import_severity severity);

/* One line of the account. All texts are UTF-8 without control characters. */
struct import_remark {
    enum import_severity severity;
    const char *file;    /* its name without folders */
    size_t line;         /* from 1; 0: the whole file */
    const char *rule;    /* short stable name of the rule applied, to count by: "repeated-id" */
    const char *subject; /* id in the source of what it is about; "" for none */
    const char *reason;  /* in words */
};

/* Where in the source a record stands. */
struct import_origin {
    const char *file; /* its name without folders */
    size_t line;      /* from 1; 0: not known */
};

/* Where an importer puts what it reads. Functions return 0 or a negative error that stops it. */
struct import_sink {
    void *context;
    /* A record whose type, id and body are set. It belongs to the sink from now on, also on error;
     * `origin` is borrowed during the call. */
    int (*record)(void *context, struct record *record, const struct import_origin *origin,
                  struct error *error);
    /* The source names this key, but its row cannot be used: the record, if there is one, stays. */
    int (*keep)(void *context, enum record_type type, const char *key, struct error *error);
    /* The first password of an agent, whose record was given before; it is never in the body. */
    int (*password)(void *context, const struct id *agent, const char *password,
                    struct error *error);
    /* `remark` is borrowed during the call. */
    int (*remark)(void *context, const struct import_remark *remark, struct error *error);
    /* `count` more rows of the source were read. */
    void (*rows)(void *context, size_t count);
};

/* What an importer tells about the edition of the source as a whole. */
struct import_edition {
    const char *source; /* name in body.source.name; static text */
    char confirmed[11]; /* "2024-03-31": records confirmed later than this are never ended */
    bool complete;      /* names everything the source offers: what is missing has ended */
};

/* Formats a remark and gives it to the sink. */
int import_remark_add(const struct import_sink *sink, enum import_severity severity,
                      const char *file, size_t line, const char *rule, const char *subject,
                      struct error *error, const char *format, ...)
    __attribute__((format(printf, 8, 9)));

/*
 * Where records are published. All functions but `password` are required; they return 0 or a
 * negative error. `begin` takes the write lock, so that what `get` and `each` say stays true until
 * `commit` or `rollback`. A commit that fails is followed by a rollback.
 */
struct import_target {
    void *context;
    int (*begin)(void *context, struct error *error);
    /* The record, new (record_free), or ERROR_NOT_FOUND. */
    int (*get)(void *context, enum record_type type, const struct id *id, struct record **record,
               struct error *error);
    /* Visits every record of a catalogue type; the visited record is borrowed, and a non-zero
     * return stops the walk with that code. */
    int (*each)(void *context, enum record_type type,
                int (*visit)(void *visit_context, const struct record *record), void *visit_context,
                struct error *error);
    /* Stores `record` (borrowed): type, id, rev (one more than the stored one) and body are set;
     * the target gives seq and meta. */
    int (*publish)(void *context, const struct record *record, struct error *error);
    /* Sets the first password of an agent that this import added. NULL where there are none. */
    int (*password)(void *context, const struct id *agent, const char *password,
                    struct error *error);
    int (*commit)(void *context, struct error *error);
    void (*rollback)(void *context);
};

struct import_summary {
    size_t rows;    /* read from the source */
    size_t records; /* that they gave */
    size_t added;
    size_t changed;
    size_t unchanged;
    size_t ended;
    size_t older; /* left alone: the target has a later edition of them */
    size_t notes; /* remarks by severity */
    size_t repaired;
    size_t refused;
};

struct import;

struct import *import_new(void); /* NULL when out of memory */
void import_free(struct import *import);

/* The sink that collects into this import. */
struct import_sink import_sink(struct import *import);

struct import_options {
    bool dry_run; /* the same account, and each change by name; nothing is written */
    /* Without it, an edition that would end over a fifth of the source's records, and over ten of
     * them, is refused: it is more likely cut off than right. */
    bool allow_ending;
    /* What the program asks of each record beyond its shape: that a form's schema compiles, that
     * the conditions of a life event do. It may complete the body (a form without a layout). One
     * that fails is refused. NULL: nothing. */
    int (*check)(struct record *record, struct error *error);
};

/*
 * Compares what was collected with the target and publishes the difference, once. ERROR_REFUSED
 * when too much would end, else what the target answers.
 */
int import_publish(struct import *import, const struct import_edition *edition,
                   const struct import_target *target, const struct import_options *options,
                   struct error *error);

/* Complete after import_publish; when that failed, what it did not do counts 0. */
const struct import_summary *import_get_summary(const struct import *import);
size_t import_remark_count(const struct import *import);
/* Borrowed until import_free. */
const struct import_remark *import_get_remark(const struct import *import, size_t index);

/* The account as text: a line a change that a dry run found, a line a remark, then counts by rule,
 * then the summary. */
void import_print(const struct import *import, FILE *stream);
/* What a dry run would do: {"change": "added", "changed" or "ended", "type", "key", "members":
 * [names of the members that differ]}. Borrowed. */
const json_t *import_get_changes(const struct import *import);

/* {"rows", "added" ..., "rules": {rule: count}, "remarks": [...], "changes": [...]}; new, NULL out
 * of memory. */
json_t *import_to_json(const struct import *import);

#endif
