#include "forms/answer.h"

#include <stdlib.h>
#include <string.h>

/* How well a choice matches: 0 not at all, 1 a later word begins so, 2 its start, 3 all of it. */
static int match_label(const char *label, const char *typed)
{
    size_t length = strlen(typed);

    if (strcmp(label, typed) == 0)
        return 3;
    if (strncmp(label, typed, length) == 0)
        return 2;
    for (const char *space = strchr(label, ' '); space != NULL; space = strchr(space + 1, ' '))
        if (strncmp(space + 1, typed, length) == 0)
            return 1;
    return 0;
}

static int match_choice(const struct form_choice *choice, const char *typed,
                        enum form_language language)
{
    enum form_language other = language == FORM_FRENCH ? FORM_ENGLISH : FORM_FRENCH;
    int own = match_label(choice->folded.text[language], typed) * 2;
    int others = match_label(choice->folded.text[other], typed) * 2 - 1;

    return own > others ? own : others;
}

size_t answer_match_choices(const struct form_control *control, const char *text,
                            enum form_language language, size_t *indexes, size_t limit)
{
    char *typed = text_fold(text, strlen(text));
    size_t count = 0;

    if (typed == NULL)
        return 0;
    for (int rank = 6; rank > 0; rank--) {
        for (size_t i = 0; i < control->choice_count; i++) {
            int match = *typed == '\0' ? 6 : match_choice(&control->choices[i], typed, language);

            if (match != rank)
                continue;
            if (count < limit)
                indexes[count] = i;
            count++;
        }
    }
    free(typed);
    return count;
}

size_t answer_choice_of(const struct form_control *control, const json_t *value)
{
    for (size_t i = 0; i < control->choice_count; i++)
        if (json_equal(control->choices[i].value, value) == 1)
            return i;
    return control->choice_count;
}
