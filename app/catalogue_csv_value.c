/* Values of a body as texts of a column, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/catalogue_csv.h"
#include "app/import_fields.h"
#include "app/json.h"
#include "app/text.h"

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

/* The object that the last part of a column's path is a member of; with `make`, made when it is not
 * there. `*name` is that last part. NULL when it is not there, or out of memory. */
static json_t *place_find(json_t *spread, const struct catalogue_csv_column *column, bool make,
                          const char **name)
{
    char path[80];
    char *rest = path;
    json_t *at = spread;
    snprintf(path, sizeof path, "%s%s%s%s", column->channel ? "channels/" : "",
             column->channel ? column->channel : "", column->channel ? "/" : "",
             column->entry->path);
    for (char *slash; at && (slash = strchr(rest, '/')); rest = slash + 1) {
        *slash = '\0';
        json_t *inner = json_object_get(at, rest);
        if (!inner && make) {
            inner = json_object();
            if (json_object_set_new(at, rest, inner) != 0)
                inner = NULL;
        }
        at = json_is_object(inner) ? inner : NULL;
    }
    const char *slash = strrchr(column->entry->path, '/');
    *name = slash ? slash + 1 : column->entry->path;
    return at;
}

/* --- to text ---------------------------------------------------------------------------------- */

static char *list_text(const json_t *list, const char *separator)
{
    struct text_buffer text = {0};
    size_t index;
    json_t *item;
    if (json_array_size(list) == 0)
        return strdup("[]");
    json_array_foreach((json_t *)(uintptr_t)list, index, item)
    {
        const char *word = json_is_string(item) ? json_string_value(item) : "";
        /* A list that could not be cut again is written as JSON. */
        if (separator[0] == ';' && (strchr(word, ';') || (index == 0 && word[0] == '['))) {
            text_buffer_free(&text);
            return json_write(list);
        }
        if (index > 0)
            text_buffer_add_text(&text, separator);
        text_buffer_add_text(&text, word);
    }
    text_buffer_add_text(&text, "");
    return text_buffer_take(&text);
}

static char *delay_text(const json_t *delay)
{
    char text[80];
    const json_t *refund = json_object_get(delay, "refund");
    snprintf(text, sizeof text, "%lld %.30s%s", (long long)json_integer_or(delay, "count", 0),
             json_text_or(delay, "unit", ""),
             !refund                ? ""
             : json_is_true(refund) ? " refund"
                                    : " no-refund");
    return strdup(text);
}

static char *money_text(const json_t *money)
{
    char text[40];
    int64_t cents = json_integer_or(money, "amount", 0);
    snprintf(text, sizeof text, "%lld.%02lld", (long long)cents / 100, (long long)cents % 100);
    return strdup(text);
}

char *catalogue_csv_get(const json_t *spread, const struct catalogue_csv_column *column)
{
    const char *name;
    char text[40] = "";
    const json_t *place = place_find((json_t *)(uintptr_t)spread, column, false, &name);
    const json_t *value = json_object_get(place, name);
    if (!value)
        return strdup("");
    switch (column->entry->kind) {
    case CSV_COLUMN_TEXT:
        return strdup(json_is_string(value) ? json_string_value(value) : "");
    case CSV_COLUMN_LIST:
        return list_text(value, ";");
    case CSV_COLUMN_LINES:
        return list_text(value, "\n");
    case CSV_COLUMN_INTEGER:
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
        return strdup(text);
    case CSV_COLUMN_BOOLEAN:
    case CSV_COLUMN_KNOWN:
        return strdup(json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "unknown");
    case CSV_COLUMN_MONEY:
        return money_text(value);
    case CSV_COLUMN_DELAY:
        return delay_text(value);
    case CSV_COLUMN_JSON:
        break;
    }
    return json_write(value);
}

/* --- from text -------------------------------------------------------------------------------- */

static json_t *list_read(const char *text, char separator)
{
    if (text[0] == '[') {
        json_t *list = json_loads(text, 0, NULL);
        if (json_is_array(list))
            return list;
        json_decref(list);
    }
    json_t *list = json_array();
    while (list) {
        size_t length = strcspn(text, (char[]){separator, '\0'});
        size_t from = separator == ';' ? strspn(text, " ") : 0;
        size_t to = length;
        while (to > from && strchr(separator == ';' ? " " : "\r", text[to - 1]))
            to--;
        from = from < to ? from : to;
        if ((to > from || separator != ';') &&
            json_array_append_new(list, json_stringn(text + from, to - from)) != 0) {
            json_decref(list);
            return NULL;
        }
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    return list;
}

static json_t *yes_read(const char *text, bool unknown)
{
    if (strcmp(text, "yes") == 0 || strcmp(text, "no") == 0)
        return json_boolean(text[0] == 'y');
    return unknown && strcmp(text, "unknown") == 0 ? json_null() : NULL;
}

/* "12", "12.5" or "12.50" as cents. */
static json_t *money_read(const char *text)
{
    char whole[16] = "";
    size_t length = strspn(text, "0123456789");
    int64_t dollars;
    int64_t cents = 0;
    const char *decimals = text[length] == '.' ? text + length + 1 : "";
    size_t digits = strspn(decimals, "0123456789");
    if (length == 0 || length > 10 || digits > 2 ||
        text[length + (text[length] == '.' ? digits + 1 : 0)] != '\0' ||
        (text[length] == '.' && digits == 0))
        return NULL;
    memcpy(whole, text, length);
    import_integer(whole, &dollars);
    if (digits > 0)
        cents = (decimals[0] - '0') * 10 + (digits > 1 ? decimals[1] - '0' : 0);
    return json_pack("{s:I, s:s}", "amount", (json_int_t)(dollars * 100 + cents), "currency",
                     "CAD");
}

static json_t *delay_read(const char *text)
{
    long long count;
    char unit[32] = "";
    char refund[16] = "";
    char rest;
    int read = sscanf(text, "%9lld %31s %15s %c", &count, unit, refund, &rest);
    bool known = read == 2 ||
                 (read == 3 && (strcmp(refund, "refund") == 0 || strcmp(refund, "no-refund") == 0));
    if (!known)
        return NULL;
    json_t *delay = json_pack("{s:I, s:s}", "count", (json_int_t)count, "unit", unit);
    if (read == 3)
        json_object_set_new(delay, "refund", json_boolean(refund[0] == 'r'));
    return delay;
}

static json_t *value_read(enum csv_column_kind kind, const char *text)
{
    int64_t number;
    switch (kind) {
    case CSV_COLUMN_TEXT:
        return json_string(text);
    case CSV_COLUMN_LIST:
        return list_read(text, ';');
    case CSV_COLUMN_LINES:
        return list_read(text, '\n');
    case CSV_COLUMN_INTEGER:
        return import_integer(text, &number) ? json_integer(number) : NULL;
    case CSV_COLUMN_BOOLEAN:
        return yes_read(text, false);
    case CSV_COLUMN_KNOWN:
        return yes_read(text, true);
    case CSV_COLUMN_MONEY:
        return money_read(text);
    case CSV_COLUMN_DELAY:
        return delay_read(text);
    case CSV_COLUMN_JSON:
        break;
    }
    return json_loads(text, JSON_REJECT_DUPLICATES, NULL);
}

int catalogue_csv_set(json_t *spread, const struct catalogue_csv_column *column, const char *text,
                      struct error *error)
{
    const char *name;
    if (text[0] == '\0')
        return 0;
    json_t *value = value_read(column->entry->kind, text);
    if (!value)
        return error_set(error, ERROR_INVALID, "column \"%s\": \"%.60s\" is not %s", column->name,
                         text, catalogue_csv_kind_help(column->entry->kind));
    json_t *place = place_find(spread, column, true, &name);
    return place && json_object_set_new(place, name, value) == 0 ? 0 : out_of_memory(error);
}
