/*
 * JSON Schema draft 2020-12: a schema is compiled once, then validates any number of values.
 *
 *   struct schema *schema;
 *   schema_compile(&schema, definition, NULL, &error);      once, from any schema value
 *   schema_validate(schema, answers, NULL, NULL, &error);   0 valid, ERROR_INVALID not valid
 *
 * A compiled schema never changes: any number of threads may validate with it at once. Without a
 * result the first fault ends the work and nothing is allocated in the common case; with one,
 * every fault is listed in the shape that the specification calls "basic".
 *
 * Numbers. jansson holds an integer as int64 and any other number as a double, so a number such
 * as 18446744073709551615 or 0.1234567890123456789 loses digits when jansson reads it. Callers
 * who hold a plain `json_t` need do nothing: an integer is exact, and a real stands for the
 * shortest decimal that reads back as that double (0.1 is one tenth, so 0.3 is a multiple of it).
 * Callers who must not lose a digit read the text with schema_document_read(): the result is an
 * ordinary `json_t` tree, and beside it the document remembers the exact decimal of each number
 * that the tree could not hold. Wherever a value goes in, its document may go in with it; a NULL
 * document says that the tree is all there is.
 *
 * Locations are JSON Pointers (RFC 6901) for instances and for keyword locations, and URIs with a
 * JSON Pointer as fragment for absolute keyword locations.
 */
#ifndef GUICHET_FORMS_SCHEMA_H
#define GUICHET_FORMS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct error;
struct schema;
struct schema_document;
struct schema_registry;
struct schema_result;

/* ---- Limits: each one passed gives ERROR_TOO_LARGE with a message that names it. ---- */

/* A field that is 0 takes the default written beside it. */
struct schema_limits {
    size_t document_bytes; /* text given to schema_document_read(): 16 MiB */
    size_t depth;          /* nesting of values, of schemas, and of evaluation: 256 */
    size_t references;     /* references followed in one validation: 1,000,000 */
    size_t schemas;        /* schemas compiled into one program: 200,000 */
    size_t pattern_bytes;  /* length of one regular expression: 16 KiB */
    size_t
        pattern_steps; /* cost of one match, in match calls of PCRE2 or steps of ours: 1,000,000 */
    size_t errors;     /* faults kept in one result; further ones are counted: 10,000 */
};

/* ---- Documents: JSON text read without losing a digit. ---- */

/*
 * Reads one JSON text (RFC 8259, UTF-8, `length` bytes; a member name said twice is refused) into
 * `*document`, freed by the caller with schema_document_free(). `limits` may be NULL.
 * Errors: ERROR_INVALID with line and column, ERROR_TOO_LARGE (bytes, depth, or a number of more
 * than 4,096 digits), ERROR_MEMORY.
 */
int schema_document_read(struct schema_document **document, const char *text, size_t length,
                         const struct schema_limits *limits, struct error *error);

/* The tree; borrowed from the document. It must not be changed. */
json_t *schema_document_value(const struct schema_document *document);

/* Gives back one hold on the document (compiled schemas and registries keep their own). */
void schema_document_free(struct schema_document *document);

/* ---- Registry: the documents that references may reach. Nothing is ever fetched. ---- */

/* An empty registry, or NULL without memory. The 2020-12 metaschemas are always known. */
struct schema_registry *schema_registry_new(void);

/*
 * Adds a schema under the absolute `uri` by which others refer to it (a fragment is dropped). The
 * registry holds a reference to `value` and to `document` (NULL when `value` is a plain tree);
 * neither may be changed afterwards. The same URI twice is ERROR_CONFLICT.
 */
int schema_registry_add(struct schema_registry *registry, const char *uri, json_t *value,
                        struct schema_document *document, struct error *error);

/* Frees the registry; schemas compiled with it stay valid. NULL is allowed. */
void schema_registry_free(struct schema_registry *registry);

/* ---- Compiling. ---- */

enum schema_format {
    SCHEMA_FORMAT_ASSERT,   /* a wrong `format` is a fault: what a form wants */
    SCHEMA_FORMAT_ANNOTATE, /* `format` only informs: the draft's default */
};

/* Everything may be left zero. */
struct schema_options {
    const struct schema_registry *registry; /* may be NULL; only read, only while compiling */
    struct schema_document *document;       /* the document of the schema value, or NULL */
    const char *base; /* absolute URI of the schema when it has no $id; NULL for none */
    const char
        *start; /* where to start: a reference ("#/properties/city", "#anchor"); NULL: root */
    enum schema_format format;
    struct schema_limits limits;
};

/*
 * Compiles `value` (an object, true or false) into `*schema`, freed by the caller with
 * schema_free(). Cheap: only what the start can reach is compiled, so a rule condition or the
 * schema of one field (`start`) may be compiled when it is met. The schema holds references to
 * `value`, its document and the registry documents used; they must not be changed afterwards.
 * `options` may be NULL.
 *
 * Errors: ERROR_INVALID with the location and the keyword that is wrong, or a vocabulary that is
 * required and not known; ERROR_NOT_FOUND for a reference that leads nowhere; ERROR_TOO_LARGE;
 * ERROR_MEMORY.
 */
int schema_compile(struct schema **schema, const json_t *value,
                   const struct schema_options *options, struct error *error);

/* NULL is allowed. No validation may be running, and no result filled by it is valid after. */
void schema_free(struct schema *schema);

/* ---- Validating. ---- */

/*
 * Validates `value`, whose exact numbers are in `document` (may be NULL). Safe from any thread.
 * Returns 0 when valid; ERROR_INVALID when not, with the faults in `result` (when not NULL, it is
 * cleared first) and the first of them, in English, in `error`; ERROR_TOO_LARGE when a limit was
 * met before the answer was known; ERROR_MEMORY.
 */
int schema_validate(const struct schema *schema, const json_t *value,
                    const struct schema_document *document, struct schema_result *result,
                    struct error *error);

/*
 * As schema_validate() of the whole `value`, but keeps only the faults of the field at `pointer`
 * and of what is inside it ("/postal_code": also that it is required and missing): what a screen
 * asks after each key. Conditions elsewhere in the form that touch the field are respected.
 * Returns 0 when this field has no fault, whatever the others have.
 */
int schema_validate_at(const struct schema *schema, const json_t *value,
                       const struct schema_document *document, const char *pointer,
                       struct schema_result *result, struct error *error);

/* One fault. Strings and values are borrowed: valid until the result is cleared or freed, and
 * while the schema and the instance exist. */
struct schema_error {
    const char *instance_location;         /* "/children/0/name" */
    const char *keyword_location;          /* "/properties/children/items/$ref/required" */
    const char *absolute_keyword_location; /* "https://example.ca/child#/required" */
    const char *keyword;    /* "required"; for a `false` schema, the keyword that applied it */
    const json_t *expected; /* value of the keyword; NULL for a `false` schema */
    const json_t *found;    /* the instance value at instance_location */
    const char *property;   /* member that is missing, or that may not be there; else NULL */
    size_t property_length; /* in bytes */
    size_t count;           /* characters, items, members or matches found; else 0 */
    size_t other;           /* uniqueItems: the two equal items are `count` and `other` */
};

/* One annotation of a valid instance: title, default, readOnly, unknown keywords... */
struct schema_annotation {
    const char *instance_location;
    const char *keyword_location;
    const char *absolute_keyword_location;
    const char *keyword;
    const json_t *value;
};

/* An empty result, or NULL without memory. One result may be used again and again. */
struct schema_result *schema_result_new(void);

/* NULL is allowed. */
void schema_result_free(struct schema_result *result);

/* With `true`, further validations also list the annotations (costs; not for every key). */
void schema_result_want_annotations(struct schema_result *result, bool wanted);

/* With `true`, further validations also keep which subschemas have faults, for the lines about them
 * in schema_result_output() (costs; not for every key). */
void schema_result_want_parents(struct schema_result *result, bool wanted);

/* Number of faults kept, and each (index below the number) in the order met. */
size_t schema_result_count(const struct schema_result *result);
const struct schema_error *schema_result_error(const struct schema_result *result, size_t index);

/* Number of faults met, also those over the limit `errors`. */
size_t schema_result_total(const struct schema_result *result);

size_t schema_result_annotation_count(const struct schema_result *result);
const struct schema_annotation *schema_result_annotation(const struct schema_result *result,
                                                         size_t index);

/*
 * The result in the specification's "basic" shape ({"valid": false, "errors": [...]}, or
 * annotations when valid), with messages in `language`; where parents were wanted, each fault comes
 * after a line for every subschema around it. A new reference; NULL without memory.
 */
json_t *schema_result_output(const struct schema_result *result, const char *language);

/* ---- Messages for people. ---- */

/*
 * Writes one sentence that a clerk understands ("Obligatoire", "At most 30 characters") in
 * `language` (BCP 47; "fr..." is French, all else English) into `buffer`, cut at a character to
 * `size` bytes with its NUL. Control characters of quoted values are shown as '?'. Returns the
 * length of what was written.
 */
size_t schema_message(const struct schema_error *error, const char *language, char *buffer,
                      size_t size);

/*
 * Writes the JSON Pointer of the field to mark: the instance location, or for a fault about a
 * member (required, additionalProperties...) the location of that member. Returns its length, or
 * ERROR_TOO_LARGE when `size` bytes do not hold it.
 */
int schema_error_field(const struct schema_error *error, char *buffer, size_t size);

#endif
