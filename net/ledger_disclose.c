#include "net/ledger_disclose.h"
#include "net/ledger_row.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "net/disclosure_words.h"
#include "net/html_write.h"
#include "net/ledger_audit.h"
#include "net/ledger_file.h"

/* Attached files are written into the page; longer ones are named. */
#define ATTACHMENT_LIMIT (32 * 1024 * 1024)

struct writing {
    struct database *database; /* held to one state */
    struct text_buffer *page;
    bool french;
};

static const char *say(const struct writing *writing, const char *french, const char *english)
{
    return writing->french ? french : english;
}

/* --- values ----------------------------------------------------------------------------------- */

/* Ids and codes of the program's own: they say nothing about anybody. */
static bool is_internal(const char *name)
{
    static const char *const internal[] = {"status_code", "questionnaire",
                                           "continue",    "message_id",
                                           "in_reply_to", "source",
                                           "contact",     "handoff",
                                           "submission",  "corrects",
                                           "follows",     "ticket",
                                           "promise",     "note",
                                           "field",       "place",
                                           "known",       "attempts",
                                           "tried_at",    "next_attempt_at",
                                           "give_up_at",  NULL};

    return word_is_among(name, internal);
}

static void add_row_text(struct text_buffer *page, const char *text)
{
    text_buffer_add_text(page, "<span>");
    html_add_text(page, text);
    text_buffer_add_text(page, "</span>");
}

/* The name of whom or what an id stands for: an agent's name, a case's reference, a client's name;
 * the id itself else. */
static void add_named(const struct writing *writing, const char *text)
{
    static const struct {
        enum record_type type;
        const char *member;
    } kinds[] = {{RECORD_AGENT, "name"}, {RECORD_CASE, "reference"}, {RECORD_CLIENT, "name"}};
    struct id id;

    if (id_parse(&id, text))
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            struct ledger_row row;
            int code = ledger_row_read(writing->database, kinds[i].type, &id, &row, NULL);
            bool named = code == 0 && record_text(row.record, kinds[i].member)[0] != '\0';

            if (named)
                add_row_text(writing->page, record_text(row.record, kinds[i].member));
            ledger_row_clear(&row);
            if (named)
                return;
        }
    add_row_text(writing->page, text);
}

/* The title of a catalogue record by its key. */
static void add_title(const struct writing *writing, const char *key)
{
    static const enum record_type types[] = {RECORD_SERVICE, RECORD_FORM, RECORD_OFFICE,
                                             RECORD_QUEUE, RECORD_TEMPLATE};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct id id = id_from_key(record_type_name(types[i]), key);
        struct ledger_row row;
        const json_t *title = NULL;

        if (ledger_row_read(writing->database, types[i], &id, &row, NULL) == 0)
            title = json_object_get(row.record->body, types[i] == RECORD_OFFICE ? "name" : "title");
        if (title == NULL && row.record != NULL)
            title = json_object_get(row.record->body, "title");
        if (title != NULL)
            add_row_text(writing->page, json_is_string(title)
                                            ? json_string_value(title)
                                            : json_localised(title, writing->french ? "fr" : "en"));
        ledger_row_clear(&row);
        if (title != NULL)
            return;
    }
    add_row_text(writing->page, key);
}

/* "2026-11-24T10:00:00.000Z" as "2026-11-24 10:00 UTC". */
static void add_time(const struct writing *writing, const char *text)
{
    char shown[24];

    if (strlen(text) < 16 || text[10] != 'T') {
        add_row_text(writing->page, text);
        return;
    }
    text_copy(shown, sizeof(shown), text);
    shown[10] = ' ';
    strcpy(shown + 16, " UTC");
    add_row_text(writing->page, shown);
}

static void add_members(const struct writing *writing, const json_t *object);

static void add_json(const struct writing *writing, const json_t *value)
{
    const json_t *item;
    size_t index;
    char *text;

    if (json_is_object(value)) {
        add_members(writing, value);
    } else if (json_is_array(value)) {
        text_buffer_add_text(writing->page, "<ul>");
        json_array_foreach(value, index, item)
        {
            text_buffer_add_text(writing->page, "<li>");
            add_json(writing, item);
            text_buffer_add_text(writing->page, "</li>");
        }
        text_buffer_add_text(writing->page, "</ul>");
    } else if (json_is_string(value)) {
        add_row_text(writing->page, json_string_value(value));
    } else if (json_is_boolean(value)) {
        add_row_text(writing->page,
                     json_is_true(value) ? say(writing, "oui", "yes") : say(writing, "non", "no"));
    } else if (json_is_number(value)) {
        text = json_write(value);
        add_row_text(writing->page, text != NULL ? text : "");
        free(text);
    }
}

static void add_value(const struct writing *writing, const struct field *field, const json_t *value)
{
    const char *text = json_is_string(value) ? json_string_value(value) : NULL;

    if (field == NULL || text == NULL)
        add_json(writing, value);
    else if (field->shape == FIELD_TIME)
        add_time(writing, text);
    else if (field->shape == FIELD_ID)
        add_named(writing, text);
    else if (field->shape == FIELD_KEY)
        add_title(writing, text);
    else if (field->shape == FIELD_WORD)
        add_row_text(writing->page, disclosure_word(text, writing->french));
    else
        add_row_text(writing->page, text);
}

static void begin_member(const struct writing *writing, const char *name)
{
    text_buffer_add_text(writing->page, "<dt>");
    html_add_text(writing->page, disclosure_word(name, writing->french));
    text_buffer_add_text(writing->page, "</dt><dd>");
}

static void add_members(const struct writing *writing, const json_t *object)
{
    const char *name;
    json_t *value;

    text_buffer_add_text(writing->page, "<dl>");
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        begin_member(writing, name);
        add_json(writing, value);
        text_buffer_add_text(writing->page, "</dd>\n");
    }
    text_buffer_add_text(writing->page, "</dl>");
}

/* --- attachments ------------------------------------------------------------------------------ */

static void add_bytes(struct text_buffer *page, const void *bytes, size_t length)
{
    size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);

    if (text == NULL) {
        page->failed = true;
        return;
    }
    sodium_bin2base64(text, size, bytes, length, sodium_base64_VARIANT_ORIGINAL);
    text_buffer_add(page, text, size - 1);
    sodium_memzero(text, size);
    free(text);
}

/* As a file to be saved: nothing that came from outside runs in the page. */
static int add_attachments(const struct writing *writing, const struct record *message,
                           struct error *error)
{
    struct text_buffer *page = writing->page;
    sqlite3_stmt *statement = database_statement(writing->database, LEDGER_ATTACHMENTS_OF, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, message->id.text);
    while ((code = database_step(writing->database, statement, error)) > 0) {
        size_t length = (size_t)sqlite3_column_bytes(statement, 1);

        text_buffer_add_text(page, "<p>");
        if (length <= ATTACHMENT_LIMIT) {
            text_buffer_add_text(page, "<a href=\"data:application/octet-stream;base64,");
            add_bytes(page, sqlite3_column_blob(statement, 1), length);
            text_buffer_add_text(page, "\" download=\"");
            html_add_text(page, database_text(statement, 0));
            text_buffer_add_text(page, "\">");
        }
        html_add_text(page, database_text(statement, 0));
        text_buffer_add_text(page, length <= ATTACHMENT_LIMIT ? "</a></p>\n" : "</p>\n");
    }
    return code;
}

/* --- records ---------------------------------------------------------------------------------- */

static int add_record(const struct writing *writing, const struct record *record,
                      struct error *error)
{
    struct text_buffer *page = writing->page;
    const char *name;
    json_t *value;

    text_buffer_add_text(page, "<section><h3>");
    html_add_text(page, disclosure_word(record_type_name(record->type), writing->french));
    text_buffer_add_text(page, "</h3><dl>\n");
    json_object_foreach(record->body, name, value)
    {
        if (is_internal(name))
            continue;
        begin_member(writing, name);
        add_value(writing, record_field(record->type, name), value);
        text_buffer_add_text(page, "</dd>\n");
    }
    /* What was there before, and who changed it. */
    if (json_object_size(json_object_get(record->meta, "conflicts")) > 0 ||
        json_array_size(json_object_get(record->meta, "conflicts")) > 0) {
        begin_member(writing, "meta");
        add_json(writing, json_object_get(record->meta, "conflicts"));
        text_buffer_add_text(page, "</dd>\n");
    }
    text_buffer_add_text(page, "</dl>\n");
    if (record->type == RECORD_MESSAGE) {
        int code = add_attachments(writing, record, error);

        if (code != 0)
            return code;
    }
    text_buffer_add_text(page, "</section>\n");
    return 0;
}

/* Of a case, or of none (""): a client's own records are the first heading. */
static bool belongs(const struct record *record, const char *matter)
{
    const char *of = record->type == RECORD_CASE ? record->id.text : record_text(record, "case");

    return strcmp(of, matter) == 0;
}

static int compare_rows(const void *left, const void *right)
{
    const struct ledger_row *one = left, *other = right;
    int order = (one->record->type == RECORD_CLIENT ? 0
                 : one->record->type == RECORD_CASE ? 1
                                                    : 2) -
                (other->record->type == RECORD_CLIENT ? 0
                 : other->record->type == RECORD_CASE ? 1
                                                      : 2);

    return order != 0 ? order : strcmp(one->record->id.text, other->record->id.text);
}

static int add_group(const struct writing *writing, const struct ledger_file *file,
                     const char *matter, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < file->count && code == 0; i++)
        if (belongs(file->rows[i].record, matter))
            code = add_record(writing, file->rows[i].record, error);
    return code;
}

static int add_file(const struct writing *writing, struct ledger_file *file, struct error *error)
{
    struct text_buffer *page = writing->page;
    int code;

    qsort(file->rows, file->count, sizeof(*file->rows), compare_rows);
    code = add_group(writing, file, "", error);
    for (size_t i = 0; i < file->count && code == 0; i++) {
        const struct record *matter = file->rows[i].record;

        if (matter->type != RECORD_CASE)
            continue;
        text_buffer_add_text(page, "<h2>");
        html_add_text(page, disclosure_word("case", writing->french));
        text_buffer_add_text(page, " ");
        html_add_text(page, record_text(matter, "reference"));
        text_buffer_add_text(page, "</h2>\n");
        code = add_group(writing, file, matter->id.text, error);
    }
    return code;
}

/* --- who looked ------------------------------------------------------------------------------- */

/* Up to the time of the copy: what is written while it is fetched is in the next one. */
static int add_trail(const struct writing *writing, const struct id *client, int64_t until_ms,
                     struct error *error)
{
    struct text_buffer *page = writing->page;
    sqlite3_stmt *statement = database_statement(writing->database, LEDGER_AUDIT_OF_CLIENT, error);
    unsigned char bytes[ID_BYTES];
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    id_to_bytes(client, bytes);
    sqlite3_bind_blob(statement, 2, bytes, sizeof(bytes), SQLITE_STATIC);
    database_bind_text(statement, 1, client->text);
    text_buffer_add_format(page,
                           "<h2>%s</h2>\n<table><tr><th>%s</th><th>%s</th><th>%s</th>"
                           "<th>%s</th></tr>\n",
                           say(writing, "Qui y a eu accès", "Who had access to it"),
                           say(writing, "Quand", "When"), say(writing, "Qui", "Who"),
                           say(writing, "Quoi", "What"), say(writing, "Pourquoi", "Why"));
    while ((code = database_step(writing->database, statement, error)) > 0) {
        int64_t at_ms = sqlite3_column_int64(statement, 1);
        json_t *time = at_ms <= until_ms ? json_time(at_ms) : NULL;

        if (at_ms > until_ms)
            continue;

        text_buffer_add_text(page, "<tr><td>");
        add_time(writing, time != NULL ? json_string_value(time) : "");
        text_buffer_add_text(page, "</td><td>");
        add_named(writing, database_text(statement, 2));
        text_buffer_add_text(page, "</td><td>");
        html_add_text(page, disclosure_word(database_text(statement, 0), writing->french));
        text_buffer_add_text(page, "</td><td>");
        html_add_text(page, disclosure_word(database_text(statement, 3), writing->french));
        text_buffer_add_text(page, "</td></tr>\n");
        json_decref(time);
    }
    text_buffer_add_text(page, "</table>\n");
    return code;
}

/* --- the page --------------------------------------------------------------------------------- */

static void add_head(const struct writing *writing, const struct record *client, int64_t at_ms)
{
    struct text_buffer *page = writing->page;
    const char *title = say(writing, "Ce que nous avons au dossier", "What we have on file");
    json_t *time = json_time(at_ms);

    text_buffer_add_format(
        page,
        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'\">\n<title>%s</title>\n<style>body{font-family:sans-serif;"
        "max-width:50em;margin:auto}dt{font-weight:bold}dd span{white-space:pre-wrap}"
        "section{border-top:1px solid}td,th{text-align:left;padding-right:1em}</style>"
        "</head>\n<body>\n<h1>%s</h1>\n<p>",
        writing->french ? "fr" : "en", title, title);
    html_add_text(page, record_text(client, "name"));
    text_buffer_add_text(page, "</p>\n<p>");
    text_buffer_add_text(page, say(writing, "Copie faite le ", "Copy made on "));
    add_time(writing, time != NULL ? json_string_value(time) : "");
    text_buffer_add_text(page, "</p>\n");
    json_decref(time);
}

/* That it is made, before it is read. */
static int note(struct ledger *ledger, const struct ledger_disclosure *disclosure,
                const struct id *client, struct error *error)
{
    const struct audit_entry entry = {
        .kind = AUDIT_EXPORT,
        .at_ms = disclosure->at_ms,
        .agent = disclosure->agent,
        .device = disclosure->device,
        .request = disclosure->request,
        .type = RECORD_CLIENT,
        .record = *client,
        .client = *client,
        .purpose = PURPOSE_PRIVACY,
        .what = disclosure->request != NULL ? "disclosure at a terminal" : "disclosure"};
    int code = ledger_begin(ledger, error);

    return code == 0 ? ledger_end(ledger, ledger_audit_add(ledger, &entry, error), error) : code;
}

/* Whose file it is: of one that was merged, that of the client they were merged into. */
static int whose(struct database *database, const struct id *asked, struct id *client,
                 struct error *error)
{
    struct record *survivor = NULL;
    int code = ledger_client_read(database, asked->text, &survivor, error);

    if (code == 0 && (survivor == NULL || record_is_erased(survivor)))
        code = error_set(error, ERROR_NOT_FOUND, "%s is no client, or was erased", asked->text);
    if (code == 0)
        *client = survivor->id;
    record_free(survivor);
    return code;
}

static int compose(struct database *database, const struct ledger_disclosure *disclosure,
                   const struct id *client, struct text_buffer *page, struct error *error)
{
    const struct writing writing = {
        .database = database, .page = page, .french = strcmp(disclosure->language, "fr") == 0};
    struct ledger_file file;
    int code = ledger_file_read(database, RECORD_CLIENT, client, &file, error);

    if (code == 0) {
        add_head(&writing, file.rows[0].record, disclosure->at_ms);
        code = add_file(&writing, &file, error);
    }
    if (code == 0)
        code = add_trail(&writing, client, disclosure->at_ms, error);
    text_buffer_add_text(page, "</body>\n</html>\n");
    ledger_file_free(&file);
    if (code == 0 && page->failed)
        code = error_set(error, ERROR_MEMORY, "no memory for a copy of the file");
    return code;
}

/* Reads all of it in one state of the database, while others write. */
static int compose_reading(struct ledger *ledger, const struct ledger_disclosure *disclosure,
                           bool first, struct text_buffer *page, struct error *error)
{
    struct ledger_reader *reader;
    struct id client;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = whose(reader->database, &disclosure->client, &client, error);
    if (code == 0 && first)
        code = note(ledger, disclosure, &client, error);
    if (code == 0)
        code = ledger_snapshot_begin(reader, error);
    if (code == 0)
        code = compose(reader->database, disclosure, &client, page, error);
    ledger_snapshot_end(reader);
    ledger_reader_give(ledger, reader);
    return code;
}

static void page_wipe(struct text_buffer *page)
{
    if (page->bytes != NULL)
        sodium_memzero(page->bytes, page->length);
    text_buffer_free(page);
}

static int page_write(int file, const struct text_buffer *page, const char *path,
                      struct error *error)
{
    size_t done = 0;

    while (done < page->length) {
        ssize_t wrote = write(file, page->bytes + done, page->length - done);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
        done += (size_t)wrote;
    }
    if (fsync(file) != 0)
        return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    return 0;
}

int ledger_disclose(struct ledger *ledger, const struct ledger_disclosure *disclosure,
                    const char *path, struct error *error)
{
    struct text_buffer page = {0};
    int file = -1;
    int code = compose_reading(ledger, disclosure, true, &page, error);

    if (code == 0) {
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0)
            code = error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s",
                             path, strerror(errno));
    }
    if (file >= 0) {
        code = page_write(file, &page, path, error);
        close(file);
        if (code != 0)
            unlink(path);
    }
    page_wipe(&page);
    return code;
}

/* --- in parts --------------------------------------------------------------------------------- */

static void page_tag(const struct text_buffer *page, char tag[LEDGER_DISCLOSURE_TAG_SIZE])
{
    unsigned char hash[crypto_generichash_BYTES];

    crypto_generichash(hash, sizeof(hash), (const unsigned char *)page->bytes, page->length, NULL,
                       0);
    sodium_bin2hex(tag, LEDGER_DISCLOSURE_TAG_SIZE, hash, sizeof(hash));
}

/* Where a part ends: before a character that would be cut. */
static size_t part_end(const struct text_buffer *page, size_t from, size_t most)
{
    size_t end = page->length - from > most ? from + most : page->length;

    while (end < page->length && end > from && ((unsigned char)page->bytes[end] & 0xC0) == 0x80)
        end--;
    return end;
}

static int part_take(const struct text_buffer *page, const char *known,
                     struct ledger_disclosure_part *part, struct error *error)
{
    size_t end;

    page_tag(page, part->tag);
    part->total = page->length;
    if (part->total > LEDGER_DISCLOSURE_LIMIT)
        return error_set(error, ERROR_TOO_LARGE,
                         "the copy has %zu MB, too much for a terminal: guichetd disclose makes it",
                         part->total / 1000000);
    if (part->from > 0 && sodium_memcmp(known, part->tag, LEDGER_DISCLOSURE_TAG_SIZE) != 0)
        return error_set(error, ERROR_CONFLICT, "the file has changed: the copy begins anew");
    if (part->from >= page->length)
        return error_set(error, ERROR_INVALID, "the copy ends before");
    end = part_end(page, part->from, part->most);
    part->text = strndup(page->bytes + part->from, end - part->from);
    part->next = end;
    return part->text != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a copy");
}

int ledger_disclose_part(struct ledger *ledger, const struct ledger_disclosure *disclosure,
                         struct ledger_disclosure_part *part, struct error *error)
{
    char known[LEDGER_DISCLOSURE_TAG_SIZE] = "";
    struct text_buffer page = {0};
    int code = compose_reading(ledger, disclosure, part->from == 0, &page, error);

    text_copy(known, sizeof(known), part->tag);
    part->text = NULL;
    if (code == 0)
        code = part_take(&page, known, part, error);
    page_wipe(&page);
    return code;
}
