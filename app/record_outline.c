#include "app/record_outline.h"

#include <string.h>

#include "app/case_weight.h"
#include "app/json_plain.h"
#include "app/text.h"

static void take_id(const struct record *record, const char *member, struct id *id)
{
    if (!id_parse(id, record_text(record, member)))
        *id = (struct id){0};
}

void record_outline_of(const struct record *record, struct record_outline *outline)
{
    *outline = (struct record_outline){.type = record->type,
                                       .id = record->id,
                                       .rev = record->rev,
                                       .seq = record->seq,
                                       .weight = case_weight(record)};
    /* That a file was opened is no part of it. */
    if (record->type == RECORD_ACCESS)
        return;
    take_id(record, "case", &outline->matter);
    /* A merged file stands below the one that it is merged into. */
    take_id(record, record->type == RECORD_CLIENT ? "merged_into" : "client", &outline->parent);
}

/* --- from its text ----------------------------------------------------------------------------
 */

static bool span_id(const struct json_span *value, struct id *id)
{
    struct json_span within = json_span_within(value);
    char text[ID_TEXT_LENGTH + 1];

    *id = (struct id){0};
    if (within.length != ID_TEXT_LENGTH)
        return false;
    memcpy(text, within.text, ID_TEXT_LENGTH);
    text[ID_TEXT_LENGTH] = '\0';
    return id_parse(id, text);
}

/* Not from a text with an escape: only what is opened says what that means. */
static bool is_escaped(const struct json_span *value)
{
    return value->text != NULL && *value->text == '"' && json_span_within(value).text == NULL;
}

static int contact_weight(const struct json_span *identity)
{
    struct json_span within = json_span_within(identity);
    char word[16] = "";

    if (within.length < sizeof(word) && within.text != NULL)
        memcpy(word, within.text, within.length);
    return case_weight_of_contact(word);
}

static bool read_body(struct json_plain *plain, struct record_outline *outline)
{
    struct json_plain_object object = {0};
    struct json_span name, matter = {0}, client = {0}, due_at = {0}, identity = {0};

    while (json_plain_member(plain, &object, &name)) {
        struct json_span value;

        if (!json_plain_value(plain, &value))
            return false;
        if (json_span_is(&name, "case"))
            matter = value;
        else if (json_span_is(&name, "client"))
            client = value;
        else if (json_span_is(&name, "due_at"))
            due_at = value;
        else if (json_span_is(&name, "identity"))
            identity = value;
    }
    if (!object.ended || is_escaped(&matter) || is_escaped(&client) || is_escaped(&due_at) ||
        is_escaped(&identity))
        return false;
    (void)span_id(&matter, &outline->matter);
    (void)span_id(&client, &outline->parent);
    outline->weight = outline->type == RECORD_NOTE
                          ? case_weight_of_note(json_span_within(&due_at).length > 0)
                          : contact_weight(&identity);
    return true;
}

static enum record_type read_type(const struct json_span *value)
{
    return json_span_is(value, "\"note\"")      ? RECORD_NOTE
           : json_span_is(value, "\"contact\"") ? RECORD_CONTACT
                                                : RECORD_NONE;
}

/* The members of the document. False as well when the body comes before the type. */
static bool read_member(struct json_plain *plain, const struct json_span *name,
                        struct record_outline *outline, bool *has_body)
{
    struct json_span value;

    if (json_span_is(name, "rev"))
        return json_plain_integer(plain, &outline->rev);
    if (json_span_is(name, "seq"))
        return json_plain_integer(plain, &outline->seq);
    if (json_span_is(name, "body")) {
        *has_body = outline->type != RECORD_NONE && read_body(plain, outline);
        return *has_body;
    }
    if (!json_plain_value(plain, &value))
        return false;
    if (json_span_is(name, "type"))
        return (outline->type = read_type(&value)) != RECORD_NONE;
    if (json_span_is(name, "id"))
        return span_id(&value, &outline->id);
    return !json_span_is(name, "meta") || *value.text == '{';
}

bool record_outline_read(const char *text, size_t length, struct record_outline *outline)
{
    struct json_plain plain = {text, text + length};
    struct json_plain_object object = {0};
    struct json_span name;
    bool has_body = false;

    *outline = (struct record_outline){.seq = -1};
    while (json_plain_member(&plain, &object, &name))
        if (!read_member(&plain, &name, outline, &has_body))
            return false;
    return object.ended && plain.at == plain.end && has_body && !id_is_empty(&outline->id) &&
           outline->rev >= 1 && outline->seq >= 0 && text_is_utf8(text, length);
}
