#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/schema_result.h"

/* Text being written into a buffer that may be too small: `used` goes on counting. */
struct writer {
    char *buffer;
    size_t size;
    size_t used;
};

static void write_character(struct writer *writer, char character)
{
    if (writer->used + 1 < writer->size)
        writer->buffer[writer->used] = character;
    writer->used++;
}

static void write_text(struct writer *writer, const char *text)
{
    for (; *text != '\0'; text++)
        write_character(writer, *text);
}

static void write_end(struct writer *writer)
{
    if (writer->size > 0)
        writer->buffer[writer->used < writer->size ? writer->used : writer->size - 1] = '\0';
}

/* A step of a JSON Pointer; in the fragment of a URI what may not stand there is encoded. */
static void write_token(struct writer *writer, const char *token, size_t length, bool fragment)
{
    static const char plain[] = "-._~!$&'()*+,;=:@/?";
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)token[i];
        bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z' && byte < 0x80;

        if (byte == '~') {
            write_text(writer, "~0");
        } else if (byte == '/') {
            write_text(writer, "~1");
        } else if (!fragment || letter || (byte >= '0' && byte <= '9') ||
                   (byte != 0 && strchr(plain, byte) != NULL)) {
            write_character(writer, (char)byte);
        } else {
            write_character(writer, '%');
            write_character(writer, digits[byte >> 4]);
            write_character(writer, digits[byte & 15]);
        }
    }
}

static void write_index(struct writer *writer, size_t index)
{
    char text[24];

    snprintf(text, sizeof(text), "/%zu", index);
    write_text(writer, text);
}

/* ---- Locations ---- */

/* The names from the root of the resource to the location. */
static void write_location(struct writer *writer, const struct schema_location *location)
{
    if (location->parent == NULL || location->resource != location->parent->resource)
        return;
    write_location(writer, location->parent);
    if (location->keyword == NULL) {
        /* Found by a reference only: the token is a piece of a pointer, escaped already. */
        for (size_t i = 0; i < location->token_length; i++) {
            if (location->token[i] == '/')
                write_character(writer, '/');
            else
                write_token(writer, location->token + i, location->token[i] == '~' ? 0 : 1, true);
            if (location->token[i] == '~')
                write_character(writer, '~');
        }
        return;
    }
    write_character(writer, '/');
    write_token(writer, location->keyword, strlen(location->keyword), true);
    if (location->step == SCHEMA_STEP_INDEX) {
        write_index(writer, location->index);
    } else if (location->step == SCHEMA_STEP_NAME) {
        write_character(writer, '/');
        write_token(writer, location->token, location->token_length, true);
    }
}

size_t schema_location_write(const struct schema_location *location, const char *keyword,
                             char *buffer, size_t size)
{
    struct writer writer = {buffer, size, 0};

    write_text(&writer, location->resource->uri);
    write_character(&writer, '#');
    write_location(&writer, location);
    if (keyword != NULL) {
        write_character(&writer, '/');
        write_token(&writer, keyword, strlen(keyword), true);
    }
    write_end(&writer);
    return writer.used;
}

static void write_instance(struct writer *writer, const struct schema_context *at)
{
    if (at == NULL)
        return;
    write_instance(writer, at->parent);
    if (at->step == SCHEMA_STEP_INDEX) {
        write_index(writer, at->index);
    } else if (at->step == SCHEMA_STEP_NAME) {
        write_character(writer, '/');
        write_token(writer, at->name, at->name_length, false);
    }
}

static void write_keywords(struct writer *writer, const struct schema_context *at)
{
    if (at->keyword == NULL)
        return;
    write_keywords(writer, at->parent);
    write_character(writer, '/');
    write_token(writer, at->keyword, strlen(at->keyword), false);
    if (at->schema_step == SCHEMA_STEP_INDEX) {
        write_index(writer, at->token_index);
    } else if (at->schema_step == SCHEMA_STEP_NAME) {
        write_character(writer, '/');
        write_token(writer, at->token, at->token_length, false);
    }
}

static size_t place_write(const struct schema_context *at, const char *keyword,
                          enum schema_place place, char *buffer, size_t size)
{
    struct writer writer = {buffer, size, 0};

    if (place == SCHEMA_PLACE_ABSOLUTE)
        return schema_location_write(at->node->location, keyword, buffer, size);
    if (place == SCHEMA_PLACE_INSTANCE) {
        write_instance(&writer, at);
    } else {
        write_keywords(&writer, at);
        if (keyword != NULL) {
            write_character(&writer, '/');
            write_token(&writer, keyword, strlen(keyword), false);
        }
    }
    write_end(&writer);
    return writer.used;
}

static bool places_keep(struct schema_result *result, const struct schema_context *at,
                        const char *keyword, const char *places[SCHEMA_PLACE_COUNT])
{
    for (unsigned place = 0; place < SCHEMA_PLACE_COUNT; place++) {
        size_t length = place_write(at, keyword, place, NULL, 0);
        char *text = schema_arena_take(&result->arena, length + 1);

        if (text == NULL)
            return false;
        place_write(at, keyword, place, text, length + 1);
        places[place] = text;
    }
    return true;
}

/* ---- The result ---- */

struct schema_result *schema_result_new(void)
{
    return calloc(1, sizeof(struct schema_result));
}

void schema_result_clear(struct schema_result *result)
{
    schema_result_back_annotations(result, (struct schema_result_mark){0});
    result->count = 0;
    result->total = 0;
    result->parent_count = 0;
    if (result->arena.blocks != NULL)
        schema_arena_free(&result->arena);
}

void schema_result_free(struct schema_result *result)
{
    if (result == NULL)
        return;
    schema_result_clear(result);
    free(result->errors);
    free(result->annotations);
    free(result->parents);
    free(result);
}

void schema_result_want_annotations(struct schema_result *result, bool wanted)
{
    result->annotating = wanted;
}

void schema_result_want_parents(struct schema_result *result, bool wanted)
{
    result->outlining = wanted;
}

bool schema_result_annotating(const struct schema_result *result)
{
    return result->annotating;
}

size_t schema_result_count(const struct schema_result *result)
{
    return result->count;
}

size_t schema_result_total(const struct schema_result *result)
{
    return result->total;
}

const struct schema_error *schema_result_error(const struct schema_result *result, size_t index)
{
    return &result->errors[index];
}

size_t schema_result_annotation_count(const struct schema_result *result)
{
    return result->annotation_count;
}

const struct schema_annotation *schema_result_annotation(const struct schema_result *result,
                                                         size_t index)
{
    return &result->annotations[index];
}

struct schema_result_mark schema_result_mark(const struct schema_result *result)
{
    return (struct schema_result_mark){result->count, result->total, result->annotation_count};
}

void schema_result_back_errors(struct schema_result *result, struct schema_result_mark mark)
{
    result->count = mark.errors;
    result->total = mark.total;
    while (result->parent_count > 0 &&
           result->parents[result->parent_count - 1].before >= mark.errors)
        result->parent_count--;
}

void schema_result_back_annotations(struct schema_result *result, struct schema_result_mark mark)
{
    while (result->annotation_count > mark.annotations)
        json_decref(schema_json(result->annotations[--result->annotation_count].value));
}

/* Makes room for one more element of `size` bytes. */
static bool reserve(void **elements, size_t count, size_t *capacity, size_t size)
{
    size_t more = *capacity == 0 ? 16 : *capacity * 2;
    void *grown;

    if (count < *capacity)
        return true;
    grown = realloc(*elements, more * size);
    if (grown == NULL)
        return false;
    *elements = grown;
    *capacity = more;
    return true;
}

/* Whether the fault is about the field at `only`, or something inside it. */
static bool is_wanted(const char *only, const struct schema_context *at,
                      const struct schema_fault *fault, bool *memory)
{
    size_t length = strlen(only);
    char small[512];
    char *text = small;
    size_t size =
        place_write(at, NULL, SCHEMA_PLACE_INSTANCE, NULL, 0) + 2 * fault->property_length + 2;
    struct writer writer;
    bool wanted;

    if (size > sizeof(small))
        text = malloc(size);
    *memory = text != NULL;
    if (text == NULL)
        return false;
    writer = (struct writer){text, size, 0};
    write_instance(&writer, at);
    /* The member of a `false` schema is where the fault is already. */
    if (fault->property != NULL && at->node->kind == SCHEMA_NODE_OBJECT) {
        write_character(&writer, '/');
        write_token(&writer, fault->property, fault->property_length, false);
    }
    write_end(&writer);
    wanted = strncmp(text, only, length) == 0 && (text[length] == '\0' || text[length] == '/');
    if (text != small)
        free(text);
    return wanted;
}

/* A subschema that a fault stands in, once: the outer ones first. */
static bool parents_keep(struct schema_result *result, const struct schema_context *at)
{
    const char *places[SCHEMA_PLACE_COUNT];
    struct schema_parent *parent;
    void *parents;

    if (at == NULL)
        return true;
    if (!parents_keep(result, at->parent) || !places_keep(result, at, NULL, places))
        return false;
    for (size_t i = 0; i < result->parent_count; i++) {
        parent = &result->parents[i];
        if (strcmp(parent->places[SCHEMA_PLACE_KEYWORD], places[SCHEMA_PLACE_KEYWORD]) == 0 &&
            strcmp(parent->places[SCHEMA_PLACE_INSTANCE], places[SCHEMA_PLACE_INSTANCE]) == 0)
            return true;
    }
    parents = result->parents;
    if (!reserve(&parents, result->parent_count, &result->parent_capacity,
                 sizeof(*result->parents)))
        return false;
    result->parents = parents;
    parent = &result->parents[result->parent_count++];
    memcpy(parent->places, places, sizeof(parent->places));
    parent->before = result->count;
    return true;
}

int schema_result_add(struct schema_run *run, const struct schema_context *at,
                      const struct schema_fault *fault)
{
    struct schema_result *result = run->result;
    bool leaf = at->node->kind != SCHEMA_NODE_OBJECT;
    const char *places[SCHEMA_PLACE_COUNT];
    struct schema_error *error;
    bool memory = true;
    void *errors = result->errors;

    if (run->only != NULL && !is_wanted(run->only, at, fault, &memory))
        return memory ? 0 : ERROR_MEMORY;
    result->total++;
    if (result->count >= run->schema->limits.errors)
        return 0;
    if (result->outlining && !parents_keep(result, leaf ? at->parent : at))
        return ERROR_MEMORY;
    if (!places_keep(result, at, leaf ? NULL : fault->keyword, places) ||
        !reserve(&errors, result->count, &result->capacity, sizeof(*result->errors)))
        return ERROR_MEMORY;
    result->errors = errors;
    error = &result->errors[result->count++];
    *error = (struct schema_error){.instance_location = places[SCHEMA_PLACE_INSTANCE],
                                   .keyword_location = places[SCHEMA_PLACE_KEYWORD],
                                   .absolute_keyword_location = places[SCHEMA_PLACE_ABSOLUTE],
                                   .keyword = fault->keyword,
                                   .expected = fault->expected,
                                   .found = at->value,
                                   .property = fault->property,
                                   .property_length = fault->property_length,
                                   .count = fault->count,
                                   .other = fault->other};
    return 0;
}

int schema_result_annotate(struct schema_run *run, const struct schema_context *at,
                           const char *keyword, json_t *value)
{
    struct schema_result *result = run->result;
    const char *places[SCHEMA_PLACE_COUNT];
    void *annotations = result->annotations;

    if (value == NULL || !places_keep(result, at, keyword, places) ||
        !reserve(&annotations, result->annotation_count, &result->annotation_capacity,
                 sizeof(*result->annotations))) {
        json_decref(value);
        return ERROR_MEMORY;
    }
    result->annotations = annotations;
    result->annotations[result->annotation_count++] =
        (struct schema_annotation){.instance_location = places[SCHEMA_PLACE_INSTANCE],
                                   .keyword_location = places[SCHEMA_PLACE_KEYWORD],
                                   .absolute_keyword_location = places[SCHEMA_PLACE_ABSOLUTE],
                                   .keyword = keyword,
                                   .value = value};
    return 0;
}

int schema_error_field(const struct schema_error *error, char *buffer, size_t size)
{
    struct writer writer = {buffer, size, 0};

    write_text(&writer, error->instance_location);
    /* A fault of a `false` schema stands at the member itself: it has no keyword value. */
    if (error->property != NULL && error->expected != NULL) {
        write_character(&writer, '/');
        write_token(&writer, error->property, error->property_length, false);
    }
    write_end(&writer);
    return writer.used < size ? (int)writer.used : ERROR_TOO_LARGE;
}
