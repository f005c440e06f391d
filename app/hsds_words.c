#include "app/hsds_words.h"

#include <stdio.h>
#include <string.h>

#include "app/id.h"
#include "app/json.h"

static const struct {
    const char *code;
    const char *description;
} terms[] = {
    {HSDS_TERM_LEVEL, "Contact level of the service: 1 (low), 2 (medium) or 3 (high)"},
    {HSDS_TERM_IDENTITY, "What is checked of who asks: none, basic or verified"},
    {HSDS_TERM_AUDIENCE, "Whom the service is for: individual, business, organisation, government"},
    {HSDS_TERM_CHANNEL, "A channel in which the service is offered, or for which a cost holds"},
    {HSDS_TERM_CLOSED, "A channel in which the service is not offered"},
    {HSDS_TERM_KEYWORD, "A word that citizens use for the service, with its language in front"},
    {HSDS_TERM_NAME, "The name in another language, with that language in front"},
    {HSDS_TERM_TEXT, "The description in another language, with that language in front"},
    {HSDS_TERM_MOVED_TO, "The id of the service that took the place of this one"},
    {HSDS_TERM_MEMBER, "A member of the record, as JSON, where HSDS cannot say all of it"},
};

static struct id word_id(const char *kind, const char *name)
{
    char key[512];
    snprintf(key, sizeof key, "%s:%s", kind, name);
    return id_from_key("hsds", key);
}

static bool taxonomy_add(struct hsds *hsds, const struct id *taxonomy)
{
    if (hsds_find(hsds, HSDS_TAXONOMY, taxonomy->text))
        return true;
    return hsds_row_add(hsds, hsds_shapes[HSDS_TAXONOMY].file,
                        json_pack("{s:s, s:s, s:s}", "id", taxonomy->text, "name", "Guichet",
                                  "description",
                                  "What Guichet says of services and HSDS has no field for"));
}

static bool term_add(struct hsds *hsds, const char *term, const struct id *id)
{
    struct id taxonomy = word_id("taxonomy", "guichet");
    const char *description = term;
    if (hsds_find(hsds, HSDS_TAXONOMY_TERM, id->text))
        return true;
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++)
        if (strcmp(terms[i].code, term) == 0)
            description = terms[i].description;
    return taxonomy_add(hsds, &taxonomy) &&
           hsds_row_add(hsds, hsds_shapes[HSDS_TAXONOMY_TERM].file,
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", id->text, "code", term,
                                  "name", term, "description", description, "taxonomy", "Guichet",
                                  "@taxonomy_id", taxonomy.text));
}

bool hsds_attribute_add(struct hsds *hsds, enum hsds_table parent, const char *id, const char *term,
                        const char *value, size_t number)
{
    struct id term_id = word_id("term", term);
    char name[400];
    snprintf(name, sizeof name, "%s/%s/%s/%zu", hsds_shapes[parent].name, id, term, number);
    struct id attribute = word_id("attribute", name);
    return term_add(hsds, term, &term_id) &&
           hsds_row_add(hsds, hsds_shapes[HSDS_ATTRIBUTE].file,
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", attribute.text,
                                  "@link_id", id, "@taxonomy_term_id", term_id.text, "link_type",
                                  "guichet", "link_entity", hsds_shapes[parent].name, "value",
                                  value));
}

const char *hsds_attribute_next(struct hsds *hsds, const char *id, const char *term,
                                size_t *position)
{
    const json_t *rows = hsds_children(hsds, HSDS_ATTRIBUTE, "link_id", id);
    while (*position < json_array_size(rows)) {
        const json_t *row = json_array_get(rows, (*position)++);
        const json_t *found =
            hsds_find(hsds, HSDS_TAXONOMY_TERM, hsds_link(row, "taxonomy_term_id"));
        const char *value = json_text_or(row, "value", "");
        if (value[0] != '\0' && (strcmp(json_text_or(found, "code", ""), term) == 0 ||
                                 strcmp(json_text_or(found, "name", ""), term) == 0))
            return value;
    }
    return NULL;
}
