/* Pages of the server's feed and of files, as they come: in JSON, or in binary form. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "app/text.h"
#include "net/sync_internal.h"

#define PAGE_RECORDS_LIMIT 10000

void sync_page_free(struct sync_page *page)
{
    for (size_t index = 0; page->records != NULL && index < page->count; index++)
        record_free(page->records[index]);
    free(page->records);
    json_decref(page->document);
    free(page->gone);
}

/* Records of types that this version does not know are passed over. */
static int read_records(struct sync_page *page, const json_t *list, bool catalogue,
                        struct error *error)
{
    size_t size = json_array_size(list);

    if (!json_is_array(list) || size > PAGE_RECORDS_LIMIT)
        return error_set(error, ERROR_PROTOCOL, "\"records\" is no list of at most %d",
                         PAGE_RECORDS_LIMIT);
    page->records = calloc(size + 1, sizeof *page->records);
    if (page->records == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for %zu records", size);
    for (size_t index = 0; index < size; index++) {
        const json_t *document = json_array_get(list, index);
        const char *type = json_text_or(document, "type", "");
        if (type[0] != '\0' && record_type_from_name(type) == RECORD_NONE)
            continue;
        struct record *record = NULL;
        if (record_from_json(&record, document, error) != 0)
            return error_prefix(error, "record %zu", index);
        page->records[page->count++] = record;
        if (record_type_is_catalogue(record->type) != catalogue)
            return error_set(error, ERROR_PROTOCOL, "record %zu is of type \"%s\": another scope",
                             index, record_type_name(record->type));
    }
    return 0;
}

/* What may be seen no longer; a server of before has no such list. */
static int read_gone(struct sync_page *page, const json_t *list, struct error *error)
{
    size_t size = json_array_size(list);

    if (size > PAGE_RECORDS_LIMIT)
        return error_set(error, ERROR_PROTOCOL, "\"gone\" is a list of more than %d",
                         PAGE_RECORDS_LIMIT);
    page->gone = calloc(size + 1, sizeof *page->gone);
    if (page->gone == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for %zu records", size);
    for (size_t index = 0; index < size; index++) {
        const json_t *one = json_array_get(list, index);
        struct store_gone gone = {.type = record_type_from_name(json_text_or(one, "type", ""))};

        if (gone.type == RECORD_NONE || record_type_is_catalogue(gone.type))
            continue;
        if (!id_parse(&gone.id, json_text_or(one, "id", "")))
            return error_set(error, ERROR_PROTOCOL, "gone %zu has no id", index);
        page->gone[page->gone_count++] = gone;
    }
    return 0;
}

static int read_page_document(struct sync_engine *engine, const json_t *document, int64_t since,
                              bool catalogue, struct sync_page *page, struct error *error)
{
    const char *feed = NULL;
    int code = json_require_text(document, "feed", sizeof engine->feed - 1, &feed, error);

    if (code != 0)
        return code;
    page->other_feed = strcmp(feed, engine->feed) != 0;
    if (page->other_feed)
        return 0;
    page->next = json_integer_or(document, "next", -1);
    page->catalogue = json_integer_or(document, "catalogue", 0);
    page->head = json_integer_or(document, "head", 0);
    page->old = json_integer_or(document, "old", 0);
    page->more = json_bool_or(document, "more", false);
    text_copy(page->epoch, sizeof page->epoch, json_text_or(document, "epoch", ""));
    text_copy(page->head_epoch, sizeof page->head_epoch, json_text_or(document, "head_epoch", ""));
    if (page->next < since || (page->more && page->next == since))
        return error_set(error, ERROR_PROTOCOL,
                         "asked for changes since %" PRId64 ", the next are since %" PRId64, since,
                         page->next);
    code = read_gone(page, json_object_get(document, "gone"), error);
    /* Of a binary page they are taken already. */
    return code != 0 || page->records != NULL
               ? code
               : read_records(page, json_object_get(document, "records"), catalogue, error);
}

/* --- in binary form ----------------------------------------------------------------------------
 */

/* Each is opened when it is written. */
static int take_records(struct sync_page *page, struct binary_reader *reader, struct error *error)
{
    size_t count;
    int code = binary_read_array(reader, &count, error);

    if (code == 0 && (count > PAGE_RECORDS_LIMIT || page->records != NULL))
        return error_set(error, ERROR_PROTOCOL, "\"records\" is no list of at most %d",
                         PAGE_RECORDS_LIMIT);
    if (code == 0)
        page->records = calloc(count + 1, sizeof *page->records);
    if (code == 0 && page->records == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory for %zu records", count);
    for (size_t i = 0; i < count && code == 0; i++) {
        const char *text;
        size_t length;

        code = binary_read_json(reader, &text, &length, error);
        if (code != 0)
            break;
        page->records[page->count] = record_closed(text, length);
        if (page->records[page->count] == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory for a record");
        else
            page->count++;
    }
    return code;
}

/* Any other member, as a JSON document has it. */
static int take_member(json_t *head, struct binary_reader *reader, const char *name,
                       struct error *error)
{
    struct binary_reader begun = *reader;
    const char *text;
    json_t *value;
    size_t length;
    int code;

    if (binary_read_json(&begun, &text, &length, NULL) == 0) {
        *reader = begun;
        code = json_read(&value, text, length, length, name, error);
    } else {
        code = binary_read_value(reader, &value, error);
    }
    if (code == 0 && json_object_get(head, name) != NULL) {
        json_decref(value);
        return error_set(error, ERROR_PROTOCOL, "\"%s\" stands twice", name);
    }
    if (code == 0 && json_object_set_new(head, name, value) != 0)
        code = error_set(error, ERROR_MEMORY, "no memory for a page");
    return code;
}

static int take_page(struct sync_page *page, const struct http_reply *reply, struct error *error)
{
    struct binary_reader reader = {reply->body, reply->length, 0};
    size_t count;
    int code = binary_read_map(&reader, &count, error);

    page->document = json_object();
    if (page->document == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a page");
    for (size_t i = 0; i < count && code == 0; i++) {
        const char *text;
        size_t length;
        char name[64];

        code = binary_read_text(&reader, &text, &length, error);
        if (code == 0 && (length >= sizeof name || !text_is_utf8(text, length)))
            code = error_set(error, ERROR_PROTOCOL, "a name that is none of a page");
        if (code != 0)
            break;
        memcpy(name, text, length);
        name[length] = '\0';
        code = strcmp(name, "records") == 0 ? take_records(page, &reader, error)
                                            : take_member(page->document, &reader, name, error);
    }
    if (code == 0 && (page->records == NULL || reader.at != reader.length))
        code = error_set(error, ERROR_PROTOCOL, "it is no page");
    return code;
}

/* The page's records are good as long as the reply. */
static int read_binary(struct sync_engine *engine, const struct http_reply *reply, const char *what,
                       struct sync_page *page, struct error *error)
{
    int code = take_page(page, reply, error);

    if (code == 0)
        sync_reply_time(engine, page->document);
    else if (code != ERROR_MEMORY)
        code = error_set(error, ERROR_PROTOCOL, "%s: the reply makes no sense", what);
    return code;
}

int sync_page_read(struct sync_engine *engine, const struct http_reply *reply, const char *what,
                   int64_t since, bool catalogue, struct sync_page *page, struct error *error)
{
    bool binary = reply->status == 200 && strcmp(reply->media_type, BINARY_MEDIA_TYPE) == 0;
    int code = binary ? read_binary(engine, reply, what, page, error)
                      : sync_reply_read(engine, reply, what, &page->document, error);

    if (code != 0)
        return code;
    code = read_page_document(engine, page->document, since, catalogue, page, error);
    if (code != 0 && code != ERROR_MEMORY) {
        (void)error_prefix(error, "reply of %s (%s)", what, catalogue ? "catalogue" : "desk");
        code = ERROR_PROTOCOL;
    }
    return code;
}
