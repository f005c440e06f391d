/*
 * Matches a program of schema_regex_build.c as ECMA-262 says. The ways back are a stack: a place to
 * go on from, or the old content of a slot to put back on the way there.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <stdlib.h>
#include <string.h>

#include <pcre2.h>
#include <unistr.h>

#include "app/error.h"
#include "forms/schema_pattern.h"
#include "forms/schema_regex_program.h"

#define UNSET SIZE_MAX

/* In place of a slot: a place to go on from. */
#define PLACE UINT32_MAX

struct schema_regex_back {
    uint32_t slot;        /* or PLACE */
    uint32_t instruction; /* of a place */
    size_t value;         /* the old content of the slot; where in the text */
};

struct machine {
    const struct schema_regex_program *program;
    struct schema_pattern_memory *memory;
    const char *text;
    size_t length;
    size_t at;          /* in the text */
    size_t instruction; /* the next */
    size_t backs;
    size_t steps; /* left */
    size_t back_limit;
    int status;
};

typedef bool machine_action(struct machine *machine, const struct schema_regex_instruction *now);

/* ---- Ways back ---- */

static bool stop(struct machine *machine, int status)
{
    machine->status = status;
    return false;
}

static bool spend(struct machine *machine, size_t steps)
{
    if (steps > machine->steps)
        return stop(machine, ERROR_TOO_LARGE);
    machine->steps -= steps;
    return true;
}

static bool back_push(struct machine *machine, uint32_t slot, size_t instruction, size_t value)
{
    struct schema_regex_work *work = &machine->memory->work;

    if (machine->backs == work->back_capacity) {
        size_t capacity = work->back_capacity * 2 + 64;
        struct schema_regex_back *grown;

        if (machine->backs >= machine->back_limit)
            return stop(machine, ERROR_TOO_LARGE);
        grown = realloc(work->backs, capacity * sizeof(*grown));
        if (grown == NULL)
            return stop(machine, ERROR_MEMORY);
        work->backs = grown;
        work->back_capacity = capacity;
    }
    work->backs[machine->backs++] = (struct schema_regex_back){slot, (uint32_t)instruction, value};
    return true;
}

static bool place_push(struct machine *machine, const struct schema_regex_instruction *to)
{
    return back_push(machine, PLACE, (size_t)(to - machine->program->code), machine->at);
}

/* Puts a value into a slot until the way back is taken. */
static bool slot_set(struct machine *machine, size_t slot, size_t value)
{
    size_t *slots = machine->memory->work.slots;

    if (slots[slot] == value)
        return true;
    if (!back_push(machine, (uint32_t)slot, 0, slots[slot]))
        return false;
    slots[slot] = value;
    return true;
}

/* Puts slots back until there are `depth` ways back. */
static void undo(struct machine *machine, size_t depth)
{
    struct schema_regex_work *work = &machine->memory->work;

    while (machine->backs > depth) {
        const struct schema_regex_back *back = &work->backs[--machine->backs];

        if (back->slot != PLACE)
            work->slots[back->slot] = back->value;
    }
}

/* Goes back to the last place; false when there is none, or when that cost too much. */
static bool go_back(struct machine *machine)
{
    struct schema_regex_work *work = &machine->memory->work;

    while (machine->backs > 0) {
        const struct schema_regex_back *back = &work->backs[--machine->backs];

        if (!spend(machine, 1))
            return false;
        if (back->slot == PLACE) {
            machine->instruction = back->instruction;
            machine->at = back->value;
            return true;
        }
        work->slots[back->slot] = back->value;
    }
    return false;
}

/* ---- The text ---- */

/* The place before or after the character at `at`; UNSET at the end of the text. */
static size_t place_next(const struct machine *machine, size_t at, bool backward)
{
    if (at == (backward ? 0 : machine->length))
        return UNSET;
    if (!backward)
        return at + (size_t)u8_mblen((const uint8_t *)machine->text + at, machine->length - at);
    do
        at--;
    while (at > 0 && ((unsigned char)machine->text[at] & 0xC0) == 0x80);
    return at;
}

/* What PCRE2 says: 1 or 0; negative when the work had to stop. */
static int ask(struct machine *machine, const pcre2_code *code, const char *text, size_t length,
               size_t at)
{
    int found = pcre2_match(code, (PCRE2_SPTR)text, length, at, PCRE2_NO_UTF_CHECK,
                            machine->memory->match, NULL);

    if (found >= 0 || found == PCRE2_ERROR_NOMATCH)
        return found >= 0;
    stop(machine, found == PCRE2_ERROR_NOMEMORY ? ERROR_MEMORY : ERROR_TOO_LARGE);
    return -1;
}

/* Whether two characters are the same but for their case. */
static bool is_same(struct machine *machine, size_t left, size_t right)
{
    char both[16];
    size_t left_length = place_next(machine, left, false) - left;
    size_t right_length = place_next(machine, right, false) - right;

    memcpy(both, machine->text + left, left_length);
    memcpy(both + left_length, machine->text + right, right_length);
    return ask(machine, machine->program->same, both, left_length + right_length, 0) > 0;
}

static bool take_character(struct machine *machine, const struct schema_regex_instruction *now)
{
    size_t next = place_next(machine, machine->at, now->backward);
    size_t start = now->backward ? next : machine->at;
    ucs4_t character;

    if (next == UNSET)
        return false;
    u8_mbtouc(&character, (const uint8_t *)machine->text + start, machine->length - start);
    machine->at = next;
    return character == now->number;
}

static bool take_set(struct machine *machine, const struct schema_regex_instruction *now)
{
    const struct schema_regex_leaf *leaf = machine->program->leaves[now->number];
    size_t next = place_next(machine, machine->at, now->backward);
    size_t start = now->backward ? next : machine->at;
    unsigned char first;

    if (next == UNSET)
        return false;
    machine->at = next;
    first = (unsigned char)machine->text[start];
    if (first < 128)
        return leaf->ascii[first / 64] >> first % 64 & 1;
    return ask(machine, leaf->code, machine->text, machine->length, start) > 0;
}

static bool see_edge(struct machine *machine, const struct schema_regex_instruction *now)
{
    return ask(machine, machine->program->leaves[now->number]->code, machine->text, machine->length,
               machine->at) > 0;
}

static bool see_start(struct machine *machine, const struct schema_regex_instruction *now)
{
    (void)now;
    return machine->at == 0;
}

static bool see_end(struct machine *machine, const struct schema_regex_instruction *now)
{
    (void)now;
    return machine->at == machine->length;
}

/* A capture again, in the direction of the match; its case may change its length in bytes. */
static bool take_reference(struct machine *machine, const struct schema_regex_instruction *now)
{
    const size_t *slots = machine->memory->work.slots + 2 * (size_t)(now->number - 1);
    size_t from = now->backward ? slots[1] : slots[0];
    size_t to = now->backward ? slots[0] : slots[1];

    if (slots[0] == UNSET || slots[1] == UNSET)
        return true;
    while (from != to) {
        size_t after = place_next(machine, from, now->backward);
        size_t next = place_next(machine, machine->at, now->backward);
        size_t length = now->backward ? from - after : after - from;
        size_t left = now->backward ? after : from;
        size_t right = now->backward ? next : machine->at;

        if (!spend(machine, 1) || next == UNSET)
            return false;
        if (now->option ? !is_same(machine, left, right)
                        : (now->backward ? machine->at - next : next - machine->at) != length ||
                              memcmp(machine->text + left, machine->text + right, length) != 0)
            return false;
        from = after;
        machine->at = next;
    }
    return true;
}

/* ---- Ways through the program ---- */

static bool save(struct machine *machine, const struct schema_regex_instruction *now)
{
    return slot_set(machine, now->number, machine->at);
}

static void jump(struct machine *machine, const struct schema_regex_instruction *now)
{
    machine->instruction = (size_t)(now + now->jump - machine->program->code);
}

static bool just_jump(struct machine *machine, const struct schema_regex_instruction *now)
{
    jump(machine, now);
    return true;
}

static bool split(struct machine *machine, const struct schema_regex_instruction *now)
{
    return place_push(machine, now + now->jump);
}

static bool loop_start(struct machine *machine, const struct schema_regex_instruction *now)
{
    return slot_set(machine, now->number, 0);
}

static bool loop(struct machine *machine, const struct schema_regex_instruction *now)
{
    size_t count = machine->memory->work.slots[now->number];

    if (count < now->least)
        return true;
    if (count >= now->most) {
        jump(machine, now);
        return true;
    }
    if (!now->option)
        return place_push(machine, now + now->jump);
    jump(machine, now);
    return place_push(machine, now + 1);
}

/* Each repetition begins with its captures forgotten. */
static bool iterate(struct machine *machine, const struct schema_regex_instruction *now)
{
    for (size_t slot = now->least; slot < now->most; slot++) {
        if (!spend(machine, 1) || !slot_set(machine, slot, UNSET))
            return false;
    }
    return slot_set(machine, now->number + 1, machine->at);
}

/* A repetition that need not be and took nothing is no repetition. */
static bool next(struct machine *machine, const struct schema_regex_instruction *now)
{
    const size_t *slots = machine->memory->work.slots + now->number;

    if (slots[0] >= now->least && slots[1] == machine->at)
        return false;
    jump(machine, now);
    return slot_set(machine, now->number, slots[0] + 1);
}

static bool look(struct machine *machine, const struct schema_regex_instruction *now)
{
    size_t depth = machine->backs;

    if (now->option && !place_push(machine, now + now->jump))
        return false;
    return slot_set(machine, now->number, depth) && slot_set(machine, now->number + 1, machine->at);
}

/* What was looked for is there: no other way of finding it is tried, but its captures stay. */
static bool look_end(struct machine *machine, const struct schema_regex_instruction *now)
{
    struct schema_regex_work *work = &machine->memory->work;
    size_t depth = work->slots[now->number];
    size_t kept = depth;

    if (!spend(machine, machine->backs - depth))
        return false;
    if (now->option) {
        undo(machine, depth);
        return false;
    }
    machine->at = work->slots[now->number + 1];
    for (size_t i = depth; i < machine->backs; i++) {
        if (work->backs[i].slot != PLACE)
            work->backs[kept++] = work->backs[i];
    }
    machine->backs = kept;
    return true;
}

/* ---- The whole ---- */

static machine_action *const actions[SCHEMA_REGEX_ACTIONS] = {
    [SCHEMA_REGEX_CHARACTER] = take_character,
    [SCHEMA_REGEX_SET] = take_set,
    [SCHEMA_REGEX_EDGE] = see_edge,
    [SCHEMA_REGEX_START] = see_start,
    [SCHEMA_REGEX_END] = see_end,
    [SCHEMA_REGEX_REFERENCE] = take_reference,
    [SCHEMA_REGEX_SAVE] = save,
    [SCHEMA_REGEX_SPLIT] = split,
    [SCHEMA_REGEX_JUMP] = just_jump,
    [SCHEMA_REGEX_LOOP_START] = loop_start,
    [SCHEMA_REGEX_LOOP] = loop,
    [SCHEMA_REGEX_ITERATE] = iterate,
    [SCHEMA_REGEX_NEXT] = next,
    [SCHEMA_REGEX_LOOK] = look,
    [SCHEMA_REGEX_LOOK_END] = look_end,
};

static bool is_found_at(struct machine *machine, size_t start)
{
    const struct schema_regex_instruction *code = machine->program->code;

    machine->at = start;
    machine->instruction = 0;
    for (;;) {
        const struct schema_regex_instruction *now = &code[machine->instruction++];

        if (now->action == SCHEMA_REGEX_FOUND)
            return true;
        if (!spend(machine, 1))
            return false;
        if (!actions[now->action](machine, now) && (machine->status != 0 || !go_back(machine)))
            return false;
    }
}

int schema_regex_program_match(const struct schema_regex_program *program,
                               struct schema_pattern_memory *memory, const char *text,
                               size_t length, size_t steps, size_t heap)
{
    struct schema_regex_work *work = &memory->work;
    struct machine machine = {.program = program,
                              .memory = memory,
                              .text = text,
                              .length = length,
                              .steps = steps,
                              .back_limit = heap / sizeof(struct schema_regex_back)};

    if (program->slots > work->slot_capacity) {
        size_t *grown = realloc(work->slots, program->slots * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        work->slots = grown;
        work->slot_capacity = program->slots;
    }
    for (size_t i = 0; i < program->slots; i++)
        work->slots[i] = UNSET;
    for (size_t start = 0; start != UNSET; start = place_next(&machine, start, false)) {
        if (is_found_at(&machine, start))
            return 1;
        if (machine.status != 0 || program->code[0].action == SCHEMA_REGEX_START)
            return machine.status;
    }
    return 0;
}

void schema_regex_work_end(struct schema_regex_work *work)
{
    free(work->slots);
    free(work->backs);
    memset(work, 0, sizeof(*work));
}
