/* A delegation in a line. */
#include <stdio.h>
#include <string.h>

#include "app/delegation.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

static void add_part(char *text, size_t size, const char *format, const char *value)
{
    size_t used = strlen(text);

    if (*value == '\0')
        return;
    text_copy(text + used, size - used, ", ");
    used = strlen(text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text + used, size - used, format, value);
#pragma GCC diagnostic pop
}

void work_day_today(struct desk *desk, char day[WORK_DAY_SIZE])
{
    const struct answer_context context = work_answer_context(desk);

    char text[48];

    snprintf(text, sizeof(text), "%04d-%02d-%02d", context.today.year, context.today.month,
             context.today.day);
    text_copy(day, WORK_DAY_SIZE, text);
}

enum paint_style work_delegation_text(struct desk *desk, const struct record *delegation,
                                      const struct id *client, char *text, size_t size)
{
    bool acts = work_same_client(desk, record_text(delegation, "delegate"), client->text);
    struct record *other =
        work_get_client(desk, record_text(delegation, acts ? "client" : "delegate"));
    char name[WORK_NAME_SIZE], day[WORK_DAY_SIZE];
    enum delegation_state state;

    work_day_today(desk, day);
    state = delegation_state(delegation, day);
    work_client_name(other, name, sizeof(name));
    record_free(other);
    if (*name == '\0')
        text_copy(name, sizeof(name), _("a client who is not on this terminal"));
    snprintf(text, size, acts ? _("Acts for %s") : _("%s acts for them"), name);
    if (state == DELEGATION_EXPIRED)
        add_part(text, size, "%s", _("EXPIRED"));
    if (state == DELEGATION_ENDED)
        add_part(text, size, "%s", _("ended"));
    add_part(text, size, "%s", record_text(delegation, "role"));
    add_part(text, size, _("until %s"), record_text(delegation, "until"));
    if (!delegation_is_enough(delegation, "none"))
        add_part(text, size, _("identity needed: %s"),
                 format_word(record_text(delegation, "level")));
    add_part(text, size, _("proof: %s"), record_text(delegation, "proof"));
    return state == DELEGATION_VALID     ? PAINT_VALUE
           : state == DELEGATION_EXPIRED ? PAINT_WARNING
                                         : PAINT_DIM;
}

struct speaking {
    struct desk *desk;
    const char *client;
    char today[WORK_DAY_SIZE];
};

static int look_speaking(void *context, const struct record *delegation, enum store_pending pending)
{
    const struct speaking *speaking = context;

    (void)pending;
    return delegation_state(delegation, speaking->today) == DELEGATION_VALID &&
                   work_same_client(speaking->desk, record_text(delegation, "client"),
                                    speaking->client)
               ? 1
               : 0;
}

bool work_speaks_for(struct desk *desk, const char *id, const char *client)
{
    struct speaking speaking = {.desk = desk, .client = client};
    struct id who;

    if (work_same_client(desk, id, client))
        return true;
    if (desk->store == NULL || !id_parse(&who, id))
        return false;
    work_day_today(desk, speaking.today);
    return delegation_each(desk->store, &who, true, look_speaking, &speaking, NULL) == 1;
}
