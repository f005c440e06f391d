#include "net/ledger_consent.h"
#include "net/ledger_row.h"

#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/text.h"

/* What a consent says at most (app/record_fields.c). */
#define WHAT_LIMIT 400
#define WHOM_LIMIT 200

/* --- given in a form -------------------------------------------------------------------------- */

/* The client's language, as far as the file says: "fr" or "en". */
static const char *language_of(struct ledger *ledger, const char *client)
{
    struct ledger_row row;
    struct id id;
    bool english = false;

    if (id_parse(&id, client)) {
        if (ledger_row_read(ledger->writer, RECORD_CLIENT, &id, &row, NULL) == 0)
            english = strncmp(record_text(row.record, "language"), "en", 2) == 0;
        ledger_row_clear(&row);
    }
    return english ? "en" : "fr";
}

static json_t *consent_body(const struct record *submission, const json_t *recipient,
                            const char *language, int64_t now_ms)
{
    char what[WHAT_LIMIT], whom[WHOM_LIMIT];
    struct id server = delivery_server();

    text_copy(what, sizeof(what), json_localised(json_object_get(recipient, "consent"), language));
    text_copy(whom, sizeof(whom), json_localised(json_object_get(recipient, "title"), language));
    if (whom[0] == '\0')
        text_copy(whom, sizeof(whom), json_text_or(recipient, "id", ""));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "client",
                     record_text(submission, "client"), "what", what, "whom", whom, "agency",
                     json_text_or(recipient, "id", ""), "submission", submission->id.text, "how",
                     "form", "author", server.text, "office", record_text(submission, "office"),
                     "at", json_time(now_ms), "state", "valid");
}

int ledger_consent_note(struct ledger *ledger, const struct record *submission,
                        const json_t *recipient, int64_t now_ms, struct error *error)
{
    const char *client = record_text(submission, "client");
    const char *agency = json_text_or(recipient, "id", "");
    /* There is one of each for a filing and an agency: the delivery, and the consent to it. */
    const struct ledger_own own = {OPERATION_APPEND, RECORD_CONSENT,
                                   delivery_id(&submission->id, agency), 0, now_ms};
    int code;

    if (client[0] == '\0' || json_localised(json_object_get(recipient, "consent"), "fr")[0] == '\0')
        return 0;
    code = ledger_own_write(
        ledger, &own, consent_body(submission, recipient, language_of(ledger, client), now_ms),
        error);
    return code == ERROR_REFUSED ? 0 : code;
}

/* --- withdrawn -------------------------------------------------------------------------------- */

/* Whether a delivery waits and is of this client's filing. */
static bool is_under(struct ledger *ledger, const struct record *delivery, const char *client)
{
    struct ledger_row submission;
    struct id id;
    bool under = false;

    if (strcmp(record_text(delivery, "state"), "waiting") != 0 ||
        !id_parse(&id, record_text(delivery, "submission")))
        return false;
    if (ledger_row_read(ledger->writer, RECORD_SUBMISSION, &id, &submission, NULL) == 0)
        under = strcmp(record_text(submission.record, "client"), client) == 0;
    ledger_row_clear(&submission);
    return under;
}

static int withhold(struct ledger *ledger, int64_t number, const char *client, int64_t now_ms,
                    struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read_number(ledger->writer, number, &row, error);

    if (code == 0 && is_under(ledger, row.record, client)) {
        const struct ledger_own own = {OPERATION_CLAIM, RECORD_DELIVERY, row.record->id,
                                       row.record->rev, now_ms};

        code = ledger_own_write(ledger, &own, json_pack("{s:s, s:n}", "state", "withheld", "cause"),
                                error);
    }
    ledger_row_clear(&row);
    return code;
}

int ledger_consent_follow(struct ledger *ledger, const struct record *consent, int64_t now_ms,
                          struct error *error)
{
    const char *agency = record_text(consent, "agency");
    int64_t *rows;
    size_t count;
    int code;

    if (agency[0] == '\0' || strcmp(record_text(consent, "state"), "withdrawn") != 0)
        return 0;
    code = ledger_rows_named(ledger, LEDGER_DELIVERY_OF_AGENCY, agency, &rows, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = withhold(ledger, rows[i], record_text(consent, "client"), now_ms, error);
    free(rows);
    return code;
}
