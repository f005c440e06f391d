/*
 * Makes the program of a regular expression while it is read. Jumps are relative, so that a piece
 * can be moved: the terms of an alternative that is matched backwards are put the other way round,
 * and what comes before a piece (a loop, a split) is put in when the piece is known.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <stdlib.h>
#include <string.h>

#include <pcre2.h>

#include "app/error.h"
#include "forms/schema_regex.h"
#include "forms/schema_regex_program.h"

/* ---- Pieces ---- */

static bool no_memory(struct schema_regex *regex)
{
    regex->status = error_set(regex->error, ERROR_MEMORY, "no memory for a pattern");
    return false;
}

size_t schema_regex_build_count(const struct schema_regex *regex)
{
    return regex->program == NULL ? 0 : regex->program->count;
}

/* Opens a gap of `count` cleared instructions at `at`; NULL without memory. */
static struct schema_regex_instruction *insert(struct schema_regex *regex, size_t at, size_t count)
{
    struct schema_regex_program *program = regex->program;
    struct schema_regex_instruction *code = program->code;

    if (program->count + count > program->capacity) {
        size_t capacity = (program->capacity + count + 16) * 2;

        code = realloc(code, capacity * sizeof(*code));
        if (code == NULL) {
            no_memory(regex);
            return NULL;
        }
        program->code = code;
        program->capacity = capacity;
    }
    memmove(code + at + count, code + at, (program->count - at) * sizeof(*code));
    memset(code + at, 0, count * sizeof(*code));
    program->count += count;
    return code + at;
}

static struct schema_regex_instruction *append(struct schema_regex *regex, int action)
{
    struct schema_regex_instruction *made = insert(regex, regex->program->count, 1);

    if (made != NULL)
        made->action = (uint8_t)action;
    return made;
}

static void reverse(struct schema_regex_instruction *code, size_t from, size_t to)
{
    while (from + 1 < to) {
        struct schema_regex_instruction kept = code[from];

        code[from++] = code[--to];
        code[to] = kept;
    }
}

/* Puts the terms from `from` on the other way round, each as it is. */
static void turn(struct schema_regex_program *program, size_t from)
{
    struct schema_regex_instruction *code = program->code;
    size_t end = program->count;

    reverse(code, from, end);
    while (end > from) {
        size_t block = code[end - 1].block;

        reverse(code, end - block, end);
        end -= block;
    }
}

/* ---- Leaves ---- */

static pcre2_code *compile(struct schema_regex *regex, const char *text)
{
    int code;
    PCRE2_SIZE offset;
    pcre2_code *made = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_ANCHORED, &code, &offset, NULL);

    if (made == NULL)
        no_memory(regex);
    return made;
}

/* Asks PCRE2 beforehand about every character of ASCII. */
static bool learn_ascii(struct schema_regex *regex, struct schema_regex_leaf *leaf)
{
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);

    if (match == NULL)
        return no_memory(regex);
    for (unsigned int i = 0; i < 128; i++) {
        unsigned char character = (unsigned char)i;

        if (pcre2_match(leaf->code, &character, 1, 0, PCRE2_NO_UTF_CHECK, match, NULL) >= 0)
            leaf->ascii[i / 64] |= (uint64_t)1 << i % 64;
    }
    pcre2_match_data_free(match);
    return true;
}

/* Takes over `text`. */
static struct schema_regex_leaf *leaf_add(struct schema_regex *regex, char *text, bool edge)
{
    struct schema_regex_program *program = regex->program;
    struct schema_regex_leaf *leaf = calloc(1, sizeof(*leaf));

    if (leaf == NULL) {
        free(text);
        no_memory(regex);
        return NULL;
    }
    leaf->text = text;
    leaf->number = (uint32_t)program->leaf_count++;
    leaf->next = program->first;
    program->first = leaf;
    leaf->code = compile(regex, text);
    if (leaf->code == NULL || (!edge && !learn_ascii(regex, leaf)))
        return NULL;
    if (schema_map_put(&program->map, text, strlen(text), leaf) != 0) {
        no_memory(regex);
        return NULL;
    }
    return leaf;
}

static struct schema_regex_leaf *leaf_get(struct schema_regex *regex, const char *source,
                                          bool ignore_case, bool edge)
{
    size_t length = strlen(source);
    char *text = malloc(length + sizeof("(?i:)"));
    struct schema_regex_leaf *leaf;

    if (text == NULL) {
        no_memory(regex);
        return NULL;
    }
    strcpy(text, ignore_case ? "(?i:" : "");
    strcat(text, source);
    strcat(text, ignore_case ? ")" : "");
    leaf = schema_map_get(&regex->program->map, text, strlen(text));
    if (leaf == NULL)
        return leaf_add(regex, text, edge);
    free(text);
    return leaf;
}

bool schema_regex_build_leaf(struct schema_regex *regex, struct schema_regex_flags flags,
                             size_t output, bool edge)
{
    static const struct {
        const char *text;
        enum schema_regex_action action;
    } plain[] = {{"\\A", SCHEMA_REGEX_START}, {"\\z", SCHEMA_REGEX_END}};
    const char *text = regex->output + output;
    struct schema_regex_leaf *leaf;
    struct schema_regex_instruction *made;

    if (regex->program == NULL)
        return true;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]) && edge; i++) {
        if (strcmp(plain[i].text, text) == 0)
            return append(regex, plain[i].action) != NULL;
    }
    made = append(regex, edge ? SCHEMA_REGEX_EDGE : SCHEMA_REGEX_SET);
    if (made == NULL)
        return false;
    made->backward = flags.backward;
    if (regex->character >= 0 && !flags.ignore_case) {
        made->action = SCHEMA_REGEX_CHARACTER;
        made->number = (uint32_t)regex->character;
        return true;
    }
    leaf = leaf_get(regex, text, flags.ignore_case, edge);
    if (leaf == NULL)
        return false;
    made->number = leaf->number;
    return true;
}

/* ---- Groups ---- */

bool schema_regex_build_reference(struct schema_regex *regex, struct schema_regex_flags flags)
{
    struct schema_regex_program *program = regex->program;
    struct schema_regex_instruction *made;

    if (program == NULL)
        return true;
    made = append(regex, SCHEMA_REGEX_REFERENCE);
    if (made == NULL)
        return false;
    made->number = (uint32_t)regex->reference;
    made->backward = flags.backward;
    made->option = flags.ignore_case;
    if (flags.ignore_case && program->same == NULL)
        program->same = compile(regex, "(?i)([\\x{0}-\\x{10ffff}])\\1\\z");
    return !flags.ignore_case || program->same != NULL;
}

static uint32_t capture_slot(size_t capture)
{
    return (uint32_t)(2 * (capture - 1));
}

/* Two slots of the program, after those of the captures. */
static uint32_t two_slots(struct schema_regex *regex)
{
    struct schema_regex_program *program = regex->program;

    if (program->slots == 0)
        program->slots = 2 * regex->group_count;
    program->slots += 2;
    return (uint32_t)program->slots - 2;
}

bool schema_regex_build_save(struct schema_regex *regex, size_t capture, bool end)
{
    struct schema_regex_instruction *made;

    if (regex->program == NULL)
        return true;
    made = append(regex, SCHEMA_REGEX_SAVE);
    if (made != NULL)
        made->number = capture_slot(capture) + end;
    return made != NULL;
}

bool schema_regex_build_look(struct schema_regex *regex, bool negative)
{
    struct schema_regex_instruction *made;

    if (regex->program == NULL)
        return true;
    made = append(regex, SCHEMA_REGEX_LOOK);
    if (made == NULL)
        return false;
    made->option = negative;
    made->number = two_slots(regex);
    return true;
}

bool schema_regex_build_look_end(struct schema_regex *regex, size_t start)
{
    struct schema_regex_instruction *made;
    struct schema_regex_instruction *look;

    if (regex->program == NULL)
        return true;
    made = append(regex, SCHEMA_REGEX_LOOK_END);
    if (made == NULL)
        return false;
    look = &regex->program->code[start];
    made->option = look->option;
    made->number = look->number;
    look->jump = (int32_t)(made + 1 - look);
    return true;
}

bool schema_regex_build_repeat(struct schema_regex *regex, size_t start, size_t groups,
                               const struct schema_regex_repeat *repeat)
{
    struct schema_regex_instruction *made;
    size_t least = (size_t)repeat->least;
    uint32_t slot;
    int32_t length;

    if (regex->program == NULL)
        return true;
    length = (int32_t)(regex->program->count - start);
    slot = two_slots(regex);
    made = insert(regex, start, 3);
    if (made == NULL)
        return false;
    made[0].action = SCHEMA_REGEX_LOOP_START;
    made[0].number = slot;
    made[1] = (struct schema_regex_instruction){.action = SCHEMA_REGEX_LOOP,
                                                .option = repeat->lazy,
                                                .number = slot,
                                                .jump = length + 3,
                                                .least = least,
                                                .most = repeat->most < 0 ? SIZE_MAX
                                                                         : (size_t)repeat->most};
    made[2] = (struct schema_regex_instruction){.action = SCHEMA_REGEX_ITERATE,
                                                .number = slot,
                                                .least = 2 * groups,
                                                .most = 2 * regex->groups_opened};
    made = append(regex, SCHEMA_REGEX_NEXT);
    if (made == NULL)
        return false;
    made->number = slot;
    made->least = least;
    made->jump = -(length + 2);
    return true;
}

void schema_regex_build_term(struct schema_regex *regex, size_t start)
{
    size_t count = schema_regex_build_count(regex);

    if (count > start)
        regex->program->code[start].block = (uint32_t)(count - start);
}

/* ---- Alternatives ---- */

struct schema_regex_alternatives schema_regex_build_alternatives(const struct schema_regex *regex,
                                                                 struct schema_regex_flags flags)
{
    size_t start = schema_regex_build_count(regex);

    return (struct schema_regex_alternatives){start, start, 0, flags.backward};
}

bool schema_regex_build_another(struct schema_regex *regex,
                                struct schema_regex_alternatives *alternatives)
{
    struct schema_regex_program *program = regex->program;
    struct schema_regex_instruction *split;

    if (program == NULL)
        return true;
    if (alternatives->backward)
        turn(program, alternatives->start);
    if (append(regex, SCHEMA_REGEX_JUMP) == NULL)
        return false;
    split = insert(regex, alternatives->start, 1);
    if (split == NULL)
        return false;
    split->action = SCHEMA_REGEX_SPLIT;
    split->jump = (int32_t)(program->count - alternatives->start);
    alternatives->start = program->count;
    alternatives->count++;
    return true;
}

void schema_regex_build_alternatives_end(struct schema_regex *regex,
                                         const struct schema_regex_alternatives *alternatives)
{
    struct schema_regex_program *program = regex->program;
    size_t at = alternatives->first;

    if (program == NULL)
        return;
    if (alternatives->backward)
        turn(program, alternatives->start);
    for (size_t i = 0; i < alternatives->count; i++) {
        at += (size_t)program->code[at].jump;
        program->code[at - 1].jump = (int32_t)(program->count - (at - 1));
    }
}

/* ---- The whole ---- */

int schema_regex_build_end(struct schema_regex *regex)
{
    struct schema_regex_program *program = regex->program;

    if (append(regex, SCHEMA_REGEX_FOUND) == NULL)
        return regex->status;
    if (program->slots == 0)
        program->slots = 2 * regex->group_count;
    program->leaves = calloc(program->leaf_count + 1, sizeof(program->leaves[0]));
    if (program->leaves == NULL) {
        no_memory(regex);
        return regex->status;
    }
    for (struct schema_regex_leaf *leaf = program->first; leaf != NULL; leaf = leaf->next)
        program->leaves[leaf->number] = leaf;
    return 0;
}

void schema_regex_program_free(struct schema_regex_program *program)
{
    if (program == NULL)
        return;
    while (program->first != NULL) {
        struct schema_regex_leaf *leaf = program->first;

        program->first = leaf->next;
        pcre2_code_free(leaf->code);
        free(leaf->text);
        free(leaf);
    }
    pcre2_code_free(program->same);
    schema_map_free(&program->map);
    free(program->leaves);
    free(program->code);
    free(program);
}
