#include "ui/purpose.h"

#include <string.h>

#include "app/client_merge.h"
#include "app/in_hand.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/work.h"

static const char *const texts[PURPOSE_COUNT] = {
    [PURPOSE_CONTACT] = N_("The client is here or on the line"),
    [PURPOSE_CALL_BACK] = N_("I am about to call them"),
    [PURPOSE_CASE_WORK] = N_("I am working on their case"),
    [PURPOSE_WRITTEN] = N_("I am answering a letter or an e-mail"),
    [PURPOSE_SUPERVISION] = N_("I look at work as a supervisor"),
    [PURPOSE_PRIVACY] = N_("Privacy review, or a request for access"),
    [PURPOSE_EMERGENCY] = N_("Somebody is in danger"),
};

const char *purpose_text(enum purpose purpose)
{
    return purpose > PURPOSE_NONE && purpose < PURPOSE_COUNT ? _(texts[purpose]) : "";
}

/* The file that this one is part of: of a merged client the one that stays. */
static struct id whole_file(const struct desk *desk, const struct id *client)
{
    struct id survivor;

    if (desk->store != NULL && client_survivor(desk->store, client, &survivor, NULL) == 0)
        return survivor;
    return *client;
}

/* What was said holds for its client. Said while looking for somebody, it becomes a reason for the
 * first file that is opened, and for looking on. */
static bool holds_for(struct desk *desk, const struct id *file)
{
    struct purpose_said *said = &desk->said;

    if (file == NULL || id_equal(&said->client, file))
        return true;
    if (!id_is_empty(&said->client))
        return false;
    said->client = *file;
    (void)desk_reason_keep(desk, file, &said->reason, said->until_ms, NULL);
    return true;
}

void purpose_came(struct desk *desk, const struct id *matter)
{
    struct record *record = work_get(desk, RECORD_CASE, matter->text, NULL);
    struct purpose_said *said = &desk->said;
    struct id client;

    if (record != NULL && id_equal(&said->client, matter) &&
        id_parse(&client, record_text(record, "client"))) {
        said->client = whole_file(desk, &client);
        (void)desk_reason_keep(desk, &said->client, &said->reason, said->until_ms, NULL);
    }
    record_free(record);
}

static bool is_said(const struct desk *desk)
{
    return desk->said.reason.purpose != PURPOSE_NONE && desk->said.until_ms > desk_now(desk);
}

static bool is_in_hand(struct desk *desk, const struct id *file)
{
    return desk->store != NULL && desk->agent != NULL &&
           in_hand(desk->store, desk->agent, desk->catalogue, file);
}

/* What was said and done in the last contact is still being written up. */
static bool is_written_up(struct desk *desk, const struct id *file)
{
    struct record *contact;
    bool is;

    if (desk->line.wrap_up_until_ms <= desk_now(desk))
        return false;
    contact = work_get(desk, RECORD_CONTACT, desk->line.wrap_up_contact.text, NULL);
    is = contact != NULL && (strcmp(record_text(contact, "case"), file->text) == 0 ||
                             work_same_client(desk, record_text(contact, "client"), file->text));
    record_free(contact);
    return is;
}

/* Whom a contact with this client is about, too: for whom they act, and who acts for them. */
static bool is_about(struct desk *desk, const char *client, const struct id *file)
{
    return work_speaks_for(desk, client, file->text) || work_speaks_for(desk, file->text, client);
}

/* Whether it is not known yet with whom a contact is. */
static bool is_unknown(struct desk *desk, const char *client)
{
    struct record *record = *client != '\0' ? work_get_client(desk, client) : NULL;
    bool is = *client == '\0' ||
              (record != NULL && strcmp(record_text(record, "kind"), "anonymous") == 0);

    record_free(record);
    return is;
}

/* A contact in progress is a reason for the file of whom it is about; until that is known, for any:
 * to find out is what a file is opened for. */
static bool is_contact(struct desk *desk, const struct id *file)
{
    struct record *contact = work_get(desk, RECORD_CONTACT, desk->open.contact.text, NULL);
    const char *client = contact != NULL ? record_text(contact, "client") : "";
    const char *matter = contact != NULL ? record_text(contact, "case") : "";
    struct record *about = *matter != '\0' ? work_get(desk, RECORD_CASE, matter, NULL) : NULL;
    bool is = file == NULL || (*matter == '\0' && is_unknown(desk, client)) ||
              strcmp(matter, file->text) == 0 ||
              (*client != '\0' && is_about(desk, client, file)) ||
              (about != NULL && record_text(about, "client")[0] != '\0' &&
               is_about(desk, record_text(about, "client"), file));

    record_free(about);
    record_free(contact);
    return is;
}

bool purpose_known(struct desk *desk, const struct id *client, struct purpose_reason *reason)
{
    struct id whole = client != NULL ? whole_file(desk, client) : (struct id){0};
    const struct id *file = client != NULL ? &whole : NULL;
    bool danger = is_said(desk) && desk->said.reason.purpose == PURPOSE_EMERGENCY;

    *reason = (struct purpose_reason){.purpose = PURPOSE_NONE};
    /* That somebody is in danger counts before a contact that is open. */
    if (danger && holds_for(desk, file))
        *reason = desk->said.reason;
    else if ((!id_is_empty(&desk->open.contact) && is_contact(desk, file)) ||
             (file != NULL && is_written_up(desk, file)))
        reason->purpose = PURPOSE_CONTACT;
    else if (file != NULL && desk_reason_of(desk, file, reason))
        return true;
    else if (file != NULL && is_in_hand(desk, file))
        reason->purpose = PURPOSE_CASE_WORK;
    else if (is_said(desk) && holds_for(desk, file))
        *reason = desk->said.reason;
    return reason->purpose != PURPOSE_NONE;
}

void purpose_of_look(struct desk *desk, const struct id *file, struct purpose_reason *reason)
{
    struct id whole;

    *reason = (struct purpose_reason){.purpose = PURPOSE_NONE};
    if (file == NULL || id_is_empty(file))
        return;
    whole = whole_file(desk, file);
    if (is_said(desk) && id_equal(&desk->said.client, &whole))
        *reason = desk->said.reason;
    else if ((!id_is_empty(&desk->open.contact) && is_contact(desk, &whole)) ||
             is_written_up(desk, &whole))
        reason->purpose = PURPOSE_CONTACT;
    else if (!desk_reason_of(desk, &whole, reason) && is_in_hand(desk, &whole))
        reason->purpose = PURPOSE_CASE_WORK;
}

/* --- whose file a screen shows ---------------------------------------------------------------- */

/* Whose a record is: a client's, else a case's. Empty when it is nobody's, or is not here. */
static struct id file_of(struct desk *desk, enum record_type type, const char *id)
{
    struct record *record = work_get(desk, type, id, NULL);
    struct id file = {0};

    if (record == NULL)
        return file;
    if (type == RECORD_CLIENT)
        file = record->id;
    /* A draft that the agent began is their own work. */
    else if (type == RECORD_SUBMISSION && strcmp(record_text(record, "status"), "draft") == 0 &&
             strcmp(record_text(record, "started_by"), desk_agent(desk)->text) == 0)
        file = (struct id){0};
    else if (!id_parse(&file, record_text(record, "client"))) {
        if (type == RECORD_CASE)
            file = record->id;
        else if (record_text(record, "case")[0] != '\0')
            file = file_of(desk, RECORD_CASE, record_text(record, "case"));
        else
            file = file_of(desk, RECORD_SUBMISSION, record_text(record, "submission"));
    }
    record_free(record);
    return id_is_empty(&file) ? file : whole_file(desk, &file);
}

/* Of what is open on the desk, for a screen that is about that. */
static struct id file_open(struct desk *desk, enum record_type type)
{
    const struct desk_open *open = &desk->open;

    if (type == RECORD_SUBMISSION && !id_is_empty(&open->submission))
        return file_of(desk, type, open->submission.text);
    if (type != RECORD_CLIENT && !id_is_empty(&open->matter))
        return file_of(desk, RECORD_CASE, open->matter.text);
    return file_of(desk, RECORD_CLIENT, open->client.text);
}

/* Two files on one screen are taken to be of one client: a contact with the one is the reason for
 * the other, too, and is told with the look at it. */
static bool is_contact_with_either(struct desk *desk, const struct id *file, const struct id *also)
{
    const struct purpose_reason contact = {.purpose = PURPOSE_CONTACT};
    const struct id *const files[] = {file, also};
    bool with[2];

    if (id_is_empty(&desk->open.contact) || id_is_empty(file) || id_is_empty(also))
        return false;
    for (size_t i = 0; i < 2; i++)
        with[i] = is_contact(desk, files[i]);
    for (size_t i = 0; i < 2 && with[0] != with[1]; i++)
        if (!with[i])
            (void)desk_reason_keep(desk, files[i], &contact,
                                   desk_now(desk) + PURPOSE_MINUTES * INT64_C(60000), NULL);
    return with[0] || with[1];
}

bool purpose_is_wanted(struct desk *desk, const struct screen_kind *kind, const json_t *arguments,
                       struct id *file, struct id *also)
{
    const struct screen_file *of = &kind->file;
    const char *id = of->member != NULL ? json_text_or(arguments, of->member, "") : "";
    struct purpose_reason reason;

    *file = *also = (struct id){0};
    if (of->member == NULL || desk->store == NULL || desk_may(desk, PERMISSION_OPEN_UNASKED))
        return false;
    if (*id != '\0') {
        *file = file_of(desk, of->type, id);
        /* One that is not here is fetched for the reason. */
        if (id_is_empty(file) && (of->type == RECORD_CASE || of->type == RECORD_CLIENT))
            id_parse(file, id);
    } else if (of->open)
        *file = file_open(desk, of->type);
    if (of->also != NULL)
        *also = file_of(desk, of->type, json_text_or(arguments, of->also, ""));
    if (is_contact_with_either(desk, file, also))
        return false;
    /* Of two, the one that was not asked for. */
    if (!id_is_empty(file) && !id_is_empty(also) && purpose_known(desk, file, &reason)) {
        *file = *also;
        *also = (struct id){0};
    }
    return !id_is_empty(file) && !purpose_known(desk, file, &reason);
}

/* --- asking ----------------------------------------------------------------------------------- */

/* Whether the agent's role has a reason to choose from. */
static bool has_reasons(const struct desk *desk)
{
    bool any = false;

    for (int purpose = PURPOSE_NONE + 1; purpose < PURPOSE_COUNT && !any; purpose++)
        any = purpose_is_open_to((enum purpose)purpose, desk->may);
    return any;
}

void purpose_ask(struct screen *screen, const char *name, const struct id *client)
{
    if (has_reasons(screen->desk))
        ui_open(
            screen->ui, "purpose",
            json_pack("{s:s, s:s}", "name", name, "client", client != NULL ? client->text : ""));
    else
        ui_tell(screen->ui, UI_FAILED, "%s", _("Your role does not open clients’ files."));
}

bool purpose_answered(const char *from, const json_t *answer, const char *name,
                      struct purpose_reason *reason)
{
    *reason = (struct purpose_reason){.purpose = PURPOSE_NONE};
    if (strcmp(from, "purpose") != 0 || strcmp(json_text_or(answer, "name", ""), name) != 0)
        return false;
    reason->purpose = purpose_from_name(json_text_or(answer, "purpose", ""));
    text_copy(reason->words, sizeof(reason->words), json_text_or(answer, "words", ""));
    return reason->purpose != PURPOSE_NONE;
}
