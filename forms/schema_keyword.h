/*
 * The keywords of every draft, as one table: name, vocabulary, drafts, what they hold, and the
 * function that compiles them.
 */
#ifndef GUICHET_FORMS_SCHEMA_KEYWORD_H
#define GUICHET_FORMS_SCHEMA_KEYWORD_H

#include "forms/schema_program.h"

struct schema_compiler;
struct schema_keyword;

enum schema_vocabulary {
    SCHEMA_VOCABULARY_CORE = 1 << 0,
    SCHEMA_VOCABULARY_APPLICATOR = 1 << 1,
    SCHEMA_VOCABULARY_UNEVALUATED = 1 << 2,
    SCHEMA_VOCABULARY_VALIDATION = 1 << 3,
    SCHEMA_VOCABULARY_META_DATA = 1 << 4,
    SCHEMA_VOCABULARY_FORMAT_ANNOTATION = 1 << 5,
    SCHEMA_VOCABULARY_FORMAT_ASSERTION = 1 << 6,
    SCHEMA_VOCABULARY_CONTENT = 1 << 7,
};

#define SCHEMA_VOCABULARY_FORMAT                                                                   \
    (SCHEMA_VOCABULARY_FORMAT_ANNOTATION | SCHEMA_VOCABULARY_FORMAT_ASSERTION)

/* Every vocabulary of the draft but the assertion of formats. */
#define SCHEMA_VOCABULARY_DEFAULT (0xFF & ~SCHEMA_VOCABULARY_FORMAT_ASSERTION)

/* Which subschemas the value of a keyword holds. */
enum schema_holds {
    SCHEMA_HOLDS_NOTHING,
    SCHEMA_HOLDS_SCHEMA,
    SCHEMA_HOLDS_LIST,           /* an array of schemas */
    SCHEMA_HOLDS_MAP,            /* an object of schemas */
    SCHEMA_HOLDS_SCHEMA_OR_LIST, /* `items` before 2020-12 */
    SCHEMA_HOLDS_MAP_OR_NAMES,   /* `dependencies`: schemas or arrays of names */
};

typedef int schema_keyword_compiler(struct schema_compiler *compiler,
                                    const struct schema_keyword *keyword, const json_t *value);

struct schema_keyword {
    const char *name;
    unsigned vocabularies; /* any of these switches it on */
    enum schema_draft since;
    enum schema_draft until;
    enum schema_holds holds;
    schema_keyword_compiler *compile; /* NULL: nothing to do where it stands */
    schema_evaluator *evaluate;       /* for the compile functions shared by several keywords */
    size_t parameter;                 /* the same */
};

extern const struct schema_keyword schema_keywords[];
extern const size_t schema_keyword_count;

/* The keyword of that name when the dialect knows it, else NULL; `map` from schema_keyword_map. */
const struct schema_keyword *schema_keyword_find(const struct schema_map *map,
                                                 const struct schema_dialect *dialect,
                                                 const char *name, size_t length);

/* Fills an empty map with the table, for quick finding. 0 or ERROR_MEMORY. */
int schema_keyword_map(struct schema_map *map);

/* Sets the bit of a vocabulary by its URI; false when the URI is not known. */
bool schema_vocabulary_find(const char *uri, enum schema_draft *draft, unsigned *bit);

/* The draft whose metaschema has this URI (a trailing '#' is ignored); false when none. */
bool schema_draft_find(const char *uri, enum schema_draft *draft);

#endif
