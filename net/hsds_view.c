#include "net/hsds_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/hsds_record.h"
#include "app/json.h"
#include "app/text.h"
#include "net/catalogue_feed.h"

struct items {
    struct hsds_item *list;
    size_t count;
    size_t capacity;
};

/* The rows of one language. */
struct side {
    struct hsds *hsds; /* NULL: to be made */
    struct items items[HSDS_TABLE_COUNT];
};

struct hsds_view {
    json_t *records; /* "<key> service" -> document, as text: parsed it takes five times as much */
    int64_t since;   /* read so far */
    struct side sides[2];
    struct side *open;
};

static const enum hsds_table listed[] = {HSDS_SERVICE, HSDS_ORGANIZATION, HSDS_SERVICE_AT_LOCATION,
                                         HSDS_TAXONOMY, HSDS_TAXONOMY_TERM};

#define LISTED_COUNT (sizeof(listed) / sizeof(listed[0]))

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory to tell the catalogue as HSDS");
}

struct hsds_view *hsds_view_new(void)
{
    struct hsds_view *view = calloc(1, sizeof(*view));

    if (view == NULL)
        return NULL;
    view->records = json_object();
    if (view->records != NULL)
        return view;
    free(view);
    return NULL;
}

static void side_clear(struct side *side)
{
    for (int table = 0; table < HSDS_TABLE_COUNT; table++) {
        struct items *items = &side->items[table];

        for (size_t i = 0; i < items->count; i++) {
            json_decref((json_t *)(uintptr_t)items->list[i].row);
            free((char *)(uintptr_t)items->list[i].words);
        }
        free(items->list);
        *items = (struct items){0};
    }
    hsds_free(side->hsds);
    side->hsds = NULL;
}

void hsds_view_free(struct hsds_view *view)
{
    if (view == NULL)
        return;
    side_clear(&view->sides[0]);
    side_clear(&view->sides[1]);
    json_decref(view->records);
    free(view);
}

/* --- reading the ledger -------------------------------------------------------------------------
 */

static bool is_told(const json_t *document)
{
    enum record_type type = record_type_from_name(json_text_or(document, "type", ""));

    return type == RECORD_SERVICE || type == RECORD_OFFICE || type == RECORD_DIRECTORY;
}

static int record_keep(void *context, const json_t *document, struct error *error)
{
    struct hsds_view *view = context;
    char name[RECORD_KEY_SIZE + 40];
    char *text;
    int failed;

    if (!is_told(document))
        return 0;
    snprintf(name, sizeof(name), "%.*s %.30s", RECORD_KEY_SIZE,
             json_text_or(json_object_get(document, "body"), "key", ""),
             json_text_or(document, "type", ""));
    side_clear(&view->sides[0]);
    side_clear(&view->sides[1]);
    text = json_write(document);
    failed = text == NULL || json_object_set_new(view->records, name, json_string(text)) != 0;
    free(text);
    return failed ? out_of_memory(error) : 0;
}

/* --- making the rows ----------------------------------------------------------------------------
 */

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* What an item is searched by. */
static char *words_make(struct hsds *hsds, enum hsds_table table, const json_t *row)
{
    static const char *const members[] = {"name", "alternate_name", "description"};
    const json_t *also = NULL;
    struct text_buffer text = {0};
    struct text_buffer words = {0};
    char *folded;

    if (table == HSDS_SERVICE)
        also = hsds_find(hsds, HSDS_ORGANIZATION, hsds_link(row, "organization_id"));
    if (table == HSDS_SERVICE_AT_LOCATION) {
        also = hsds_find(hsds, HSDS_LOCATION, hsds_link(row, "location_id"));
        text_buffer_add_format(
            &text, "%s ",
            json_text_or(hsds_find(hsds, HSDS_SERVICE, hsds_link(row, "service_id")), "name", ""));
    }
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        text_buffer_add_format(&text, "%s ", json_text_or(row, members[i], ""));
    text_buffer_add_text(&text, json_text_or(also, "name", ""));
    folded = text.failed ? NULL : text_fold(text.bytes, text.length);
    text_buffer_add_format(&words, " %s", folded != NULL ? folded : "");
    text_buffer_free(&text);
    if (folded == NULL) {
        text_buffer_free(&words);
        return NULL;
    }
    free(folded);
    return text_buffer_take(&words);
}

static bool item_add(struct side *side, enum hsds_table table, json_t *row, int64_t modified_ms)
{
    struct items *items = &side->items[table];
    const char *said = json_text_or(row, "last_modified", "");
    int64_t at_publisher;

    if (items->count == items->capacity) {
        size_t capacity = items->capacity > 0 ? items->capacity * 2 : 64;
        struct hsds_item *list = realloc(items->list, capacity * sizeof(*list));

        if (list == NULL)
            return false;
        items->list = list;
        items->capacity = capacity;
    }
    if (timestamp_parse(said, &at_publisher) && at_publisher > modified_ms)
        modified_ms = at_publisher;
    items->list[items->count++] = (struct hsds_item){json_incref(row), NULL, modified_ms};
    return true;
}

/* Adds the rows of one record, and the items that came with them. */
static int record_add(struct side *side, const char *language, const char *text,
                      struct error *error)
{
    size_t before[LISTED_COUNT];
    struct record *record;
    int64_t modified_ms = 0;
    json_t *document = json_loads(text, 0, NULL);
    int code = document != NULL ? record_from_json(&record, document, error) : out_of_memory(error);

    json_decref(document);
    if (code != 0)
        return code;
    timestamp_parse(hsds_record_modified(record), &modified_ms);
    for (size_t i = 0; i < LISTED_COUNT; i++)
        before[i] = json_array_size(hsds_rows(side->hsds, listed[i]));
    code = hsds_record_add(side->hsds, record, language, error);
    record_free(record);
    for (size_t i = 0; i < LISTED_COUNT && code == 0; i++) {
        const json_t *rows = hsds_rows(side->hsds, listed[i]);

        for (size_t j = before[i]; j < json_array_size(rows) && code == 0; j++)
            if (!item_add(side, listed[i], json_array_get(rows, j), modified_ms))
                code = out_of_memory(error);
    }
    return code;
}

/* Finishes the items when all rows are there: rows that were dropped are no items, of several rows
 * of one id the first is one, and the others get their words. */
static int items_finish(struct side *side, struct error *error)
{
    for (size_t i = 0; i < LISTED_COUNT; i++) {
        struct items *items = &side->items[listed[i]];
        size_t kept = 0;

        for (size_t j = 0; j < items->count; j++) {
            const json_t *row = items->list[j].row;
            const char *id = json_text_or(row, "id", "");

            if (hsds_find(side->hsds, listed[i], id) != row) {
                json_decref((json_t *)(uintptr_t)row);
                continue;
            }
            items->list[kept] = items->list[j];
            items->list[kept].words = words_make(side->hsds, listed[i], row);
            if (items->list[kept++].words == NULL) {
                /* What is left is cleared with the side. */
                memmove(items->list + kept, items->list + j + 1,
                        (items->count - j - 1) * sizeof(*items->list));
                items->count -= j + 1 - kept;
                return out_of_memory(error);
            }
        }
        items->count = kept;
    }
    return 0;
}

static int side_make(struct hsds_view *view, struct side *side, const char *language,
                     struct error *error)
{
    size_t count = json_object_size(view->records);
    const char **names = calloc(count + 1, sizeof(*names));
    const char *name;
    json_t *text;
    size_t at = 0;
    int code = 0;

    side->hsds = hsds_new();
    if (names == NULL || side->hsds == NULL)
        code = out_of_memory(error);
    json_object_foreach(view->records, name, text)
    {
        if (code == 0)
            names[at++] = name;
    }
    if (at > 0)
        qsort(names, at, sizeof(*names), by_name);
    for (size_t i = 0; i < at && code == 0; i++)
        code = record_add(side, language,
                          json_string_value(json_object_get(view->records, names[i])), error);
    if (code == 0 && !hsds_links_settle(side->hsds))
        code = out_of_memory(error);
    if (code == 0)
        code = items_finish(side, error);
    free(names);
    if (code != 0)
        side_clear(side);
    return code;
}

/* --- lending ------------------------------------------------------------------------------------
 */

int hsds_view_open(struct hsds_view *view, struct ledger *ledger, const char *language,
                   struct error *error)
{
    struct side *side = &view->sides[strcmp(language, "fr") == 0];
    int code;

    code = catalogue_feed_read(ledger, &view->since, record_keep, view, error);
    if (code == 0 && side->hsds == NULL)
        code = side_make(view, side, language, error);
    view->open = side;
    return code;
}

struct hsds *hsds_view_rows(const struct hsds_view *view)
{
    return view->open->hsds;
}

const struct hsds_item *hsds_view_items(const struct hsds_view *view, enum hsds_table table,
                                        size_t *count)
{
    *count = view->open->items[table].count;
    return view->open->items[table].list;
}
