/* The metaschemas of draft 2020-12 (json-schema.org), for schemas that refer to them. */
#include <string.h>

#include "forms/schema_compiler.h"

#define BASE "https://json-schema.org/draft/2020-12/"
#define HEAD(name)                                                                                 \
    "{\"$schema\":\"" BASE "schema\",\"$id\":\"" BASE name "\",\"$dynamicAnchor\":\"meta\","
#define META       "{\"$dynamicRef\":\"#meta\"}"
#define META_MAP   "{\"type\":\"object\",\"additionalProperties\":" META ",\"default\":{}}"
#define COUNT      "{\"$ref\":\"#/$defs/nonNegativeInteger\"}"
#define COUNT_ZERO "{\"$ref\":\"#/$defs/nonNegativeIntegerDefault0\"}"
#define NAMES      "{\"$ref\":\"#/$defs/stringArray\"}"
#define LIST       "{\"$ref\":\"#/$defs/schemaArray\"}"
#define FLAG       "{\"type\":\"boolean\",\"default\":false}"
#define STRING     "{\"type\":\"string\"}"
#define NUMBER     "{\"type\":\"number\"}"

static const char schema_text[] =
    HEAD("schema") "\"$vocabulary\":{\"" BASE "vocab/core\":true,\"" BASE "vocab/applicator\":true,"
                   "\"" BASE "vocab/unevaluated\":true,\"" BASE "vocab/validation\":true,"
                   "\"" BASE "vocab/meta-data\":true,\"" BASE "vocab/format-annotation\":true,"
                   "\"" BASE "vocab/content\":true},"
                   "\"title\":\"Core and Validation specifications meta-schema\","
                   "\"allOf\":[{\"$ref\":\"meta/core\"},{\"$ref\":\"meta/applicator\"},"
                   "{\"$ref\":\"meta/unevaluated\"},{\"$ref\":\"meta/"
                   "validation\"},{\"$ref\":\"meta/meta-data\"},"
                   "{\"$ref\":\"meta/format-annotation\"},{\"$ref\":\"meta/content\"}],"
                   "\"type\":[\"object\",\"boolean\"],"
                   "\"$comment\":\"Keywords of earlier drafts are described so that they keep "
                   "their meaning.\","
                   "\"properties\":{"
                   "\"definitions\":{\"$comment\":\"replaced by $defs\",\"type\":\"object\","
                   "\"additionalProperties\":" META ",\"deprecated\":true,\"default\":{}},"
                   "\"dependencies\":{\"$comment\":\"replaced by dependentSchemas and "
                   "dependentRequired\","
                   "\"type\":\"object\",\"additionalProperties\":{\"anyOf\":[" META ","
                   "{\"$ref\":\"meta/validation#/$defs/"
                   "stringArray\"}]},\"deprecated\":true,\"default\":{}},"
                   "\"$recursiveAnchor\":{\"$comment\":\"replaced by $dynamicAnchor\","
                   "\"$ref\":\"meta/core#/$defs/anchorString\",\"deprecated\":true},"
                   "\"$recursiveRef\":{\"$comment\":\"replaced by $dynamicRef\","
                   "\"$ref\":\"meta/core#/$defs/uriReferenceString\",\"deprecated\":true}}}";

static const char core_text[] =
    HEAD("meta/core") "\"title\":\"Core vocabulary "
                      "meta-schema\",\"type\":[\"object\",\"boolean\"],\"properties\":{"
                      "\"$id\":{\"$ref\":\"#/$defs/uriReferenceString\",\"$comment\":\"Non-empty "
                      "fragments not "
                      "allowed.\",\"pattern\":\"^[^#]*#?$\"},"
                      "\"$schema\":{\"$ref\":\"#/$defs/uriString\"},"
                      "\"$ref\":{\"$ref\":\"#/$defs/uriReferenceString\"},"
                      "\"$anchor\":{\"$ref\":\"#/$defs/anchorString\"},"
                      "\"$dynamicRef\":{\"$ref\":\"#/$defs/uriReferenceString\"},"
                      "\"$dynamicAnchor\":{\"$ref\":\"#/$defs/anchorString\"},"
                      "\"$vocabulary\":{\"type\":\"object\",\"propertyNames\":{\"$ref\":\"#/$defs/"
                      "uriString\"},"
                      "\"additionalProperties\":{\"type\":\"boolean\"}},"
                      "\"$comment\":" STRING ","
                      "\"$defs\":{\"type\":\"object\",\"additionalProperties\":" META "}},"
                      "\"$defs\":{\"anchorString\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-"
                      "A-Za-z0-9._]*$\"},"
                      "\"uriString\":{\"type\":\"string\",\"format\":\"uri\"},"
                      "\"uriReferenceString\":{\"type\":\"string\",\"format\":\"uri-reference\"}}}";

static const char applicator_text[] = HEAD(
    "meta/applicator") "\"title\":\"Applicator vocabulary "
                       "meta-schema\",\"type\":[\"object\",\"boolean\"],"
                       "\"properties\":{\"prefixItems\":" LIST ",\"items\":" META
                       ",\"contains\":" META ","
                       "\"additionalProperties\":" META ",\"properties\":" META_MAP ","
                       "\"patternProperties\":{\"type\":\"object\",\"additionalProperties\":" META
                       ","
                       "\"propertyNames\":{\"format\":\"regex\"},\"default\":{}},"
                       "\"dependentSchemas\":" META_MAP ",\"propertyNames\":" META ",\"if\":" META
                       ","
                       "\"then\":" META ",\"else\":" META ",\"allOf\":" LIST ",\"anyOf\":" LIST ","
                       "\"oneOf\":" LIST ",\"not\":" META "},"
                       "\"$defs\":{\"schemaArray\":{\"type\":\"array\",\"minItems\":1,"
                       "\"items\":" META "}}}";

static const char unevaluated_text[] =
    HEAD("meta/unevaluated") "\"title\":\"Unevaluated applicator vocabulary "
                             "meta-schema\",\"type\":[\"object\",\"boolean\"],"
                             "\"properties\":{\"unevaluatedItems\":" META
                             ",\"unevaluatedProperties\":" META "}}";

static const char validation_text[] = HEAD(
    "meta/validation") "\"title\":\"Validation vocabulary "
                       "meta-schema\",\"type\":[\"object\",\"boolean\"],"
                       "\"properties\":{\"type\":{\"anyOf\":[{\"$ref\":\"#/$defs/"
                       "simpleTypes\"},{\"type\":\"array\","
                       "\"items\":{\"$ref\":\"#/$defs/"
                       "simpleTypes\"},\"minItems\":1,\"uniqueItems\":true}]},"
                       "\"const\":true,\"enum\":{\"type\":\"array\",\"items\":true},"
                       "\"multipleOf\":{\"type\":\"number\",\"exclusiveMinimum\":0},"
                       "\"maximum\":" NUMBER ",\"exclusiveMaximum\":" NUMBER ",\"minimum\":" NUMBER
                       ","
                       "\"exclusiveMinimum\":" NUMBER ",\"maxLength\":" COUNT
                       ",\"minLength\":" COUNT_ZERO ","
                       "\"pattern\":{\"type\":\"string\",\"format\":\"regex\"},\"maxItems\":" COUNT
                       ","
                       "\"minItems\":" COUNT_ZERO ",\"uniqueItems\":" FLAG ",\"maxContains\":" COUNT
                       ","
                       "\"minContains\":{\"$ref\":\"#/$defs/nonNegativeInteger\",\"default\":1},"
                       "\"maxProperties\":" COUNT ",\"minProperties\":" COUNT_ZERO
                       ",\"required\":" NAMES ","
                       "\"dependentRequired\":{\"type\":\"object\",\"additionalProperties\":" NAMES
                       "}},"
                       "\"$defs\":{\"nonNegativeInteger\":{\"type\":\"integer\",\"minimum\":0},"
                       "\"nonNegativeIntegerDefault0\":{\"$ref\":\"#/$defs/"
                       "nonNegativeInteger\",\"default\":0},"
                       "\"simpleTypes\":{\"enum\":[\"array\",\"boolean\",\"integer\",\"null\","
                       "\"number\",\"object\","
                       "\"string\"]},\"stringArray\":{\"type\":\"array\",\"items\":" STRING
                       ",\"uniqueItems\":true,"
                       "\"default\":[]}}}";

static const char meta_data_text[] =
    HEAD("meta/meta-data") "\"title\":\"Meta-data vocabulary "
                           "meta-schema\",\"type\":[\"object\",\"boolean\"],"
                           "\"properties\":{\"title\":" STRING ",\"description\":" STRING
                           ",\"default\":true,"
                           "\"deprecated\":" FLAG ",\"readOnly\":" FLAG ",\"writeOnly\":" FLAG ","
                           "\"examples\":{\"type\":\"array\",\"items\":true}}}";

static const char format_annotation_text[] = HEAD(
    "meta/format-annotation") "\"title\":\"Format vocabulary meta-schema for annotation results\","
                              "\"type\":[\"object\",\"boolean\"],\"properties\":{\"format\":" STRING
                              "}}";

static const char format_assertion_text[] = HEAD(
    "meta/format-assertion") "\"title\":\"Format vocabulary meta-schema for assertion results\","
                             "\"type\":[\"object\",\"boolean\"],\"properties\":{\"format\":" STRING
                             "}}";

static const char content_text[] =
    HEAD("meta/content") "\"title\":\"Content vocabulary "
                         "meta-schema\",\"type\":[\"object\",\"boolean\"],"
                         "\"properties\":{\"contentEncoding\":" STRING
                         ",\"contentMediaType\":" STRING ","
                         "\"contentSchema\":" META "}}";

static const struct {
    const char *name;
    const char *text;
} metaschemas[] = {
    {"schema", schema_text},
    {"meta/core", core_text},
    {"meta/applicator", applicator_text},
    {"meta/unevaluated", unevaluated_text},
    {"meta/validation", validation_text},
    {"meta/meta-data", meta_data_text},
    {"meta/format-annotation", format_annotation_text},
    {"meta/format-assertion", format_assertion_text},
    {"meta/content", content_text},
};

const char *schema_metaschema_text(const char *uri, size_t length)
{
    static const char base[] = BASE;
    size_t prefix = sizeof(base) - 1;

    if (length <= prefix || memcmp(uri, base, prefix) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof(metaschemas) / sizeof(metaschemas[0]); i++) {
        const char *name = metaschemas[i].name;

        if (strlen(name) == length - prefix && memcmp(name, uri + prefix, length - prefix) == 0)
            return metaschemas[i].text;
    }
    return NULL;
}
