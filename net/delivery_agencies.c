#include "net/delivery_agencies.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"

#define FILE_LIMIT (256 * 1024)
#define SECOND     INT64_C(1000)
#define DAY        (24 * 3600 * SECOND)

/* The times of an agency: name in the file, preset and most, in ms; the least is a second. */
static const struct {
    const char *name;
    size_t offset;
    int64_t preset, maximum;
} times[] = {
    {"timeout_seconds", offsetof(struct agency, timeout_ms), 30 * SECOND, 600 * SECOND},
    {"retry_seconds", offsetof(struct agency, retry_ms), 30 * SECOND, 3600 * SECOND},
    {"retry_limit_seconds", offsetof(struct agency, retry_limit_ms), 3600 * SECOND, DAY},
    {"give_up_seconds", offsetof(struct agency, give_up_ms), 3 * DAY, 90 * DAY},
    {"answer_seconds", offsetof(struct agency, answer_ms), 30 * DAY, 366 * DAY},
};

/* --- URLs ------------------------------------------------------------------------------------- */

static char *url_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    char *copy;

    if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
        return NULL;
    copy = strdup(text);
    curl_free(text);
    return copy;
}

/* Host names mean the same in any case; the signature covers the address as it is sent. */
static void lower(char *text)
{
    for (; *text != '\0'; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

/* Splits an absolute URL into new texts; both NULL when it is none. */
static void url_split(CURLU *url, char **origin, char **path)
{
    char *scheme = url_part(url, CURLUPART_SCHEME), *host = url_part(url, CURLUPART_HOST);
    char *port = url_part(url, CURLUPART_PORT), *query = url_part(url, CURLUPART_QUERY);
    char *plain = url_part(url, CURLUPART_PATH);
    struct text_buffer place = {0}, rest = {0};

    *origin = *path = NULL;
    if (scheme != NULL && host != NULL && plain != NULL) {
        lower(host);
        text_buffer_add_format(&place, "%s://%s", scheme, host);
        if (port != NULL && strcmp(port, strcmp(scheme, "https") == 0 ? "443" : "80") != 0)
            text_buffer_add_format(&place, ":%s", port);
        text_buffer_add_text(&rest, plain);
        if (query != NULL)
            text_buffer_add_format(&rest, "?%s", query);
        *origin = text_buffer_take(&place);
        *path = text_buffer_take(&rest);
    }
    free(scheme);
    free(host);
    free(port);
    free(query);
    free(plain);
}

char *agency_locate(const struct agency *agency, const char *location)
{
    CURLU *url = curl_url();
    struct text_buffer base = {0};
    char *origin = NULL, *path = NULL;

    text_buffer_add_format(&base, "%s%s", agency->origin, agency->path);
    if (url != NULL && !base.failed && *location != '\0' &&
        strlen(location) <= DELIVERY_LOCATION_LIMIT &&
        curl_url_set(url, CURLUPART_URL, base.bytes, 0) == CURLUE_OK &&
        curl_url_set(url, CURLUPART_URL, location, 0) == CURLUE_OK)
        url_split(url, &origin, &path);
    curl_url_cleanup(url);
    text_buffer_free(&base);
    if (origin == NULL || path == NULL || strcmp(origin, agency->origin) != 0 ||
        strlen(path) > DELIVERY_LOCATION_LIMIT || !text_is_utf8(path, strlen(path))) {
        free(path);
        path = NULL;
    }
    free(origin);
    return path;
}

/* What the HTTP client accepts as a server is checked when its connection is made ready. */
static int url_read(struct agency *agency, const char *text, struct error *error)
{
    CURLU *url = curl_url();
    char *extra = NULL;
    bool good = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK;

    if (good && (curl_url_get(url, CURLUPART_USER, &extra, 0) == CURLUE_OK ||
                 curl_url_get(url, CURLUPART_FRAGMENT, &extra, 0) == CURLUE_OK))
        good = false;
    if (good)
        url_split(url, &agency->origin, &agency->path);
    curl_free(extra);
    curl_url_cleanup(url);
    return agency->origin != NULL && agency->path != NULL
               ? 0
               : error_set(error, ERROR_INVALID, "\"url\" is not an address for deliveries");
}

/* --- members ---------------------------------------------------------------------------------- */

static bool is_member(const char *name)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        if (strcmp(times[i].name, name) == 0)
            return true;
    return strcmp(name, "id") == 0 || strcmp(name, "url") == 0 || strcmp(name, "ca_file") == 0;
}

static int times_read(struct agency *agency, const json_t *item, struct error *error)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        const json_t *given = json_object_get(item, times[i].name);
        int64_t *ms = (int64_t *)(void *)((char *)agency + times[i].offset);
        int64_t seconds = json_integer_value(given);

        *ms = times[i].preset;
        if (given == NULL)
            continue;
        if (!json_is_integer(given) || seconds < 1 || seconds > times[i].maximum / SECOND)
            return error_set(error, ERROR_INVALID, "\"%s\" is not a number from 1 to %" PRId64,
                             times[i].name, times[i].maximum / SECOND);
        *ms = seconds * SECOND;
    }
    return 0;
}

static int agency_read(struct agency *agency, const json_t *item, struct error *error)
{
    const char *ca_file = json_text_or(item, "ca_file", NULL);
    const char *id, *url, *name;
    json_t *value;
    int code;

    if (!json_is_object(item))
        return error_set(error, ERROR_INVALID, "not an object");
    json_object_foreach((json_t *)(uintptr_t)item, name, value)
    {
        if (!is_member(name))
            return error_set(error, ERROR_INVALID, "unknown member \"%.40s\"", name);
    }
    code = json_require_text(item, "id", DELIVERY_AGENCY_LIMIT, &id, error);
    if (code == 0)
        code = json_require_text(item, "url", AGENCY_URL_LIMIT, &url, error);
    if (code == 0 && json_object_get(item, "ca_file") != NULL && ca_file == NULL)
        code = error_set(error, ERROR_INVALID, "\"ca_file\" is not a text");
    if (code == 0)
        code = times_read(agency, item, error);
    if (code == 0)
        code = url_read(agency, url, error);
    if (code != 0)
        return code;
    agency->id = strdup(id);
    agency->ca_file = ca_file != NULL ? strdup(ca_file) : NULL;
    return agency->id != NULL && (ca_file == NULL || agency->ca_file != NULL)
               ? 0
               : error_set(error, ERROR_MEMORY, "out of memory");
}

static int list_read(struct agencies *agencies, const json_t *list, struct error *error)
{
    size_t count = json_array_size(list);
    int code = 0;

    if (!json_is_array(list) || count > AGENCY_COUNT_LIMIT)
        return error_set(error, ERROR_INVALID, "\"agencies\" is not a list of at most %d",
                         AGENCY_COUNT_LIMIT);
    agencies->items = calloc(count + 1, sizeof(agencies->items[0]));
    if (agencies->items == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    while (agencies->count < count && code == 0) {
        struct agency *agency = &agencies->items[agencies->count++];

        code = agency_read(agency, json_array_get(list, agencies->count - 1), error);
        for (size_t i = 0; i + 1 < agencies->count && code == 0; i++)
            if (strcmp(agencies->items[i].id, agency->id) == 0)
                code = error_set(error, ERROR_INVALID, "\"id\" is that of agency %zu", i + 1);
        if (code != 0)
            error_prefix(error, "agency %zu", agencies->count);
    }
    return code;
}

/* --- file ------------------------------------------------------------------------------------- */

static int file_read(const char *path, json_t **document, struct error *error)
{
    FILE *file = fopen(path, "re");
    char *text;
    size_t length;
    int code = 0;

    if (file == NULL)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    text = malloc(FILE_LIMIT + 1);
    if (text == NULL) {
        fclose(file);
        return error_set(error, ERROR_MEMORY, "no memory to read %s", path);
    }
    length = fread(text, 1, FILE_LIMIT + 1, file);
    if (ferror(file))
        code = error_set(error, ERROR_STORAGE, "%s: cannot be read", path);
    else
        code = json_read(document, text, length, FILE_LIMIT, path, error);
    fclose(file);
    free(text);
    return code;
}

int agencies_read(struct agencies *agencies, const char *path, struct error *error)
{
    json_t *document;
    int code;

    *agencies = (struct agencies){0};
    code = file_read(path, &document, error);
    if (code != 0)
        return code;
    if (json_object_size(document) != 1)
        code = error_set(error, ERROR_INVALID, "not an object with the one member \"agencies\"");
    else
        code = list_read(agencies, json_object_get(document, "agencies"), error);
    json_decref(document);
    if (code != 0) {
        error_prefix(error, "%s", path);
        agencies_free(agencies);
    }
    return code;
}

void agencies_free(struct agencies *agencies)
{
    for (size_t i = 0; i < agencies->count; i++) {
        free(agencies->items[i].id);
        free(agencies->items[i].origin);
        free(agencies->items[i].path);
        free(agencies->items[i].ca_file);
    }
    free(agencies->items);
    *agencies = (struct agencies){0};
}
