#include "net/feed_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/clock.h"
#include "net/ledger_relay.h"

int feed_page_members(struct ledger *ledger, struct relay_board *board, const struct id *agent,
                      int64_t told, json_t **members, struct error *error)
{
    json_t *list;
    int code = ledger_told_read(ledger, agent, told, &list, error);

    *members = NULL;
    if (code != 0)
        return code;
    *members = json_pack("{s:o, s:o}", "relay", relay_board_to_json(board), "told", list);
    return *members != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for an answer");
}

bool feed_page_members_are_news(const json_t *members, int64_t version)
{
    int64_t current = json_integer_or(json_object_get(members, "relay"), "version", 0);

    return members != NULL && (json_array_size(json_object_get(members, "told")) > 0 ||
                               (version >= 0 && current != version));
}

bool feed_page_is_news(const struct ledger_page *page, int64_t catalogue)
{
    return page->count > 0 || page->gone_count > 0 || page->more ||
           (catalogue >= 0 && page->catalogue > catalogue);
}

static void begin(struct text_buffer *body, const char *feed, const struct ledger_page *page)
{
    text_buffer_add_format(body, "{\"feed\":\"%s\",\"next\":%" PRId64 ",\"more\":%s,\"records\":[",
                           feed, page->next, page->more ? "true" : "false");
    text_buffer_add(body, page->records, page->length);
}

static void add_members(struct text_buffer *body, const json_t *members)
{
    char *text = members != NULL ? json_write(members) : NULL;

    if (text != NULL) {
        text_buffer_add_text(body, ",");
        text_buffer_add(body, text + 1, strlen(text) - 2);
    }
    free(text);
}

void feed_page_write(struct text_buffer *body, const char *feed, const struct ledger_page *page,
                     const json_t *members, int64_t withheld_ms, int64_t now_ms)
{
    char now[TIMESTAMP_SIZE];

    timestamp_format(now_ms, now);
    begin(body, feed, page);
    if (page->gone_count > 0)
        text_buffer_add_format(body, "],\"gone\":[%s", page->gone);
    text_buffer_add_format(
        body, "],\"catalogue\":%" PRId64 ",\"head\":%" PRId64 ",\"epoch\":\"%s\",\"time\":\"%s\"",
        page->catalogue, page->head, page->epoch, now);
    if (page->head_epoch[0] != '\0')
        text_buffer_add_format(body, ",\"head_epoch\":\"%s\"", page->head_epoch);
    if (withheld_ms > 0)
        text_buffer_add_format(body, ",\"old\":%" PRId64, withheld_ms);
    add_members(body, members);
    text_buffer_add_text(body, "}");
}

void feed_page_announce(struct text_buffer *body, const struct text_buffer *list, int64_t number)
{
    body->failed = body->failed || list->failed;
    if (body->failed)
        return;
    body->bytes[--body->length] = '\0'; /* the brace that ends the page */
    text_buffer_add_text(body, ",\"announcements\":");
    text_buffer_add(body, list->bytes, list->length);
    text_buffer_add_format(body, ",\"announced\":%" PRId64 "}", number);
}

static void write_integer(struct text_buffer *body, const char *name, int64_t value)
{
    binary_write_text(body, name);
    binary_write_integer(body, value);
}

static void write_text(struct text_buffer *body, const char *name, const char *value)
{
    binary_write_text(body, name);
    binary_write_text(body, value);
}

static void write_gone(struct text_buffer *body, const struct ledger_page *page)
{
    struct text_buffer list = {0};

    text_buffer_add_format(&list, "[%s]", page->gone);
    binary_write_text(body, "gone");
    binary_write_json(body, list.bytes, list.length);
    body->failed = body->failed || list.failed;
    text_buffer_free(&list);
}

static void write_records(struct text_buffer *body, const struct ledger_page *page)
{
    size_t at = 0;

    binary_write_text(body, "records");
    binary_write_array(body, page->count);
    for (size_t i = 0; i < page->count; at = page->ends[i++] + 1)
        binary_write_json(body, page->records + at, page->ends[i] - at);
}

void feed_page_write_binary(struct text_buffer *body, const char *feed,
                            const struct ledger_page *page, json_t *members, int64_t withheld_ms,
                            int64_t now_ms)
{
    bool with_head = page->head_epoch[0] != '\0';
    const char *name;
    json_t *value;

    binary_write_map(body, 8 + (page->gone_count > 0 ? 1u : 0) + (with_head ? 1u : 0) +
                               (withheld_ms > 0 ? 1u : 0) + json_object_size(members));
    write_text(body, "feed", feed);
    write_integer(body, "next", page->next);
    binary_write_text(body, "more");
    binary_write_value(body, json_boolean(page->more));
    write_records(body, page);
    if (page->gone_count > 0)
        write_gone(body, page);
    write_integer(body, "catalogue", page->catalogue);
    write_integer(body, "head", page->head);
    write_text(body, "epoch", page->epoch);
    binary_write_text(body, "time");
    binary_write_time(body, now_ms);
    if (with_head)
        write_text(body, "head_epoch", page->head_epoch);
    if (withheld_ms > 0)
        write_integer(body, "old", withheld_ms);
    json_object_foreach(members, name, value)
    {
        binary_write_text(body, name);
        binary_write_value(body, value);
    }
}

int feed_page_relay(struct ledger *ledger, const struct scope_set *scopes, const char *digest,
                    const struct ledger_page *page, int64_t now_ms, json_t **document,
                    struct error *error)
{
    json_t *records, *gone;
    int code = ledger_relay_page(ledger, scopes, page, &records, error);

    *document = NULL;
    if (code != 0)
        return code;
    code = ledger_relay_page_gone(page, &gone, error);
    if (code != 0) {
        json_decref(records);
        return code;
    }
    *document =
        json_pack("{s:I, s:s, s:I, s:b, s:I, s:s, s:o, s:o, s:I, s:s, s:s, s:o}", "verifiers",
                  (json_int_t)ledger_verifiers(ledger), "feed", ledger_feed(ledger), "next",
                  (json_int_t)page->next, "more", (int)page->more, "head", (json_int_t)page->head,
                  "head_epoch", page->head_epoch, "records", records, "gone", gone, "catalogue",
                  (json_int_t)page->catalogue, "epoch", page->epoch, "scopes", digest, "time",
                  json_time(now_ms));
    return *document != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for an answer");
}

void feed_page_write_file(struct text_buffer *body, const char *feed,
                          const struct ledger_page *page)
{
    begin(body, feed, page);
    text_buffer_add_format(body, "],\"head\":%" PRId64 ",\"epoch\":\"%s\",\"left\":%zu%s}",
                           page->head, page->epoch, page->left, page->part ? ",\"part\":true" : "");
}
