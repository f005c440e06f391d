/* `guichetd audit verify`, `head`, `prove`, `rotate`, `keys`, `export`: the audit trail
 * (net/audit.md), all of them beside a server that runs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/csv_writer.h"
#include "app/json.h"
#include "app/main/guichetd.h"
#include "app/print.h"
#include "app/text.h"
#include "net/ledger_audit_key.h"
#include "net/ledger_audit_read.h"
#include "net/ledger_verify.h"

/* Longest file with a head. */
#define HEAD_FILE_LIMIT 4096

/* --- heads ------------------------------------------------------------------------------------ */

/* The head in the file that --kept names; `given` is false when it names none. */
static int kept_read(const struct config *config, struct audit_head *head, bool *given,
                     struct error *error)
{
    const char *path = config_text(config, "kept");
    char text[HEAD_FILE_LIMIT];
    json_t *document = NULL;
    size_t length;
    FILE *file;
    int code;

    *given = path != NULL && path[0] != '\0';
    if (!*given)
        return 0;
    file = fopen(path, "re");
    if (file == NULL)
        return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    length = fread(text, 1, sizeof(text), file);
    fclose(file);
    code = json_read(&document, text, length, sizeof(text), path, error);
    if (code == 0)
        code = audit_head_from_json(head, document, error);
    json_decref(document);
    return code;
}

static int print_document(json_t *document, struct error *error)
{
    char *text = document != NULL ? json_write(document) : NULL;

    json_decref(document);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    print_json(text);
    free(text);
    return 0;
}

static int run_head(const struct config *config, size_t first, struct error *error)
{
    struct audit_head head;
    const char *path;
    int code = guichetd_database(config, &path, error);

    (void)first;
    if (code != 0)
        return GUICHETD_USAGE;
    code = ledger_audit_head(path, &head, error);
    if (code == 0)
        code = print_document(audit_head_to_json(&head), error);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

/* --- verify ----------------------------------------------------------------------------------- */

static void print_finding(void *context, const char *finding)
{
    (void)context;
    print_row((const char *const[]){finding, NULL});
}

static void print_progress(void *context, int64_t done, int64_t total)
{
    (void)context;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%" PRId64 " of %" PRId64 " entries%s", done, total,
                done + 10000 > total ? "\n" : "");
}

static int run_verify(const struct config *config, size_t first, struct error *error)
{
    struct audit_head kept;
    struct audit_verify_options options = {
        .kept = &kept, .finding = print_finding, .progress = print_progress};
    struct audit_verified verified;
    char root[AUDIT_HEX_SIZE];
    bool given;
    const char *path;

    (void)first;
    if (guichetd_database(config, &path, error) != 0)
        return GUICHETD_USAGE;
    if (kept_read(config, &kept, &given, error) != 0)
        return GUICHETD_FAILED;
    options.kept_count = given ? 1 : 0;
    if (ledger_audit_verify(path, &options, &verified, error) != 0)
        return GUICHETD_FAILED;
    audit_hash_text(&verified.root, root);
    printf("%" PRId64 " entries, %" PRId64 " signed heads, %" PRId64 " entries not signed yet, "
           "%" PRId64 " with words erased, %" PRId64 " findings\nroot %s\n",
           verified.entries, verified.heads, verified.entries - verified.covered, verified.erased,
           verified.findings, root);
    return verified.findings == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

/* --- prove ------------------------------------------------------------------------------------ */

static int run_prove(const struct config *config, size_t first, struct error *error)
{
    const char *word = config_word(config, first), *path;
    char what[120];
    const struct audit_entry entry = {
        .kind = AUDIT_EXPORT, .at_ms = clock_system(NULL), .what = what};
    struct audit_head kept;
    json_t *proof = NULL;
    char *end;
    long long number;
    bool given;
    int code = guichetd_database(config, &path, error);

    errno = 0;
    number = strtoll(word, &end, 10);
    if (code == 0 && (errno != 0 || *end != '\0' || number < 1))
        code = error_set(error, ERROR_INVALID, "\"%.40s\" is no number of an entry", word);
    if (code != 0)
        return GUICHETD_USAGE;
    code = kept_read(config, &kept, &given, error);
    if (code == 0)
        (void)snprintf(what, sizeof(what), "guichetd audit prove %lld, by system user %ld", number,
                       (long)getuid());
    if (code == 0)
        code = ledger_audit_prove(path, number, given ? &kept : NULL, &entry, &proof, error);
    if (code == 0)
        code = print_document(proof, error);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

/* --- keys ------------------------------------------------------------------------------------- */

static int run_rotate(const struct config *config, size_t first, struct error *error)
{
    char what[60];
    const struct audit_entry entry = {
        .kind = AUDIT_PERMISSION, .at_ms = clock_system(NULL), .what = what};
    struct audit_key_change change;
    const char *path;

    (void)first;
    if (guichetd_database(config, &path, error) != 0)
        return GUICHETD_USAGE;
    (void)snprintf(what, sizeof(what), "by system user %ld", (long)getuid());
    return ledger_audit_key_rotate(path, &entry, &change, error) == 0 &&
                   print_document(audit_key_change_to_json(&change), error) == 0
               ? GUICHETD_OK
               : GUICHETD_FAILED;
}

static int run_keys(const struct config *config, size_t first, struct error *error)
{
    json_t *document;
    const char *path;

    (void)first;
    if (guichetd_database(config, &path, error) != 0)
        return GUICHETD_USAGE;
    return ledger_audit_keys(path, &document, error) == 0 && print_document(document, error) == 0
               ? GUICHETD_OK
               : GUICHETD_FAILED;
}

/* --- export ----------------------------------------------------------------------------------- */

static const char *const columns[] = {"number", "at",      "kind",   "agent",   "device",
                                      "type",   "record",  "client", "purpose", "words",
                                      "what",   "clients", "hash",   "request"};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The clients of a list, with spaces between. Owned. */
static char *clients_text(const struct audit_found *found)
{
    struct text_buffer text = {0};

    text_buffer_add_text(&text, "");
    for (size_t i = 0; i < found->client_count; i++) {
        struct id id = id_from_bytes(found->clients + i * ID_BYTES);

        text_buffer_add_format(&text, "%s%s", i > 0 ? " " : "", id.text);
    }
    return text_buffer_take(&text);
}

static json_t *found_to_json(const struct audit_found *found, const char *clients, const char *hash)
{
    json_t *document =
        json_pack("{s:I, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "number",
                  (json_int_t)found->number, "at", json_time(found->at_ms), "kind", found->kind,
                  "agent", found->agent, "device", found->device, "type", found->type, "record",
                  found->record, "client", found->client, "purpose", found->purpose, "what",
                  found->what, "request", found->request, "hash", hash);

    if (document != NULL && found->words != NULL)
        json_object_set_new(document, "words", json_string(found->words));
    if (document != NULL && found->erased)
        json_object_set_new(document, "words_erased", json_true());
    if (document != NULL && clients[0] != '\0')
        json_object_set_new(document, "clients", json_string(clients));
    return document;
}

/* A spreadsheet must not take what somebody typed for a formula. */
static void safe_cell(const char *text, char *cell, size_t size)
{
    bool formula = *text != '\0' && strchr("=+-@\t\r", *text) != NULL;

    snprintf(cell, size, "%s%s", formula ? "'" : "", text);
}

static void print_entry(const struct audit_found *found, const char *clients, const char *hash)
{
    char number[24], at[TIMESTAMP_SIZE], words[PURPOSE_TEXT_LIMIT + 2], what[500];

    snprintf(number, sizeof(number), "%" PRId64, found->number);
    timestamp_format(found->at_ms, at);
    safe_cell(found->erased          ? "(erased)"
              : found->words != NULL ? found->words
                                     : "",
              words, sizeof(words));
    safe_cell(found->what, what, sizeof(what));
    csv_write_row(stdout,
                  (const char *const[]){number, at, found->kind, found->agent, found->device,
                                        found->type, found->record, found->client, found->purpose,
                                        words, what, clients, hash, found->request},
                  COLUMNS);
}

static int export_one(void *context, const struct audit_found *found)
{
    const bool *csv = context;
    char *clients = clients_text(found), hash[AUDIT_HEX_SIZE] = "";
    struct audit_hash bytes;
    json_t *document = NULL;
    char *line = NULL;
    int code = clients != NULL ? 0 : ERROR_MEMORY;

    if (found->hash != NULL) {
        memcpy(bytes.bytes, found->hash, AUDIT_HASH_BYTES);
        audit_hash_text(&bytes, hash);
    }
    if (code == 0 && *csv) {
        print_entry(found, clients, hash);
    } else if (code == 0) {
        document = found_to_json(found, clients, hash);
        line = document != NULL ? json_write(document) : NULL;
        code = line != NULL ? 0 : ERROR_MEMORY;
        if (code == 0)
            print_json(line);
    }
    json_decref(document);
    free(line);
    free(clients);
    return code == 0 && ferror(stdout) ? ERROR_STORAGE : code;
}

static int read_time(const struct config *config, const char *name, int64_t *ms,
                     struct error *error)
{
    const char *text = config_text(config, name);

    *ms = 0;
    if (text == NULL || *text == '\0' || timestamp_parse(text, ms))
        return 0;
    return error_set(error, ERROR_INVALID, "--%s: a time like 2026-11-02T08:00:00Z", name);
}

static int read_id(const struct config *config, const char *name, struct id *id,
                   struct error *error)
{
    const char *text = config_text(config, name);

    *id = (struct id){0};
    if (text == NULL || *text == '\0' || id_parse(id, text))
        return 0;
    return error_set(error, ERROR_INVALID, "--%s: an id (a UUID)", name);
}

static int query_read(const struct config *config, struct audit_query *query, struct error *error)
{
    const char *kind = config_text(config, "kind");
    int code = read_id(config, "client", &query->client, error);

    query->kind = kind != NULL && *kind != '\0' ? audit_kind_from_name(kind) : AUDIT_KIND_COUNT;
    query->oldest_first = true;
    if (code == 0)
        code = read_id(config, "agent", &query->agent, error);
    if (code == 0)
        code = read_time(config, "since", &query->since_ms, error);
    if (code == 0)
        code = read_time(config, "until", &query->until_ms, error);
    if (code == 0 && kind != NULL && *kind != '\0' && query->kind == AUDIT_KIND_COUNT)
        code = error_set(error, ERROR_INVALID, "--kind: \"%.40s\" is none", kind);
    return code;
}

static int run_export(const struct config *config, size_t first, struct error *error)
{
    struct audit_query query = {.limit = 0};
    char what[120];
    struct audit_entry entry = {.kind = AUDIT_EXPORT, .at_ms = clock_system(NULL), .what = what};
    bool csv = config_switch(config, "csv");
    const char *path;
    int code = guichetd_database(config, &path, error);

    (void)first;
    if (code == 0)
        code = query_read(config, &query, error);
    if (code != 0)
        return GUICHETD_USAGE;
    snprintf(what, sizeof(what), "guichetd audit export, by system user %ld%s%s", (long)getuid(),
             id_is_empty(&query.agent) ? "" : ", of agent ", query.agent.text);
    entry.client = query.client;
    if (csv)
        csv_write_row(stdout, columns, COLUMNS);
    code = ledger_audit_export(path, &query, &entry, export_one, &csv, error);
    if (code == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        code = error_set(error, ERROR_STORAGE, "the output cannot be written");
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

/* --- table ------------------------------------------------------------------------------------ */

static const char *const no_keys[] = {NULL};
static const char *const kept_keys[] = {"kept", NULL};
static const char *const export_keys[] = {"client", "agent", "since", "until", "kind", "csv", NULL};

const struct guichetd_command guichetd_audit_verify = {
    .words = "audit verify",
    .arguments = "",
    .summary = "Read the whole audit trail and print what does not hold, by itself and by a head "
               "that was kept (--kept); status 1 if so.",
    .keys = kept_keys,
    .run = run_verify,
};

const struct guichetd_command guichetd_audit_head = {
    .words = "audit head",
    .arguments = "",
    .summary = "Print the last signed head of the trail, to be kept elsewhere.",
    .keys = no_keys,
    .run = run_head,
};

const struct guichetd_command guichetd_audit_prove = {
    .words = "audit prove",
    .arguments = "N",
    .summary = "Print what proves entry N: that it is in the trail, and that the trail only grew "
               "since a head that was kept (--kept).",
    .keys = kept_keys,
    .least = 1,
    .most = 1,
    .run = run_prove,
};

const struct guichetd_command guichetd_audit_rotate = {
    .words = "audit rotate",
    .arguments = "",
    .summary =
        "Make another key to sign heads with: the old one signs that it follows, and is gone. "
        "Prints that change, to be kept elsewhere.",
    .keys = no_keys,
    .run = run_rotate,
};

const struct guichetd_command guichetd_audit_keys = {
    .words = "audit keys",
    .arguments = "",
    .summary = "Print the public key of today and, signed, how each one before was followed.",
    .keys = no_keys,
    .run = run_keys,
};

const struct guichetd_command guichetd_audit_export = {
    .words = "audit export",
    .arguments = "",
    .summary = "Print the trail, a JSON object a line or as CSV; that is written into it first.",
    .keys = export_keys,
    .run = run_export,
};
