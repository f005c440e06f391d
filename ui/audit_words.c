#include "ui/audit_words.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/audit_deeds.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/purpose.h"

#define NAME_SIZE 200

/* "{agent}", "{client}" and "{what}" in them are filled in; `begins` is how `what` begins. The
 * first that fits is taken; without a client, `alone`. */
static const struct sentence {
    const char *kind, *begins, *text, *alone;
} sentences[] = {
    {"read", "opened at", N_("{agent} opened the file of {client}"), N_("{agent} opened a case")},
    {"read", "asked for at", N_("{agent} had the file of {client} fetched"),
     N_("{agent} had a case fetched")},
    {"read", "pinned no longer", N_("{agent} keeps the file of {client} on a terminal no longer"),
     N_("{agent} keeps a case on a terminal no longer")},
    {"read", "pinned at", N_("{agent} pinned the file of {client} to a terminal"),
     N_("{agent} pinned a case to a terminal")},
    {"read", "files, what is open", N_("{agent}’s terminal fetched what is open of {client}"),
     N_("{agent}’s terminal fetched an open case")},
    {"read", "files:", N_("{agent}’s terminal fetched the file of {client}"),
     N_("{agent}’s terminal fetched a case")},
    {"read", "changes:", N_("{agent}’s terminal was given what is on file of {client}"),
     N_("{agent}’s terminal was given what its desk holds")},
    {"read", "relay changes:", N_("An office’s relay was given what is on file of {client}"),
     N_("An office’s relay was given what its desks hold")},
    {"read", "announcement", N_("{agent} was told of a hand-off about {client} that did not come"),
     N_("{agent} was told of a hand-off that did not come")},
    {"read", "attachment", N_("{agent} read an attachment of {client}"),
     N_("{agent} read an attachment")},
    {"read", "status page", N_("{client}, with a code, saw where a case stands"),
     N_("A client, with a code, saw where a case stands")},
    {"read", "continue page", N_("{client}, with a code, opened a draft"),
     N_("A client, with a code, opened a draft")},
    {"read", "questionnaire", N_("{client}, with a code, opened a questionnaire"),
     N_("A client, with a code, opened a questionnaire")},
    {"read", "open311", N_("Open311: {what}, of {client}"), N_("Told by Open311: {what}")},
    {"read", "keeping", N_("{agent} looked at what is kept of {client}"),
     N_("{agent} looked at what is kept")},
    {"read", "retention", N_("{agent} looked at what is to be erased next"),
     N_("{agent} looked at what is to be erased next")},
    {"read", "audit trail: unusual", N_("{agent} looked for unusual access"),
     N_("{agent} looked for unusual access")},
    {"read", "audit trail", N_("{agent} read who saw the file of {client}"),
     N_("{agent} read the audit trail")},
    {"read", "", N_("{agent} read of {client}: {what}"), N_("{agent} read: {what}")},
    {"search", "", N_("{agent} looked for somebody and found {client}"),
     N_("{agent} looked for somebody in all offices")},
    {"write", "announcement", N_("{agent} announced a hand-off about {client} that did not come"),
     N_("{agent} announced a hand-off that did not come")},
    {"write", "", N_("{agent} wrote in the file of {client}: {type}"), N_("{agent} wrote: {type}")},
    {"refused", "sign-in: held off", N_("A sign-in as {agent} came too early and was held off"),
     N_("A sign-in as {agent} came too early and was held off")},
    {"refused", "no valid token", N_("Somebody who is not signed in was refused: {what}"),
     N_("Somebody who is not signed in was refused: {what}")},
    {"refused", "records: no reason", N_("{agent} gave no reason for the file of {client}"),
     N_("{agent} gave no reason for a file")},
    {"refused", "files: no reason", N_("{agent} gave no reason for the file of {client}"),
     N_("{agent} gave no reason for a file")},
    {"refused", "device code: held off", N_("Codes for terminals came too early and were held off"),
     N_("Codes for terminals came too early and were held off")},
    {"refused", "device code", N_("A code for a terminal was wrong"),
     N_("A code for a terminal was wrong")},
    {"refused", "attachment: no reason", N_("{agent} gave no reason for the file of {client}"),
     N_("{agent} gave no reason for a file")},
    {"refused", "erase: ", N_("The file of {client} was not erased, as {agent} asked"),
     N_("A file was not erased, as {agent} asked")},
    {"refused", "sign-in", N_("A sign-in as {agent} was refused"),
     N_("A sign-in as {agent} was refused")},
    {"refused", "", N_("{agent} was refused something of {client}"),
     N_("{agent} was refused something")},
    {"sign-in", "", N_("{agent} signed in"), N_("{agent} signed in")},
    {"sign-out", "", N_("{agent} signed out"), N_("{agent} signed out")},
    {"export", "guichetd audit prove", N_("The proof of an entry on {client} left in a file"),
     N_("The proof of an entry left in a file")},
    {"export", "disclosure at a terminal",
     N_("{agent} took a copy for the client of what is on file of {client}"),
     N_("{agent} took a copy of a file")},
    {"export", "", N_("What is on file of {client} left in a file"),
     N_("The audit trail left in a file")},
    {"erase", "held back", N_("{agent} held back from erasure what is on file of {client}"),
     N_("{agent} held something back from erasure")},
    {"erase", "hold ended", N_("{agent} let go what was held back of {client}"),
     N_("{agent} let go something that was held back")},
    {"erase", "retention", N_("By the retention rules something of {client} was erased"),
     N_("By the retention rules something was erased")},
    {"erase", "", N_("{agent} erased something of {client}"), N_("{agent} erased something")},
    {"permission", "audit key", N_("The key that signs the trail was replaced"),
     N_("The key that signs the trail was replaced")},
    {"permission", "", N_("Who may do what was changed: {what}"),
     N_("Who may do what was changed: {what}")},
    {"device", "", N_("A terminal was changed: {what}"), N_("A terminal was changed: {what}")},
    {"emergency", "", N_("Emergency: {agent} opened the file of {client}"),
     N_("Emergency: {agent}: {what}")},
};

/* Facts of the rules, as sentences. */
static const struct {
    const char *rule, *text;
} findings[] = {
    {"many-files", N_("{agent} opened {count} files within an hour without a contact")},
    {"own-file", N_("{agent} opened what looks like their own file: {client}")},
    {"same-name", N_("{agent} opened a file of the same family name: {client}")},
    {"colleague", N_("{agent} opened the file of a colleague: {client}")},
    {"outside-hours", N_("{agent} opened files while the office was closed: {count}")},
    {"many-viewers", N_("{count} agents who have no case with {client} opened the file")},
};

/* Puts in for "{name}" what it stands for; false when nothing is called so. */
typedef const char *(*value_of)(const json_t *entry, const char *name, char scratch[NAME_SIZE]);

static void fill(const char *text, const json_t *entry, value_of value, char *filled, size_t size)
{
    char name[16], scratch[NAME_SIZE];
    size_t used = 0;

    while (*text != '\0' && used + 1 < size) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        const char *with = NULL;

        if (end != NULL && (size_t)(end - text) < sizeof(name)) {
            snprintf(name, sizeof(name), "%.*s", (int)(end - text - 1), text + 1);
            with = value(entry, name, scratch);
        }
        if (with == NULL) {
            filled[used++] = *text++;
            continue;
        }
        text_copy(filled + used, size - used, with);
        used += strlen(filled + used);
        text = end + 1;
    }
    filled[used] = '\0';
}

static const char *client_value(const json_t *entry)
{
    const char *name = json_text_or(entry, "client_name", "");

    return *name != '\0' ? name : _("a client without a name");
}

static const char *value(const json_t *entry, const char *name, char scratch[NAME_SIZE])
{
    const char *label = json_text_or(entry, "label", "");

    if (strcmp(name, "agent") == 0) {
        const char *agent = json_text_or(entry, "agent_name", "");

        return *agent != '\0'                                ? agent
               : json_text_or(entry, "agent", "")[0] != '\0' ? _("somebody no longer known")
                                                             : _("somebody unknown");
    }
    if (strcmp(name, "client") == 0) {
        snprintf(scratch, NAME_SIZE, "%s%s%s%s", client_value(entry), *label != '\0' ? " (" : "",
                 label, *label != '\0' ? ")" : "");
        return scratch;
    }
    if (strcmp(name, "count") == 0) {
        snprintf(scratch, NAME_SIZE, "%lld", (long long)json_integer_or(entry, "count", 0));
        return scratch;
    }
    if (strcmp(name, "type") == 0)
        return format_word(json_text_or(entry, "type", ""));
    if (strcmp(name, "what") != 0)
        return NULL;
    audit_deed(json_text_or(entry, "what", ""), scratch, NAME_SIZE);
    return scratch;
}

void audit_sentence(const json_t *entry, char *text, size_t size)
{
    const char *kind = json_text_or(entry, "kind", ""), *what = json_text_or(entry, "what", "");
    bool alone = json_text_or(entry, "client", "")[0] == '\0';

    text_copy(text, size, what);
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        const struct sentence *sentence = &sentences[i];

        if (strcmp(sentence->kind, kind) != 0 ||
            strncmp(sentence->begins, what, strlen(sentence->begins)) != 0)
            continue;
        fill(_(alone ? sentence->alone : sentence->text), entry, value, text, size);
        return;
    }
}

void audit_reason(const json_t *entry, char *text, size_t size)
{
    const char *purpose = purpose_text(purpose_from_name(json_text_or(entry, "purpose", "")));
    const char *words = json_bool_or(entry, "words_erased", false)
                            ? _("(words erased)")
                            : json_text_or(entry, "words", "");
    char what[2 * NAME_SIZE];

    audit_deed(json_text_or(entry, "what", ""), what, sizeof(what));
    snprintf(text, size, "%s%s%s%s%s", purpose, *purpose != '\0' && *words != '\0' ? ": " : "",
             words, (*purpose != '\0' || *words != '\0') && *what != '\0' ? " · " : "", what);
}

void audit_finding_sentence(const json_t *finding, char *text, size_t size)
{
    const char *rule = json_text_or(finding, "rule", "");

    text_copy(text, size, rule);
    for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++)
        if (strcmp(findings[i].rule, rule) == 0)
            fill(_(findings[i].text), finding, value, text, size);
}

const char *audit_kind_text(const char *kind)
{
    static const struct {
        const char *kind, *text;
    } texts[] = {
        {"", N_("everything")},
        {"read", N_("what was seen")},
        {"search", N_("searches")},
        {"write", N_("what was written")},
        {"refused", N_("what was refused")},
        {"sign-in", N_("sign-ins")},
        {"sign-out", N_("sign-outs")},
        {"export", N_("exports")},
        {"erase", N_("erasures")},
        {"permission", N_("permissions")},
        {"device", N_("terminals")},
        {"emergency", N_("emergencies")},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i].kind, kind) == 0)
            return _(texts[i].text);
    return kind;
}
