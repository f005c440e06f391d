/* Which case a message belongs to, and who wrote it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_index.h"
#include "app/json.h"
#include "app/text.h"
#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_intake.h"
#include "net/ledger_row.h"

/* Cases and clients that one key may lead to before it says nothing any more. */
#define CANDIDATES_MOST 64
/* Digits of a phone number with the area. */
#define AREA_DIGITS 10

/* --- what the catalogue has ------------------------------------------------------------------- */

static int catalogue(struct intake *intake, enum record_type type, const char *member,
                     const char *key, struct record **record, struct error *error)
{
    int code;

    if (!intake_is_given(key))
        return 0;
    if (strlen(key) >= RECORD_KEY_SIZE || !text_is_utf8(key, strlen(key))) {
        intake_refuse(intake, "%s: not a key", member);
        return 0;
    }
    code = ledger_catalogue_find(intake->ledger, type, key, record, error);
    if (code == 0 && *record == NULL)
        intake_refuse(intake, "%s: the catalogue has none of this key", member);
    return code;
}

/* The first of the offices that a record names, as a full key; "" for none. */
static void first_office(const struct record *record, char key[RECORD_KEY_SIZE])
{
    const json_t *offices = record != NULL ? json_object_get(record->body, "offices") : NULL;
    const json_t *first = json_array_get(offices, 0);

    key[0] = '\0';
    if (json_is_string(first) && json_string_length(first) > 0)
        record_full_key(record, json_string_value(first), key);
}

/* The only office that there is; "" when there are several. */
static int only_office(struct intake *intake, char key[RECORD_KEY_SIZE], struct error *error)
{
    sqlite3_stmt *statement =
        database_statement(intake->ledger->writer, LEDGER_OFFICES_OPEN, error);
    int count = 0, code = 1;

    key[0] = '\0';
    if (statement == NULL)
        return ERROR_STORAGE;
    while (code > 0 && (code = database_step(intake->ledger->writer, statement, error)) > 0)
        text_copy(key, RECORD_KEY_SIZE, count++ == 0 ? database_text(statement, 0) : "");
    return code;
}

/* Service and queue as they were named, else the queue that the service names. */
static int find_target(struct intake *intake, struct error *error)
{
    const struct intake_message *message = intake->message;
    int code =
        catalogue(intake, RECORD_SERVICE, "service", message->service, &intake->service, error);

    if (code == 0 && !intake_is_refused(intake))
        code = catalogue(intake, RECORD_QUEUE, "queue", message->queue, &intake->queue, error);
    if (code == 0 && !intake_is_refused(intake) && intake->queue == NULL &&
        intake->service != NULL && record_text(intake->service, "queue")[0] != '\0') {
        char key[RECORD_KEY_SIZE];

        record_full_key(intake->service, record_text(intake->service, "queue"), key);
        code = ledger_catalogue_find(intake->ledger, RECORD_QUEUE, key, &intake->queue, error);
    }
    return code;
}

/* The office that a new case is in: the one that was named, the queue's, the service's, or the only
 * one. A file is never put before people by chance. */
static int find_office(struct intake *intake, struct error *error)
{
    struct record *office = NULL;
    int code = 0;

    if (intake->matter != NULL) {
        text_copy(intake->office, sizeof(intake->office), record_text(intake->matter, "office"));
        return 0;
    }
    if (intake_is_given(intake->message->office)) {
        code = catalogue(intake, RECORD_OFFICE, "office", intake->message->office, &office, error);
        if (office != NULL)
            text_copy(intake->office, sizeof(intake->office), intake->message->office);
        record_free(office);
        return code;
    }
    first_office(intake->queue, intake->office);
    if (intake->office[0] == '\0')
        first_office(intake->service, intake->office);
    if (intake->office[0] == '\0')
        code = only_office(intake, intake->office, error);
    if (code == 0 && intake->office[0] == '\0')
        intake_refuse(intake, "office: none is named, and neither queue nor service names one");
    return code;
}

/* --- cases ------------------------------------------------------------------------------------ */

/* Reads the record of a row that is no longer asked for by a statement. */
static int read_row(struct intake *intake, int64_t number, struct record **record,
                    struct error *error)
{
    struct ledger_row row;
    int code = ledger_row_read_number(intake->ledger->writer, number, &row, error);

    if (code == 0) {
        *record = row.record;
        row.record = NULL;
    }
    ledger_row_clear(&row);
    return code;
}

/* Row numbers that a statement gives for a text, CANDIDATES_MOST at most; negative on failure. */
static int rows_of(struct intake *intake, sqlite3_stmt *statement, int64_t rows[CANDIDATES_MOST],
                   struct error *error)
{
    int count = 0, code = 1;

    while (count < CANDIDATES_MOST &&
           (code = database_step(intake->ledger->writer, statement, error)) > 0)
        rows[count++] = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return code < 0 ? code : count;
}

/* The rows that a text leads to, the newest first. */
static int reach(struct intake *intake, enum ledger_reach kind, const char *given,
                 int64_t rows[CANDIDATES_MOST], struct error *error)
{
    sqlite3_stmt *statement = database_statement(intake->ledger->writer, LEDGER_REACH_GET, error);
    char key[INTAKE_MESSAGE_ID_LIMIT + 1];

    if (statement == NULL)
        return ERROR_STORAGE;
    if (!ledger_reach_key(kind, given, key, sizeof(key)) || !text_is_utf8(key, strlen(key)))
        return 0;
    sqlite3_bind_int(statement, 1, (int)kind);
    database_bind_text(statement, 2, key);
    return rows_of(intake, statement, rows, error);
}

static int read_named(struct intake *intake, enum record_type type, const char *id,
                      struct record **record, struct error *error)
{
    struct ledger_row row = {0};
    struct id parsed;
    int code;

    if (!id_parse(&parsed, id))
        return 0;
    code = ledger_row_read(intake->ledger->writer, type, &parsed, &row, error);
    if (code == 0) {
        *record = row.record;
        row.record = NULL;
    }
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int by_reference(struct intake *intake, struct error *error)
{
    char reference[ID_REFERENCE_SIZE];
    int64_t rows[CANDIDATES_MOST];
    int count = 0;

    if (!intake_is_given(intake->message->reference))
        return 0;
    if (id_reference_parse(intake->message->reference, reference))
        count = reach(intake, LEDGER_REACH_REFERENCE, reference, rows, error);
    if (count == 1)
        return read_row(intake, rows[0], &intake->matter, error);
    if (count < 0)
        return count;
    return intake_remark(intake, count == 0 ? "reference-unknown" : "reference-ambiguous", NULL,
                         error);
}

static int by_thread(struct intake *intake, struct error *error)
{
    const struct intake_message *message = intake->message;
    int64_t rows[CANDIDATES_MOST];
    int code = 0;

    for (size_t i = 0;
         i < message->reply_count && i < CANDIDATES_MOST && intake->matter == NULL && code == 0;
         i++) {
        struct record *before = NULL;
        int count;

        if (!intake_is_given(message->replies_to[i]))
            continue;
        count = reach(intake, LEDGER_REACH_MESSAGE, message->replies_to[i], rows, error);
        code = count < 0 ? count : 0;
        if (count > 0)
            code = read_row(intake, rows[0], &before, error);
        if (code == 0 && before != NULL)
            code = read_named(intake, RECORD_CASE, record_text(before, "case"), &intake->matter,
                              error);
        record_free(before);
    }
    return code;
}

/* --- clients ---------------------------------------------------------------------------------- */

static size_t digits_of(const char *text, char digits[32])
{
    size_t count = 0;

    for (; text != NULL && *text != '\0' && count < 31; text++)
        if (isdigit((unsigned char)*text))
            digits[count++] = *text;
    digits[count] = '\0';
    return count;
}

/* The same number; where both say the area, the same area. */
static bool same_phone(const char *left, const char *right)
{
    char left_digits[32], right_digits[32];
    size_t left_count = digits_of(left, left_digits), right_count = digits_of(right, right_digits);
    size_t compared =
        left_count >= AREA_DIGITS && right_count >= AREA_DIGITS ? AREA_DIGITS : LEDGER_PHONE_DIGITS;

    return left_count >= LEDGER_PHONE_DIGITS && right_count >= LEDGER_PHONE_DIGITS &&
           strcmp(left_digits + left_count - compared, right_digits + right_count - compared) == 0;
}

/* Something that both say, and say otherwise. */
static bool is_contradicted(const struct client_details *details, const struct record *client,
                            unsigned likeness)
{
    bool names = intake_is_given(details->name) && record_text(client, "name")[0] != '\0';
    bool dates =
        intake_is_given(details->birth_date) && record_text(client, "birth_date")[0] != '\0';

    return (names && !(likeness & (LIKE_NAME | LIKE_NEAR_NAME))) ||
           (dates && !(likeness & LIKE_BIRTH_DATE));
}

/* Whether it is surely this client: nobody reads another's file because two are alike. */
static bool is_the_client(const struct client_details *details, const struct record *client)
{
    unsigned likeness = client_likeness(details, client);

    if (is_contradicted(details, client, likeness))
        return false;
    if (likeness & LIKE_EMAIL)
        return true;
    if ((likeness & LIKE_PHONE) && same_phone(details->phone, record_text(client, "phone")))
        return true;
    return (likeness & LIKE_NAME) && (likeness & (LIKE_BIRTH_DATE | LIKE_POSTAL_CODE));
}

/* Takes note of one that fits, as the file that it is merged into; `ambiguous` when that is not the
 * first one. */
static int consider(struct intake *intake, int64_t number, bool *ambiguous, struct error *error)
{
    struct record *client = NULL, *survivor = NULL;
    int code = read_row(intake, number, &client, error);

    if (code == 0 && is_the_client(&intake->client, client))
        code = ledger_client_read(intake->ledger->writer, client->id.text, &survivor, error);
    record_free(client);
    if (survivor == NULL)
        return code;
    if (intake->found_client == NULL) {
        intake->found_client = survivor;
        return code;
    }
    *ambiguous |= !id_equal(&intake->found_client->id, &survivor->id);
    record_free(survivor);
    return code;
}

static int find_client(struct intake *intake, struct error *error)
{
    char postal_code[64] = "";
    const struct {
        enum ledger_reach kind;
        const char *given;
    } leads[] = {{LEDGER_REACH_EMAIL, intake->client.email},
                 {LEDGER_REACH_PHONE, intake->client.phone},
                 {LEDGER_REACH_BIRTH_DATE, intake->client.birth_date},
                 {LEDGER_REACH_POSTAL_CODE, postal_code}};
    bool ambiguous = false;
    int code = 0;

    if (intake_is_given(intake->client.postal_code))
        client_postal_code(intake->client.postal_code, postal_code, sizeof(postal_code));
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]) && code == 0; i++) {
        int64_t rows[CANDIDATES_MOST];
        int found = reach(intake, leads[i].kind, leads[i].given, rows, error);

        code = found < 0 ? found : 0;
        for (int j = 0; j < found && code == 0; j++)
            code = consider(intake, rows[j], &ambiguous, error);
    }
    if (code != 0 || !ambiguous)
        return code;
    record_free(intake->found_client);
    intake->found_client = NULL;
    return intake_remark(intake, "client-ambiguous", NULL, error);
}

/* The one case of the client's that is not closed and about this service. */
static int open_case_of_client(struct intake *intake, struct error *error)
{
    const char *service = intake->service != NULL ? record_text(intake->service, "key") : NULL;
    sqlite3_stmt *statement =
        database_statement(intake->ledger->writer, LEDGER_CASES_OF_CLIENT, error);
    struct record *found = NULL;
    int64_t rows[CANDIDATES_MOST];
    int count, code, fitting = 0;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, intake->found_client->id.text);
    count = rows_of(intake, statement, rows, error);
    code = count < 0 ? count : 0;
    for (int i = 0; i < count && code == 0; i++) {
        struct record *matter = NULL;
        bool fits;

        code = read_row(intake, rows[i], &matter, error);
        fits = code == 0 && strcmp(record_text(matter, "status"), "closed") != 0 &&
               (service == NULL || strcmp(record_text(matter, "service"), service) == 0);
        fitting += fits;
        if (fits) {
            record_free(found);
            found = matter;
        } else {
            record_free(matter);
        }
    }
    if (code == 0 && fitting == 1)
        intake->matter = found;
    else
        record_free(found);
    return code;
}

/* The case's client, who wrote unless what was said of the sender speaks against it. Of merged
 * files either may speak for it: the sender goes on using the name of the old one. */
static int client_of_case(struct intake *intake, struct error *error)
{
    struct record *named = NULL, *client = NULL;
    const char *id = record_text(intake->matter, "client");
    int code = read_named(intake, RECORD_CLIENT, id, &named, error);

    if (code == 0 && named != NULL)
        code = ledger_client_read(intake->ledger->writer, id, &client, error);
    if (code == 0 && client != NULL) {
        const struct client_details *sender = &intake->client;

        record_free(intake->found_client);
        intake->found_client = client;
        intake->is_sender = !is_contradicted(sender, client, client_likeness(sender, client)) ||
                            !is_contradicted(sender, named, client_likeness(sender, named));
        if (!intake->is_sender)
            code = intake_remark(intake, "other-sender", NULL, error);
    }
    record_free(named);
    return code;
}

static int by_client(struct intake *intake, struct error *error)
{
    int code = 0;

    if (!id_is_empty(&intake->code_client))
        code = ledger_client_read(intake->ledger->writer, intake->code_client.text,
                                  &intake->found_client, error);
    if (code == 0 && intake->found_client == NULL)
        code = find_client(intake, error);
    if (code != 0 || intake->found_client == NULL)
        return code;
    intake->is_sender = true;
    return intake->message->separate ? 0 : open_case_of_client(intake, error);
}

int intake_match(struct intake *intake, struct error *error)
{
    int code = find_target(intake, error);

    if (code != 0 || intake_is_refused(intake))
        return code;
    code = by_reference(intake, error);
    if (code == 0 && intake->matter == NULL)
        code = by_thread(intake, error);
    if (code == 0 && intake->matter == NULL && !id_is_empty(&intake->code_matter))
        code = read_named(intake, RECORD_CASE, intake->code_matter.text, &intake->matter, error);
    if (code == 0 && intake->matter != NULL)
        code = client_of_case(intake, error);
    else if (code == 0)
        code = by_client(intake, error);
    if (code == 0 && intake->matter != NULL &&
        strcmp(record_text(intake->matter, "status"), "closed") == 0)
        code = intake_remark(intake, "case-closed", NULL, error);
    return code == 0 ? find_office(intake, error) : code;
}
