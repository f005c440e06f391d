#include "ui/audit_deeds.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

#define PIECE_SIZE 200

/* Between the pieces of an entry's words. */
static const char *const separators[] = {N_(": "), "; ", ", "};

static const struct phrase {
    const char *words, *text;
} phrases[] = {
    /* Operations, and why one was refused. */
    {"append", N_("added")},
    {"fields", N_("changed")},
    {"claim", N_("taken or decided")},
    {"missing", N_("not there")},
    {"exists", N_("there already")},
    {"required", N_("something is missing")},
    {"taken", N_("somebody was first")},
    {"transition", N_("not possible from there")},
    {"actor", N_("not theirs to do")},
    {"forbidden", N_("not allowed")},
    {"permission", N_("not allowed by the role")},
    {"too-large", N_("too large")},
    {"unfit", N_("not fit for it")},
    {"full", N_("no room")},
    {"erased", N_("erased")},
    /* What was handed out. */
    {"changes", N_("by the feed")},
    {"relay changes", N_("by the relay’s feed")},
    {"announcement", N_("ahead of a hand-off")},
    {"without the offer", N_("which did not come")},
    {"files", N_("a whole file")},
    {"what is open", N_("of what is open")},
    {"records", N_("one record")},
    {"attachment", N_("an attachment")},
    {"no reason", N_("no reason was given")},
    {"open", N_("opened beyond the office")},
    {"seen anyway", N_("of their own office")},
    {"purpose", N_("the reason is not for this role")},
    {"status page", N_("status page")},
    {"continue page", N_("page of a draft")},
    {"questionnaire page", N_("page of a questionnaire")},
    {"questionnaire answers", N_("answers to a questionnaire")},
    {"disclosure", N_("copy of everything on file")},
    {"audit trail", N_("the audit trail")},
    {"unusual access", N_("unusual access")},
    /* Searches. */
    {"search", N_("search")},
    {"likely", N_("search for duplicates")},
    {"all offices", N_("all offices")},
    {"own scopes", N_("what they see anyway")},
    {"too many", N_("too many in a short time")},
    /* Signing in, and terminals. */
    {"sign-in", N_("sign-in")},
    {"login or password", N_("login or password")},
    {"one-time code", N_("one-time code")},
    {"held off", N_("held off")},
    {"terminal not enrolled", N_("terminal not enrolled")},
    {"terminal's clock", N_("the terminal’s clock is wrong")},
    {"terminal was ended", N_("terminal revoked")},
    {"device code", N_("code for a terminal")},
    {"no valid token", N_("not signed in")},
    {"wrong", N_("wrong")},
    {"device code made", N_("code for a terminal made")},
    {"device enrolled", N_("terminal enrolled")},
    {"device revoked", N_("terminal revoked")},
    {"device told to erase itself", N_("terminal told to erase itself")},
    {"agent unlocked", N_("sign-in unlocked")},
    {"agent signed out", N_("signed out by an administrator")},
    {"one-time codes set up", N_("one-time codes set up")},
    {"one-time codes reset", N_("one-time codes reset")},
    {"a recovery code was used", N_("a recovery code was used")},
    {"provider", N_("identity provider")},
    {"nobody here", N_("nobody here")},
    {"not to be trusted", N_("not to be trusted")},
    {"denied", N_("denied")},
    /* Permissions, erasure, emergencies. */
    {"ended", N_("has left")},
    {"protection", N_("protection of a file")},
    {"none", N_("none")},
    {"reviewed", N_("reviewed")},
    {"justified", N_("justified")},
    {"unjustified", N_("not justified")},
    {"audit key", N_("key of the trail")},
    {"hold ended", N_("held back no longer")},
    {"held back", N_("held back")},
    {"keeping", N_("what is kept")},
    {"what is due", N_("what is due")},
    {"hold", N_("holding back")},
    {"hold-end", N_("letting go")},
    {"erase", N_("erasing")},
    {"erase: open", N_("erasing: not closed yet")},
    {"copy", N_("copy for the client")},
    {"disclosure at a terminal", N_("copy for the client")},
    {"protected", N_("protected")},
    {"mandate", N_("of another office")},
    {"held", N_("held back")},
    {"waiting", N_("something waits")},
    {"changed since", N_("changed since it was looked at")},
    {"retention", N_("by the retention rules")},
    {"audit-words", N_("words in the trail")},
    {"import", N_("import")},
    /* Parts of records. */
    {"name", N_("name")},
    {"phone", N_("telephone")},
    {"email", N_("e-mail")},
    {"postal-code", N_("postal code")},
    {"postal_code", N_("postal code")},
    {"birth-date", N_("date of birth")},
    {"birth_date", N_("date of birth")},
    {"address", N_("address")},
    {"language", N_("language")},
    {"status", N_("status")},
    {"assignee", N_("who has it in hand")},
    {"client", N_("client")},
    {"case", N_("case")},
    {"service", N_("service")},
    {"subject", N_("subject")},
    {"need", N_("need")},
    {"outcome", N_("outcome")},
    {"identity", N_("identity")},
    {"ended_at", N_("end")},
    {"state", N_("state")},
    {"answers", N_("answers")},
    {"reference", N_("reference")},
    {"role", N_("role")},
    {"office", N_("office")},
    {"queues", N_("queues")},
};

/* With something behind: "{rest}" in the text is that, as it is; a part of a record, translated; or
 * a time. */
enum rest { REST_AS_IS, REST_PART, REST_TIME, REST_LEFT_OUT };

static const struct opener {
    const char *words, *text;
    enum rest rest;
} openers[] = {
    {"fields ", N_("changed: {rest}"), REST_PART},
    {"claim ", N_("taken or decided: {rest}"), REST_PART},
    {"opened at ", N_("opened at {rest}"), REST_TIME},
    {"asked for at ", N_("asked for at {rest}"), REST_TIME},
    {"pinned at ", N_("pinned at {rest}"), REST_TIME},
    {"pinned no longer at ", N_("pinned no longer at {rest}"), REST_TIME},
    {"contact ", N_("in a contact"), REST_LEFT_OUT},
    {"of agent ", N_("of one agent"), REST_LEFT_OUT},
    {"the last one ", N_("the last one {rest}"), REST_AS_IS},
    {"found ", N_("found: {rest}"), REST_AS_IS},
    {"role ", N_("role {rest}"), REST_AS_IS},
    {"office ", N_("office {rest}"), REST_AS_IS},
    {"open311 token of case ", N_("token of the case {rest}"), REST_AS_IS},
    {"open311 token", N_("token of a case"), REST_LEFT_OUT},
    {"by the key ", N_("by the key {rest}"), REST_AS_IS},
    {"by system user ", N_("by the system’s user {rest}"), REST_AS_IS},
    {"value ", N_("not a value of {rest}"), REST_PART},
    {"field ", N_("no such part: {rest}"), REST_PART},
    {"required ", N_("missing: {rest}"), REST_PART},
    {"permission ", N_("not allowed by the role: {rest}"), REST_PART},
    {"forbidden ", N_("not allowed: {rest}"), REST_PART},
};

/* Numbers with what they count. */
static const struct phrase counted[] = {
    {" records", N_("records: {rest}")},
    {" attempts", N_("attempts: {rest}")},
    {" requests", N_("requests: {rest}")},
};
#define COUNTED (sizeof(counted) / sizeof(counted[0]))

static const char *phrase_of(const char *words)
{
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (strcmp(phrases[i].words, words) == 0)
            return _(phrases[i].text);
    return NULL;
}

static const char *part_of(const char *word)
{
    const char *phrase = phrase_of(word);

    return phrase != NULL ? phrase : format_word(word);
}

/* "2026-11-27 16:50 UTC" */
static void time_of(const char *rest, char text[PIECE_SIZE])
{
    const char *clock = strchr(rest, 'T');

    if (clock != NULL && strlen(clock) > 6)
        snprintf(text, PIECE_SIZE, "%.*s %.5s UTC", (int)(clock - rest), rest, clock + 1);
    else
        text_copy(text, PIECE_SIZE, rest);
}

static void fill(const char *text, const char *rest, char filled[PIECE_SIZE])
{
    const char *place = strstr(text, "{rest}");

    if (place == NULL)
        text_copy(filled, PIECE_SIZE, text);
    else
        snprintf(filled, PIECE_SIZE, "%.*s%s%s", (int)(place - text), text, rest,
                 place + strlen("{rest}"));
}

static bool count_of(const char *piece, char text[PIECE_SIZE])
{
    size_t digits = strspn(piece, "0123456789");
    char number[24];

    for (size_t i = 0; digits > 0 && digits < sizeof(number) && i < COUNTED; i++)
        if (strcmp(piece + digits, counted[i].words) == 0) {
            snprintf(number, sizeof(number), "%.*s", (int)digits, piece);
            fill(_(counted[i].text), number, text);
            return true;
        }
    return false;
}

static void piece_text(const char *piece, char text[PIECE_SIZE])
{
    char rest[PIECE_SIZE];

    if (count_of(piece, text))
        return;
    for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
        const struct opener *opener = &openers[i];
        size_t length = strlen(opener->words);

        if (strncmp(piece, opener->words, length) != 0)
            continue;
        if (opener->rest == REST_TIME)
            time_of(piece + length, rest);
        else
            text_copy(rest, sizeof(rest),
                      opener->rest == REST_PART ? part_of(piece + length) : piece + length);
        fill(_(opener->text), rest, text);
        return;
    }
    text_copy(text, PIECE_SIZE, part_of(piece));
}

/* The first separator in `what`, and where; NULL for none. */
static const char *separator_in(const char *what, size_t *at)
{
    const char *first = NULL, *found = NULL;

    for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
        const char *place = strstr(what, separators[i]);

        if (place != NULL && (first == NULL || place < first)) {
            first = place;
            found = separators[i];
        }
    }
    *at = first != NULL ? (size_t)(first - what) : strlen(what);
    return found;
}

void audit_deed(const char *what, char *text, size_t size)
{
    const char *whole = phrase_of(what);
    size_t used = 0;

    text_copy(text, size, whole != NULL ? whole : "");
    if (whole != NULL)
        return;
    while (*what != '\0' && used + 1 < size) {
        char piece[PIECE_SIZE], words[PIECE_SIZE];
        size_t length;
        const char *separator = separator_in(what, &length);

        snprintf(piece, sizeof(piece), "%.*s", (int)length, what);
        piece_text(piece, words);
        text_copy(text + used, size - used, words);
        used += strlen(text + used);
        text_copy(text + used, size - used, separator != NULL ? _(separator) : "");
        used += strlen(text + used);
        what += length + (separator != NULL ? strlen(separator) : 0);
    }
}
