/*
 * A regular expression as a program of our own, for what PCRE2 cannot do as ECMA-262 says:
 * lookbehinds of any length (matched backwards), references (a repetition forgets what the one
 * before captured), repeats of any number. Sets and edges of one character are left to PCRE2.
 */
#ifndef GUICHET_FORMS_SCHEMA_REGEX_PROGRAM_H
#define GUICHET_FORMS_SCHEMA_REGEX_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forms/schema_memory.h"

struct error;
struct schema_pattern_memory;

enum schema_regex_action {
    SCHEMA_REGEX_CHARACTER, /* number: the character */
    SCHEMA_REGEX_SET,       /* number: the leaf; takes one character */
    SCHEMA_REGEX_EDGE,      /* number: the leaf; takes nothing */
    SCHEMA_REGEX_START,
    SCHEMA_REGEX_END,
    SCHEMA_REGEX_REFERENCE,  /* number: the capture */
    SCHEMA_REGEX_SAVE,       /* number: the slot that gets the place */
    SCHEMA_REGEX_SPLIT,      /* goes on; after failure, jumps */
    SCHEMA_REGEX_JUMP,       /* jumps */
    SCHEMA_REGEX_LOOP_START, /* number: the slot of the count; the one after it: where begun */
    SCHEMA_REGEX_LOOP,       /* number, least, most, option: lazy; jumps when it is over */
    SCHEMA_REGEX_ITERATE,    /* number; forgets the slots from least to before most */
    SCHEMA_REGEX_NEXT,       /* number, least; jumps back to the loop */
    SCHEMA_REGEX_LOOK,       /* number: slot of the depth, then of the place; option: negative */
    SCHEMA_REGEX_LOOK_END,   /* number, option: as its beginning */
    SCHEMA_REGEX_FOUND,
    SCHEMA_REGEX_ACTIONS
};

struct schema_regex_instruction {
    uint8_t action;
    bool backward;
    bool option;
    uint32_t block; /* instructions of the term that begins here */
    uint32_t number;
    int32_t jump; /* from here */
    size_t least;
    size_t most;
};

/* What PCRE2 does of it: one set or one edge. */
struct schema_regex_leaf {
    struct schema_regex_leaf *next;
    char *text; /* the key in the map */
    struct pcre2_real_code_8 *code;
    uint32_t number;
    uint64_t ascii[2]; /* the characters of ASCII in the set */
};

struct schema_regex_program {
    struct schema_regex_instruction *code;
    size_t count;
    size_t capacity;
    size_t slots;
    size_t leaf_count;
    struct schema_regex_leaf **leaves; /* by number */
    struct schema_regex_leaf *first;   /* all of them */
    struct schema_map map;
    struct pcre2_real_code_8 *same; /* two characters that are the same but for their case */
};

/*
 * Makes the program of `text` (valid UTF-8); freed with schema_regex_program_free(). Errors:
 * ERROR_INVALID with offset and reason, ERROR_MEMORY.
 */
int schema_regex_program_new(struct schema_regex_program **program, const char *text, size_t length,
                             struct error *error);
void schema_regex_program_free(struct schema_regex_program *program);

/* Working memory of the matcher; zero before first use. */
struct schema_regex_work {
    size_t *slots;
    size_t slot_capacity;
    struct schema_regex_back *backs;
    size_t back_capacity;
};

/*
 * 1 when the program is found in `text` (valid UTF-8), 0 when not, ERROR_TOO_LARGE when it took
 * over `steps` steps in all, or over `heap` bytes, ERROR_MEMORY. Every instruction, every way back
 * and every character compared is a step. Safe from any thread with its own memory.
 */
int schema_regex_program_match(const struct schema_regex_program *program,
                               struct schema_pattern_memory *memory, const char *text,
                               size_t length, size_t steps, size_t heap);

void schema_regex_work_end(struct schema_regex_work *work);

#endif
