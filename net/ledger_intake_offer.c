/* What came in is put before somebody: a cold hand-off from the server to a queue or an office. */
#include <string.h>

#include "app/delivery.h"
#include "app/handoff.h"
#include "app/json.h"
#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_intake.h"
#include "net/ledger_row.h"

#define MINUTE_MS     INT64_C(60000)
#define CONTEXT_LIMIT 2000
#define SUMMARY_LIMIT 200

/* Whether somebody has this case before them, or is about to. */
static int is_before_somebody(struct intake *intake, bool *before, struct error *error)
{
    bool closed = strcmp(record_text(intake->matter, "status"), "closed") == 0;
    int64_t rows[64];
    size_t count = 0;
    sqlite3_stmt *statement =
        database_statement(intake->ledger->writer, LEDGER_RECORD_HANDOFFS, error);
    int code = 1;

    *before = !closed && record_text(intake->matter, "assignee")[0] != '\0';
    if (*before)
        return 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, intake->matter->id.text);
    while (count < sizeof(rows) / sizeof(rows[0]) &&
           (code = database_step(intake->ledger->writer, statement, error)) > 0)
        rows[count++] = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (code < 0)
        return code;
    code = 0;
    for (size_t i = 0; i < count && code == 0 && !*before; i++) {
        struct ledger_row row;

        code = ledger_row_read_number(intake->ledger->writer, rows[i], &row, error);
        if (code == 0)
            *before = closed ? handoff_is_offered(row.record) : handoff_is_open(row.record);
        ledger_row_clear(&row);
    }
    return code;
}

/* The queue of the case's service, where the message named neither. */
static int queue_of_case(struct intake *intake, struct error *error)
{
    const char *service = intake->matter != NULL ? record_text(intake->matter, "service") : "";
    struct record *record = NULL;
    char key[RECORD_KEY_SIZE];
    int code = 0;

    if (intake->queue != NULL || intake->service != NULL || *service == '\0')
        return 0;
    code = ledger_catalogue_find(intake->ledger, RECORD_SERVICE, service, &record, error);
    if (code == 0 && record != NULL && record_text(record, "queue")[0] != '\0') {
        record_full_key(record, record_text(record, "queue"), key);
        code = ledger_catalogue_find(intake->ledger, RECORD_QUEUE, key, &intake->queue, error);
    }
    record_free(record);
    return code;
}

/* An agent who speaks it is asked for only where the queue has such. */
static bool is_spoken(const struct record *queue, const char *language)
{
    const json_t *spoken;
    size_t i;

    if (queue == NULL || !intake_is_given(language) || strlen(language) < 2)
        return false;
    json_array_foreach(json_object_get(queue->body, "languages"), i, spoken)
    {
        if (json_is_string(spoken) && strncmp(json_string_value(spoken), language, 2) == 0)
            return true;
    }
    return false;
}

static json_t *offer_body(struct intake *intake)
{
    const struct intake_message *message = intake->message;
    const struct intake_result *result = intake->result;
    const struct record *queue = intake->queue;
    int64_t minutes = queue != NULL ? json_integer_or(queue->body, "offer_minutes", 0) : 0;
    struct id server = delivery_server();
    char summary[SUMMARY_LIMIT + 1];
    json_t *body = json_object();

    intake_first_line(intake, summary, sizeof(summary));
    intake_put(&body, "from", server.text, 0);
    intake_put(&body, "kind", HANDOFF_COLD, 0);
    intake_put(&body, queue != NULL ? "to_queue" : "to_office",
               queue != NULL ? record_text(queue, "key") : intake->office, 0);
    intake_put(&body, "office", intake->office, 0);
    intake_put(&body, "case", result->matter.text, 0);
    intake_put(&body, "client", result->client.text, 0);
    intake_put(&body, "submission", result->submission.text, 0);
    intake_put(&body, "channel", message->channel, 0);
    intake_put(&body, "service",
               intake->service != NULL  ? record_text(intake->service, "key")
               : intake->matter != NULL ? record_text(intake->matter, "service")
                                        : NULL,
               0);
    if (is_spoken(queue, message->language))
        intake_put(&body, "language", message->language, 2);
    intake_put(&body, "summary", *summary != '\0' ? summary : message->channel, 0);
    intake_put(&body, "context", intake->text, CONTEXT_LIMIT);
    intake_put(&body, "place", "case", 0);
    intake_put(&body, "state", "offered", 0);
    intake_put_time(&body, "offered_at", intake->now_ms);
    /* With an end only where another queue comes after it: it must not come back to a sender who is
     * nobody. */
    if (minutes > 0 && minutes <= LEDGER_OFFER_MINUTES_LIMIT &&
        record_text(queue, "next_queue")[0] != '\0')
        intake_put_time(&body, "expires_at", intake->now_ms + minutes * MINUTE_MS);
    return body;
}

int intake_offer(struct intake *intake, struct error *error)
{
    bool before = false;
    struct id id;
    int code = 0;

    if (intake->matter != NULL) {
        if (intake_has_remark(intake, INTAKE_AUTO_REPLY))
            return 0;
        code = is_before_somebody(intake, &before, error);
    }
    if (code != 0 || before)
        return code;
    code = queue_of_case(intake, error);
    if (code != 0)
        return code;
    id = intake_id(intake);
    return intake_append(intake, RECORD_HANDOFF, &id, offer_body(intake), error);
}

int ledger_intake_offer_again(struct ledger *ledger, const struct record *handoff, int64_t now_ms,
                              struct error *error)
{
    struct ledger_own own = {.kind = OPERATION_APPEND, .type = RECORD_HANDOFF, .now_ms = now_ms};
    struct id server = delivery_server();
    const char *state = record_text(handoff, "state");
    bool exists = false;
    json_t *body;
    int code;

    if (strcmp(record_text(handoff, "from"), server.text) != 0 ||
        (strcmp(state, "declined") != 0 && strcmp(state, "expired") != 0))
        return 0;
    code = ledger_handoff_following(ledger, handoff, &own.record, &exists, error);
    if (code != 0 || exists)
        return code;
    body = ledger_handoff_again(handoff, NULL, now_ms);
    intake_put(&body, "to_office", record_text(handoff, "office"), 0);
    return ledger_own_write(ledger, &own, body, error);
}
