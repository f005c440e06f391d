#include "ui/keeping_words.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"

/* One of a type that a file may be of, before its reference. */
static const char *type_word(const char *type)
{
    static const struct {
        const char *type, *text;
    } texts[] = {
        {"case", N_("case")},
        {"note", N_("note")},
        {"message", N_("message")},
        {"submission", N_("form or draft")},
        {"handoff", N_("hand-off")},
        {"task", N_("task")},
        {"ticket", N_("ticket")},
        {"flag", N_("flag")},
        {"delegation", N_("delegation")},
        {"consent", N_("consent")},
        {"emergency", N_("emergency")},
        {"contact", N_("contact")},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i].type, type) == 0)
            return _(texts[i].text);
    return type;
}

void keeping_title(const json_t *file, char *text, size_t size)
{
    const char *client = json_text_or(file, "client_name", "");
    const char *label = json_text_or(file, "label", json_text_or(file, "record", ""));

    if (strcmp(json_text_or(file, "type", ""), "client") == 0)
        text_copy(text, size,
                  json_text_or(file, "name", "")[0] != '\0' ? json_text_or(file, "name", "")
                                                            : _("a client without a name"));
    else
        snprintf(text, size, "%s%s%s%s%s", type_word(json_text_or(file, "type", "")),
                 *label != '\0' ? " " : "", label, *client != '\0' ? " · " : "", client);
}

void keeping_count(const json_t *file, char *text, size_t size)
{
    int records = (int)json_integer_or(file, "records", 0);
    int attachments = (int)json_integer_or(file, "attachments", 0);
    size_t used;

    snprintf(text, size, language_plural("%d record", "%d records", records), records);
    used = strlen(text);
    if (attachments > 0 && used + 2 < size) {
        text_copy(text + used, size - used, ", ");
        used += 2;
        snprintf(text + used, size - used,
                 language_plural("%d attachment", "%d attachments", attachments), attachments);
    }
}

/* Of a case, whose reference is known. */
static void bar_of_case(const char *why, const char *reference, char *text, size_t size)
{
    if (strcmp(why, "held") == 0)
        snprintf(text, size, _("Not to be erased: the case %s is held back."), reference);
    else if (strcmp(why, "open") == 0)
        snprintf(text, size, _("Not to be erased: the case %s is not closed."), reference);
    else
        snprintf(text, size, _("Not to be erased: something of the case %s is on its way."),
                 reference);
}

void keeping_bar(const json_t *file, char *text, size_t size)
{
    const json_t *bar = json_object_get(file, "bar");
    const char *why = json_text_or(bar, "why", ""), *reference = json_text_or(bar, "label", "");

    if (bar == NULL)
        text_copy(text, size, "");
    else if (*reference != '\0')
        bar_of_case(why, reference, text, size);
    else if (strcmp(why, "held") == 0)
        text_copy(text, size, _("Not to be erased: it is held back."));
    else if (strcmp(why, "open") == 0)
        text_copy(text, size, _("Not to be erased: something of it is not closed."));
    else
        text_copy(text, size, _("Not to be erased: something of it is on its way."));
}

const char *keeping_what(const char *what)
{
    static const struct {
        const char *what, *text;
    } texts[] = {
        {"stray", N_("cases of no client")},
        {"case", N_("cases")},
        {"attachment", N_("attachments of messages")},
        {"audit-words", N_("words in the audit trail")},
        {"note", N_("notes of no case")},
        {"message", N_("messages of no case")},
        {"submission", N_("forms and drafts of no case")},
        {"handoff", N_("hand-offs of no case")},
        {"task", N_("tasks of no case")},
        {"ticket", N_("tickets")},
        {"flag", N_("flags")},
        {"delegation", N_("delegations")},
        {"consent", N_("consents")},
        {"emergency", N_("emergencies")},
        {"contact", N_("contacts of no case")},
        {"client", N_("clients")},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i].what, what) == 0)
            return _(texts[i].text);
    return what;
}

const char *keeping_refusal(const struct question_answer *answer)
{
    static const struct {
        const char *problem, *text;
    } texts[] = {
        {"not-found", N_("Nothing is on file by that, or no longer.")},
        {"forbidden", N_("Your role does not do this.")},
        {"kept", N_("Refused: something of it is held back, not closed or on its way.")},
        {"changed", N_("Refused: something was done since you looked. Look again.")},
        {"purpose-needed", N_("Say why, in a few words.")},
        {"at-centre", N_("This office’s relay does not do this: the central server does.")},
        {"too-large", N_("The copy is too long for a terminal: guichetd disclose makes it at the "
                         "server.")},
        {"too-many-requests", N_("The server has enough of these for now: try again soon.")},
        {"busy", N_("The server has too much to do: try again soon.")},
    };

    if (answer->status == 0)
        return _("No answer came from the server: look again when the link is back.");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i].problem, answer->problem) == 0)
            return _(texts[i].text);
    return answer->message;
}

bool keeping_is_open(const struct desk *desk)
{
    return desk_may(desk, PERMISSION_ERASE) || desk_may(desk, PERMISSION_DISCLOSE);
}
