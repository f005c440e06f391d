/*
 * ECMA-262 forgets what the groups inside a repeated group captured whenever it is repeated; PCRE2
 * keeps it. The two differ only where a reference can meet a capture of an earlier repetition:
 * `(?:(a)|b)*\1`. Such patterns are found here, and refused rather than understood otherwise.
 */
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/schema_regex.h"

/* A group, or one of the alternatives in it; the first is the whole pattern. */
struct part {
    size_t parent;
    size_t capture; /* number, from 1; 0: none, or an alternative */
    size_t end;     /* where the group ends */
    bool is_group;
    bool several;  /* a group of several alternatives */
    bool optional; /* may match nothing of it */
    bool repeated; /* may match more than once */
};

struct reference {
    size_t capture;
    size_t at;
    size_t part; /* the alternative it stands in */
};

struct outline {
    struct part *parts;
    size_t count;
    struct reference *references;
    size_t reference_count;
};

/* Room for all was made beforehand: each takes a character at least. */
static size_t part_add(struct outline *outline, size_t parent, bool is_group)
{
    outline->parts[outline->count] = (struct part){.parent = parent, .is_group = is_group};
    return outline->count++;
}

/* --- reading --------------------------------------------------------------------------------- */

static size_t number_at(const struct schema_regex *regex, size_t *at)
{
    size_t number = 0;

    while (*at < regex->length && regex->text[*at] >= '0' && regex->text[*at] <= '9' &&
           number <= regex->length)
        number = number * 10 + (size_t)(regex->text[(*at)++] - '0');
    return number;
}

/* How often the group that ended before `at` is matched. */
static void read_quantifier(const struct schema_regex *regex, size_t at, struct part *group)
{
    char letter = at < regex->length ? regex->text[at] : '\0';
    size_t least;

    group->optional = letter == '*' || letter == '?';
    group->repeated = letter == '*' || letter == '+';
    if (letter != '{')
        return;
    at++;
    least = number_at(regex, &at);
    group->optional = least == 0;
    group->repeated = least > 1;
    if (at < regex->length && regex->text[at] == ',') {
        at++;
        group->repeated = regex->text[at] == '}' || number_at(regex, &at) > 1;
    }
}

static bool is_capture(const struct schema_regex *regex, size_t at)
{
    const char *text = regex->text + at;
    size_t left = regex->length - at;

    if (left < 2 || text[1] != '?')
        return true;
    return left > 3 && text[2] == '<' && text[3] != '=' && text[3] != '!';
}

/* After a backslash that stands at `at`: a reference, if it is one. */
static void read_reference(const struct schema_regex *regex, size_t at, size_t part,
                           struct outline *outline)
{
    struct reference *reference = &outline->references[outline->reference_count];
    size_t next = at + 1;

    *reference = (struct reference){.at = at, .part = part};
    if (regex->text[next] >= '1' && regex->text[next] <= '9') {
        reference->capture = number_at(regex, &next);
    } else if (regex->text[next] == 'k') {
        for (size_t i = 0; i < regex->name_count; i++) {
            const struct schema_regex_name *name = &regex->names[i];

            if (next + 2 + name->length < regex->length &&
                memcmp(regex->text + next + 2, name->text, name->length) == 0 &&
                regex->text[next + 2 + name->length] == '>')
                reference->capture = name->number;
        }
    }
    outline->reference_count += reference->capture != 0;
}

/* The grammar was checked before: groups and classes are closed. */
static void read_parts(const struct schema_regex *regex, struct outline *outline)
{
    size_t here = part_add(outline, part_add(outline, 0, true), false);
    size_t captures = 0;
    bool in_class = false;

    for (size_t at = 0; at < regex->length; at++) {
        char letter = regex->text[at];

        if (letter == '\\') {
            if (!in_class && at + 1 < regex->length)
                read_reference(regex, at, here, outline);
            at++;
        } else if (in_class || letter == '[') {
            in_class = letter != ']';
        } else if (letter == '(') {
            size_t group = part_add(outline, here, true);

            outline->parts[group].capture = is_capture(regex, at) ? ++captures : 0;
            here = part_add(outline, group, false);
        } else if (letter == '|') {
            outline->parts[outline->parts[here].parent].several = true;
            here = part_add(outline, outline->parts[here].parent, false);
        } else if (letter == ')') {
            struct part *group = &outline->parts[outline->parts[here].parent];

            group->end = at;
            read_quantifier(regex, at + 1, group);
            here = group->parent;
        }
    }
}

/* --- judging --------------------------------------------------------------------------------- */

static bool is_inside(const struct outline *outline, size_t part, size_t around)
{
    while (part > around)
        part = outline->parts[part].parent;
    return part == around;
}

/* Whether the parts from `part` up to `around` may be left out though `around` is matched. */
static bool is_conditional(const struct outline *outline, size_t part, size_t around)
{
    for (; part != around; part = outline->parts[part].parent) {
        const struct part *here = &outline->parts[part];

        if (here->is_group ? here->optional : outline->parts[here->parent].several)
            return true;
    }
    return false;
}

/* Whether the reference may meet what an earlier repetition of `group` captured. */
static bool is_stale(const struct outline *outline, const struct reference *reference,
                     size_t captured, size_t group)
{
    size_t common = captured;

    if (!is_inside(outline, reference->part, group))
        return is_conditional(outline, captured, group);
    if (reference->at < outline->parts[captured].end)
        return true;
    while (!is_inside(outline, reference->part, common))
        common = outline->parts[common].parent;
    return is_conditional(outline, captured, common);
}

static bool is_kept(const struct outline *outline, const struct reference *reference)
{
    size_t captured = 1;
    size_t group;

    while (captured < outline->count && outline->parts[captured].capture != reference->capture)
        captured++;
    if (captured == outline->count)
        return false;
    for (group = captured; group != 0; group = outline->parts[group].parent)
        if (outline->parts[group].is_group && outline->parts[group].repeated &&
            is_stale(outline, reference, captured, group))
            return true;
    return false;
}

int schema_regex_check_resets(const struct schema_regex *regex, struct error *error)
{
    struct outline outline = {0};
    int status = 0;

    if (!regex->references)
        return 0;
    outline.parts = calloc(2 * regex->length + 2, sizeof(outline.parts[0]));
    outline.references = calloc(regex->length + 1, sizeof(outline.references[0]));
    if (outline.parts == NULL || outline.references == NULL) {
        status = error_set(error, ERROR_MEMORY, "no memory for a pattern");
    } else {
        read_parts(regex, &outline);
        for (size_t i = 0; i < outline.reference_count && status == 0; i++)
            if (is_kept(&outline, &outline.references[i]))
                status = error_set(error, ERROR_INVALID,
                                   "the pattern is not supported at byte %zu: the reference may "
                                   "meet what an earlier repetition of the group captured",
                                   outline.references[i].at);
    }
    free(outline.parts);
    free(outline.references);
    return status;
}
