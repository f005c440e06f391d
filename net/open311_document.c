#include "net/open311_document.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "app/json.h"
#include "app/text.h"

#define REPLACEMENT "\xEF\xBF\xBD"

/* What the members of a list are called. */
static const struct {
    const char *list;
    const char *member;
} members[] = {
    {"services", "service"},         {"attributes", "attribute"}, {"values", "value"},
    {"service_requests", "request"}, {"errors", "error"},         {"endpoints", "endpoint"},
    {"formats", "format"},
};

const char *open311_media_type(enum open311_format format)
{
    return format == OPEN311_JSON ? "application/json; charset=utf-8" : "text/xml; charset=utf-8";
}

/* --- which of the two ------------------------------------------------------------------------- */

/* How much of an Accept header's thousandths this media type has; -1 when it is not named. */
static int accepted(const char *accept, const char *type)
{
    const char *found = accept != NULL ? strstr(accept, type) : NULL;
    const char *quality;
    size_t length;

    if (found == NULL)
        return -1;
    length = strcspn(found, ",");
    quality = strstr(found, "q=");
    if (quality == NULL || (size_t)(quality - found) >= length)
        return 1000;
    return (int)(strtod(quality + 2, NULL) * 1000);
}

enum open311_format open311_format_take(char *name, const char *accept)
{
    char *end = strrchr(name, '.');
    int json = accepted(accept, "application/json");
    int xml = accepted(accept, "text/xml");
    int other = accepted(accept, "application/xml");

    if (end != NULL && end != name && strcmp(end, ".json") == 0) {
        *end = '\0';
        return OPEN311_JSON;
    }
    if (end != NULL && end != name && strcmp(end, ".xml") == 0) {
        *end = '\0';
        return OPEN311_XML;
    }
    return json > 0 && json > xml && json > other ? OPEN311_JSON : OPEN311_XML;
}

/* --- XML -------------------------------------------------------------------------------------- */

/* XML 1.0 has no way to say some characters: they become U+FFFD. The text is UTF-8. */
static char *sayable(const char *text)
{
    struct text_buffer said = {0};

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)text[0];

        if (byte < ' ' && byte != '\n' && byte != '\t') {
            text_buffer_add_text(&said, REPLACEMENT);
        } else if (byte == 0xEF && (unsigned char)text[1] == 0xBF &&
                   (unsigned char)text[2] >= 0xBE) {
            text_buffer_add_text(&said, REPLACEMENT);
            text += 2;
        } else {
            text_buffer_add(&said, text, 1);
        }
    }
    return text_buffer_take(&said);
}

static const char *member_name(const char *list)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (strcmp(members[i].list, list) == 0)
            return members[i].member;
    return "item";
}

/* The text of a value that is neither list nor object; NULL when out of memory. */
static char *scalar_text(const json_t *value)
{
    char number[32];

    if (json_is_string(value))
        return sayable(json_string_value(value));
    if (json_is_boolean(value))
        return strdup(json_is_true(value) ? "true" : "false");
    if (json_is_real(value))
        return json_real_text(value);
    if (!json_is_integer(value))
        return strdup("");
    snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
    return strdup(number);
}

static bool element_write(xmlTextWriterPtr writer, const char *name, const json_t *value);

static bool inside_write(xmlTextWriterPtr writer, const char *name, const json_t *value)
{
    const char *member;
    json_t *inner;
    size_t i;
    char *text;
    bool good = true;

    if (json_is_array(value)) {
        json_array_foreach(value, i, inner)
        {
            good = good && element_write(writer, member_name(name), inner);
        }
        return good;
    }
    if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, member, inner)
        {
            good = good && element_write(writer, member, inner);
        }
        return good;
    }
    text = scalar_text(value);
    good = text != NULL &&
           (text[0] == '\0' || xmlTextWriterWriteString(writer, (const xmlChar *)text) >= 0);
    free(text);
    return good;
}

static bool element_write(xmlTextWriterPtr writer, const char *name, const json_t *value)
{
    return xmlTextWriterStartElement(writer, (const xmlChar *)name) >= 0 &&
           inside_write(writer, name, value) && xmlTextWriterEndElement(writer) >= 0;
}

static char *xml_document(const json_t *value, const char *root)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    xmlTextWriterPtr writer = buffer != NULL ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    bool good = writer != NULL && xmlTextWriterStartDocument(writer, "1.0", "UTF-8", NULL) >= 0 &&
                element_write(writer, root, value) && xmlTextWriterEndDocument(writer) >= 0;
    char *text;

    if (writer != NULL)
        xmlFreeTextWriter(writer); /* flushes */
    text = good ? strdup((const char *)xmlBufferContent(buffer)) : NULL;
    if (buffer != NULL)
        xmlBufferFree(buffer);
    return text;
}

char *open311_document(const json_t *value, const char *root, enum open311_format format,
                       size_t *length)
{
    char *text = format == OPEN311_JSON ? json_write(value) : xml_document(value, root);

    *length = text != NULL ? strlen(text) : 0;
    return text;
}
