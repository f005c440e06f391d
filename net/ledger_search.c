#include "net/ledger_search.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_index.h"
#include "app/client_merge.h"
#include "app/text.h"
#include "net/ledger_protect.h"
#include "net/ledger_search_internal.h"

/* Clients whose cases are listed, of a search for cases by something else than a reference. */
#define CASE_CLIENTS_MOST 20

/* A search in the making. */
struct looking {
    const struct ledger_search_asked *asked;
    struct ledger_search_result *result;
    struct database *database;
    struct scope_set desk; /* of the agent */
    struct client_query query;
    size_t limit;
    bool relay;
    bool reads_protected; /* or looks in an emergency */
};

static void hit_clear(struct ledger_search_hit *hit)
{
    record_free(hit->client);
    record_free(hit->matter);
    record_free(hit->found_as);
    *hit = (struct ledger_search_hit){0};
}

void ledger_search_clear(struct ledger_search_result *result)
{
    for (size_t i = 0; i < result->count; i++)
        hit_clear(&result->hits[i]);
    result->count = 0;
}

/* --- who is shown ----------------------------------------------------------------------------- */

static int is_here(const struct looking *looking, int64_t row, struct error *error)
{
    struct scope_set scopes = {0};
    int code = ledger_row_scopes(looking->database, row, &scopes, error);

    if (code == 0)
        code = scope_set_meets(&scopes, &looking->desk);
    scope_set_free(&scopes);
    return code;
}

/* What belongs to a protected file is not there, for those who may not read such and do not see
 * this one for another reason. */
static int is_hidden(const struct looking *looking, int64_t row, int here, struct error *error)
{
    return here != 0 || looking->reads_protected
               ? 0
               : ledger_protect_has(looking->database, row, error);
}

static int filter_hidden(void *context, int64_t row, struct error *error)
{
    const struct looking *looking = context;
    int here = looking->reads_protected ? 1 : is_here(looking, row, error);
    int hidden = here < 0 ? here : is_hidden(looking, row, here, error);

    return hidden < 0 ? hidden : !hidden;
}

/* Without the permission, only what is in the agent's scopes. */
static int filter_here(void *context, int64_t row, struct error *error)
{
    return is_here(context, row, error);
}

int search_survivor(struct database *database, struct ledger_row *row, struct error *error)
{
    for (int depth = 0; depth < CLIENT_MERGE_DEPTH && client_is_merged(row->record); depth++) {
        struct ledger_row next;
        struct id id;
        int code;

        if (!id_parse(&id, record_text(row->record, "merged_into")))
            break;
        code = ledger_row_read(database, RECORD_CLIENT, &id, &next, error);
        if (code == ERROR_NOT_FOUND)
            break;
        if (code != 0)
            return code;
        ledger_row_clear(row);
        *row = next;
    }
    return 0;
}

/* --- hits ------------------------------------------------------------------------------------- */

static bool is_listed(const struct looking *looking, const struct ledger_search_hit *hit)
{
    const struct ledger_search_result *result = looking->result;

    for (size_t i = 0; i < result->count; i++) {
        const struct record *record =
            hit->matter != NULL ? result->hits[i].matter : result->hits[i].client;

        if (id_equal(&record->id, hit->matter != NULL ? &hit->matter->id : &hit->client->id))
            return true;
    }
    return false;
}

/* Takes over what the hit owns. */
static void hit_add(struct looking *looking, struct ledger_search_hit hit)
{
    struct ledger_search_result *result = looking->result;

    if (is_listed(looking, &hit)) {
        hit_clear(&hit);
    } else if (result->count == looking->limit) {
        result->more = true;
        hit_clear(&hit);
    } else {
        result->hits[result->count++] = hit;
    }
}

/* Adds the client of a row: the survivor, where it is merged. */
static int add_client(struct looking *looking, const struct search_row *found, struct error *error)
{
    struct ledger_search_hit hit = {.score = found->score, .likeness = found->likeness};
    struct ledger_row row = {0};
    int here, hidden, code = ledger_row_read_number(looking->database, found->row, &row, error);

    if (code == 0 && client_is_merged(row.record)) {
        hit.found_as = record_copy(row.record);
        if (hit.found_as == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory for a search");
    }
    if (code == 0)
        code = search_survivor(looking->database, &row, error);
    here = code == 0 ? is_here(looking, row.row, error) : code;
    hidden = here < 0 ? here : is_hidden(looking, row.row, here, error);
    if (hidden != 0 || id_equal(&row.record->id, &looking->asked->but)) {
        ledger_row_clear(&row);
        hit_clear(&hit);
        return hidden < 0 ? hidden : 0;
    }
    hit.here = here > 0;
    hit.client = row.record;
    hit_add(looking, hit);
    return 0;
}

/* The client whom a case is about, as the survivor; `client` is NULL when there is none. */
static int client_of(struct looking *looking, const struct record *matter, struct record **client,
                     struct error *error)
{
    struct ledger_row row;
    struct id id;
    int code;

    *client = NULL;
    if (!id_parse(&id, record_text(matter, "client")))
        return 0;
    code = ledger_row_read(looking->database, RECORD_CLIENT, &id, &row, error);
    if (code == 0)
        code = search_survivor(looking->database, &row, error);
    if (code == 0)
        *client = row.record;
    else
        ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int add_case(struct looking *looking, int64_t number, int score, struct error *error)
{
    struct ledger_search_hit hit = {.score = score};
    struct ledger_row row = {0};
    int here = is_here(looking, number, error), code;
    int hidden = here < 0 ? here : is_hidden(looking, number, here, error);

    if (hidden < 0 || hidden > 0 || (here == 0 && !looking->result->beyond))
        return hidden < 0 ? hidden : 0;
    code = ledger_row_read_number(looking->database, number, &row, error);
    if (code == 0)
        code = client_of(looking, row.record, &hit.client, error);
    if (code != 0) {
        ledger_row_clear(&row);
        return code;
    }
    hit.here = here > 0;
    hit.matter = row.record;
    hit_add(looking, hit);
    return 0;
}

/* --- by reference and id ---------------------------------------------------------------------- */

/* A case that has the reference: itself, or its client, when all of the question fits. */
static int add_referenced(struct looking *looking, int64_t number, const char *key,
                          struct error *error)
{
    struct record *client = NULL;
    struct ledger_row matter, row = {0};
    int score = 0;
    int code = ledger_row_read_number(looking->database, number, &matter, error);

    if (code == 0)
        code = client_of(looking, matter.record, &client, error);
    if (code == 0 && client != NULL)
        score = client_query_score(&looking->query, client, key);
    /* Of an anonymous client nothing else is known. */
    if (code == 0 && score == 0 && looking->query.count == 1)
        score = 1;
    if (code == 0 && score > 0 && looking->asked->type == RECORD_CASE)
        code = add_case(looking, number, score, error);
    if (code == 0 && score > 0 && looking->asked->type == RECORD_CLIENT && client != NULL &&
        strcmp(record_text(client, "kind"), "anonymous") != 0) {
        code = ledger_row_read(looking->database, RECORD_CLIENT, &client->id, &row, error);
        if (code == 0 && (looking->result->beyond || is_here(looking, row.row, error) > 0))
            code = add_client(looking, &(struct search_row){row.row, score, 0}, error);
    }
    ledger_row_clear(&row);
    ledger_row_clear(&matter);
    record_free(client);
    return code;
}

/* The numbers of the cases of a reference, as a key says it in small letters. */
static int referenced(struct looking *looking, const char *key, struct search_numbers *numbers,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(looking->database, LEDGER_REACH_GET, error);
    char reference[ID_REFERENCE_SIZE];
    int code = 0;

    if (statement == NULL)
        return ERROR_STORAGE;
    if (!id_reference_parse(key + strlen("r:"), reference))
        return 0;
    numbers->numbers = calloc(LEDGER_SEARCH_MOST, sizeof(*numbers->numbers));
    if (numbers->numbers == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a search");
    sqlite3_bind_int(statement, 1, LEDGER_REACH_REFERENCE);
    database_bind_text(statement, 2, reference);
    while (numbers->count < LEDGER_SEARCH_MOST &&
           (code = database_step(looking->database, statement, error)) > 0)
        numbers->numbers[numbers->count++] = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

static int find_referenced(struct looking *looking, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < looking->query.count && code == 0; i++)
        for (size_t j = 0; j < looking->query.pieces[i].count && code == 0; j++) {
            const char *key = looking->query.pieces[i].terms[j].key;
            struct search_numbers numbers = {0};

            if (key[0] != 'r')
                continue;
            code = referenced(looking, key, &numbers, error);
            for (size_t k = 0; k < numbers.count && code == 0; k++)
                code = add_referenced(looking, numbers.numbers[k], key, error);
            search_numbers_free(&numbers);
        }
    return code;
}

static int find_id(struct looking *looking, const struct id *id, struct error *error)
{
    struct ledger_row row;
    int here, code = ledger_row_read(looking->database, looking->asked->type, id, &row, error);

    if (code != 0)
        return code == ERROR_NOT_FOUND ? 0 : code;
    here = is_here(looking, row.row, error);
    if (here > 0 || (here == 0 && looking->result->beyond))
        code = looking->asked->type == RECORD_CASE
                   ? add_case(looking, row.row, 1, error)
                   : add_client(looking, &(struct search_row){row.row, 1, 0}, error);
    ledger_row_clear(&row);
    return here < 0 ? here : code;
}

/* --- by keys ---------------------------------------------------------------------------------- */

static int find_clients(struct looking *looking, struct search_rows *found, size_t limit,
                        struct error *error)
{
    struct searching searching = {
        .database = looking->database,
        .filter = looking->result->beyond ? filter_hidden : filter_here,
        .context = looking,
        .found = {.limit = limit + 1},
    };
    int code = looking->asked->like != NULL ? search_likely(&searching, looking->asked->like, error)
                                            : search_find(&searching, &looking->query, error);

    *found = searching.found;
    return code;
}

/* The cases of a client and of the files that are merged into it, newest first. */
static int add_cases_of(struct looking *looking, int64_t number, int score, struct error *error)
{
    struct search_numbers numbers = {0};
    struct ledger_row row;
    int code = ledger_row_read_number(looking->database, number, &row, error);

    if (code == 0)
        code = search_survivor(looking->database, &row, error);
    if (code == 0)
        code = search_file_cases(looking->database, &row.record->id, looking->limit + 1, &numbers,
                                 error);
    for (size_t i = 0; i < numbers.count && code == 0; i++)
        code = add_case(looking, numbers.numbers[i], score, error);
    search_numbers_free(&numbers);
    ledger_row_clear(&row);
    return code;
}

static int find_by_keys(struct looking *looking, struct error *error)
{
    bool cases = looking->asked->type == RECORD_CASE;
    struct search_rows found;
    int code = find_clients(looking, &found, cases ? CASE_CLIENTS_MOST : looking->limit, error);

    for (size_t i = 0; i < found.count && code == 0; i++)
        code = cases ? add_cases_of(looking, found.rows[i].row, found.rows[i].score, error)
                     : add_client(looking, &found.rows[i], error);
    if (code == 0 && (found.cut || (cases && found.count > CASE_CLIENTS_MOST)))
        looking->result->more = true;
    return code;
}

static int look(struct looking *looking, struct error *error)
{
    struct id id;
    int code;

    if (looking->asked->like != NULL)
        return find_by_keys(looking, error);
    if (id_parse(&id, looking->asked->typed))
        return find_id(looking, &id, error);
    client_query_read(&looking->query, looking->asked->typed);
    code = find_referenced(looking, error);
    return code == 0 ? find_by_keys(looking, error) : code;
}

/* All in one state of the database. */
static int look_within(struct looking *looking, struct error *error)
{
    sqlite3_stmt *statement = database_statement(looking->database, LEDGER_BEGIN_READ, error);
    int code =
        statement != NULL ? database_run(looking->database, statement, error) : ERROR_STORAGE;

    if (code != 0)
        return code;
    code = look(looking, error);
    database_rollback(looking->database);
    return code;
}

/* --- the trail -------------------------------------------------------------------------------- */

/* The kind of key that a piece of a question is meant as, "" when it is not clear. */
static const char *piece_kind(const struct client_piece *piece)
{
    static const struct {
        char kind;
        const char *word;
    } kinds[] = {{'r', "reference"}, {'b', "birth-date"}, {'c', "postal-code"}, {'p', "phone"}};

    for (size_t i = 0; i < piece->count; i++)
        if (piece->terms[i].key[0] == 'm' && strchr(piece->terms[i].key, '@') != NULL)
            return "email";
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        for (size_t i = 0; i < piece->count; i++)
            if (piece->terms[i].key[0] == kinds[k].kind &&
                (kinds[k].kind != 'b' || piece->terms[i].whole))
                return kinds[k].word;
    return "name";
}

static void kind_add(char *text, size_t size, const char *kind)
{
    size_t length = strlen(text);

    if (strstr(text, kind) == NULL)
        snprintf(text + length, size - length, "%s%s", *text != '\0' ? ", " : "", kind);
}

/* By what was looked for: never the words themselves. */
static void kinds_write(const struct looking *looking, char *text, size_t size)
{
    const struct client_details *like = looking->asked->like;
    const struct {
        const char *value, *kind;
    } details[] = {{like != NULL ? like->name : NULL, "name"},
                   {like != NULL ? like->phone : NULL, "phone"},
                   {like != NULL ? like->email : NULL, "email"},
                   {like != NULL ? like->postal_code : NULL, "postal-code"},
                   {like != NULL ? like->birth_date : NULL, "birth-date"}};
    struct id id;

    *text = '\0';
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
        if (details[i].value != NULL && *details[i].value != '\0')
            kind_add(text, size, details[i].kind);
    if (like == NULL && id_parse(&id, looking->asked->typed))
        kind_add(text, size, "id");
    for (size_t i = 0; i < looking->query.count; i++)
        kind_add(text, size, piece_kind(&looking->query.pieces[i]));
}

/* Whom they found: the one, or the list of them. `clients` has room for all. */
static void name_found(struct audit_entry *entry, const struct ledger_search_result *result,
                       unsigned char *clients)
{
    for (size_t i = 0; i < result->count; i++)
        if (result->hits[i].client != NULL)
            id_to_bytes(&result->hits[i].client->id, clients + ID_BYTES * entry->client_count++);
    entry->clients = entry->client_count > 0 ? clients : NULL;
    if (result->count != 1)
        return;
    entry->record =
        result->hits[0].matter != NULL ? result->hits[0].matter->id : result->hits[0].client->id;
    if (entry->client_count == 1)
        entry->client = result->hits[0].client->id;
    entry->clients = NULL;
    entry->client_count = 0;
}

static int audit_found(struct ledger *ledger, const struct ledger_actor *actor,
                       const struct looking *looking, int64_t now_ms, struct error *error)
{
    const struct ledger_search_asked *asked = looking->asked;
    struct audit_entry entry = {
        .kind = asked->purpose == PURPOSE_EMERGENCY ? AUDIT_EMERGENCY : AUDIT_SEARCH,
        .at_ms = now_ms,
        .agent = actor->agent,
        .device = actor->device,
        .type = asked->type,
        .purpose = asked->purpose,
        .words = asked->words,
    };
    unsigned char clients[ID_BYTES * LEDGER_SEARCH_MOST];
    char kinds[120], what[200];
    int code;

    kinds_write(looking, kinds, sizeof(kinds));
    snprintf(what, sizeof(what), "%s: %s; %s; found %zu%s",
             asked->like != NULL ? "likely" : "search", kinds,
             looking->result->beyond ? "all offices" : "own scopes", looking->result->count,
             looking->result->more ? " and more" : "");
    entry.what = what;
    name_found(&entry, looking->result, clients);
    code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    ledger_audit_request(ledger, actor->request);
    code = search_count(ledger, &actor->agent, now_ms, &looking->result->retry_ms, error);
    if (code == 0)
        code = ledger_audit_add(ledger, &entry, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

/* --- asking ----------------------------------------------------------------------------------- */

/* Finds what the agent may and looks; `*refused` says in a word why it may not be. */
static int prepare(struct looking *looking, const struct ledger_actor *actor, int64_t now_ms,
                   const char **refused, struct error *error)
{
    permission_set may = 0;
    int code = search_permissions(looking->database, &actor->agent, &may, error);

    if (code == 0)
        code = search_check_purpose(may, looking->asked->purpose, looking->asked->words, error);
    *refused = code == ERROR_REFUSED ? "search: purpose" : NULL;
    looking->reads_protected = (may & ((permission_set)1 << PERMISSION_READ_PROTECTED)) != 0 ||
                               looking->asked->purpose == PURPOSE_EMERGENCY;
    /* An office's relay has no other office's. */
    looking->result->beyond =
        !looking->relay && (may & ((permission_set)1 << PERMISSION_SEARCH_ALL)) != 0;
    if (code == 0)
        code = search_may_count(looking->database, &actor->agent, now_ms,
                                &looking->result->retry_ms, error);
    if (code == ERROR_BUSY)
        *refused = "search: too many";
    return code;
}

int ledger_search(struct ledger *ledger, const struct ledger_actor *actor,
                  const struct ledger_search_asked *asked, int64_t now_ms,
                  struct ledger_search_result *result, struct error *error)
{
    struct looking looking = {.asked = asked, .result = result, .relay = ledger->is_relay};
    struct ledger_reader *reader;
    const char *refused = NULL;
    int code;

    *result = (struct ledger_search_result){0};
    if (!ledger_search_is_ready(ledger)) {
        result->retry_ms = LEDGER_SEARCH_READY_MS;
        return error_set(error, ERROR_BUSY, "the keys by which clients are found are being made");
    }
    looking.limit = asked->limit < LEDGER_SEARCH_MOST ? asked->limit : LEDGER_SEARCH_MOST;
    code = ledger_desk_scopes(ledger, &actor->agent, &looking.desk, error);
    if (code == 0)
        code = ledger_reader_take(ledger, &reader, error);
    if (code == 0) {
        looking.database = reader->database;
        code = prepare(&looking, actor, now_ms, &refused, error);
        if (code == 0)
            code = look_within(&looking, error);
        ledger_reader_give(ledger, reader);
    }
    if (code == 0)
        code = audit_found(ledger, actor, &looking, now_ms, error);
    if (refused != NULL)
        search_refused(ledger, actor, asked->type, NULL, asked->purpose, asked->words, now_ms,
                       refused);
    scope_set_free(&looking.desk);
    if (code != 0)
        ledger_search_clear(result);
    return code;
}
