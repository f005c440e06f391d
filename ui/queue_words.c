#include "ui/queue_words.h"

#include <stdio.h>
#include <string.h>

#include "app/text.h"
#include "ui/format.h"
#include "ui/format_hours.h"
#include "ui/language.h"

static void skill_text(const struct queue_skill *skill, char *text, size_t size)
{
    if (skill->level > 1)
        snprintf(text, size, "%s %d", format_skill(skill->name), skill->level);
    else
        text_copy(text, size, format_skill(skill->name));
}

void skill_words(const char *skill, char *text, size_t size)
{
    struct queue_skill read;

    if (queue_skill_read(skill, &read))
        skill_text(&read, text, size);
    else
        text_copy(text, size, skill);
}

const char *priority_words(int64_t priority)
{
    static const char *const words[] = {NULL, N_("raised"), N_("urgent"), N_("before all else")};

    return priority > 0 && priority <= QUEUE_PRIORITY_MOST ? _(words[priority]) : "";
}

void verdict_words(const struct queue_verdict *verdict, char *text, size_t size)
{
    char skill[QUEUE_SKILL_LENGTH + 64];

    switch (verdict->bar) {
    case QUEUE_BAR_NONE:
        break;
    case QUEUE_BAR_OUTSIDE:
        text_copy(text, size, _("not of the queue"));
        return;
    case QUEUE_BAR_LEVEL:
        snprintf(text, size, _("not level %d"), verdict->level);
        return;
    case QUEUE_BAR_SKILL:
        skill_text(&verdict->skill, skill, sizeof(skill));
        snprintf(text, size, _("lacks: %s"), skill);
        return;
    case QUEUE_BAR_LANGUAGE:
        snprintf(text, size, _("lacks: %s"), format_spoken(verdict->language));
        return;
    case QUEUE_BAR_FULL:
        snprintf(text, size, _("hands full: %d at once"), verdict->capacity);
        return;
    }
    text_copy(text, size, "");
}
