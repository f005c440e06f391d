#include "app/case_table_internal.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/client_merge.h"
#include "app/clock.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"

/* So much is kept of the text of what belongs to no case. */
#define LOOSE_LINE 200

struct case_table *case_table_new(void)
{
    return calloc(1, sizeof(struct case_table));
}

static void wipe(void *memory, size_t bytes)
{
    if (memory != NULL)
        sodium_memzero(memory, bytes);
    free(memory);
}

void case_table_free(struct case_table *table)
{
    if (table == NULL)
        return;
    wipe(table->rows, table->row_capacity * sizeof(table->rows[0]));
    wipe(table->clients, table->client_capacity * sizeof(table->clients[0]));
    wipe(table->hangings, table->hanging_capacity * sizeof(table->hangings[0]));
    free(table->by_id);
    id_map_free(&table->row_map);
    id_map_free(&table->client_map);
    id_map_free(&table->hanging_map);
    text_pool_free(&table->texts);
    for (int kind = 0; kind < CASE_WORDS_COUNT; kind++)
        case_words_free(&table->words[kind]);
    free(table);
}

/* Room for one more, without leaving the former block behind as it was. */
static bool room(void **array, size_t *capacity, size_t count, size_t size)
{
    size_t larger = *capacity == 0 ? 64 : *capacity + *capacity / 2;
    void *memory;

    if (count < *capacity)
        return true;
    memory = malloc(larger * size);
    if (memory == NULL)
        return false;
    if (*array != NULL)
        memcpy(memory, *array, count * size);
    wipe(*array, *capacity * size);
    *array = memory;
    *capacity = larger;
    return true;
}

/* --- places ---------------------------------------------------------------------------------- */

/* The row of a case, made when there is none; CASE_NONE when out of memory. */
static uint32_t row_need(struct case_table *table, const struct id *id)
{
    unsigned char bytes[ID_BYTES];
    uint32_t place;

    id_to_bytes(id, bytes);
    place = id_map_find(&table->row_map, bytes);
    if (place != ID_MAP_NONE)
        return place;
    if (!room((void **)&table->rows, &table->row_capacity, table->row_count,
              sizeof(table->rows[0])) ||
        !id_map_add(&table->row_map, bytes, (uint32_t)table->row_count))
        return CASE_NONE;
    place = (uint32_t)table->row_count++;
    table->rows[place] = (struct case_row){.kind = RECORD_CASE,
                                           .status = CASE_WORD_UNKNOWN,
                                           .channel = CASE_WORD_UNKNOWN,
                                           .client = CASE_NONE,
                                           .first = CASE_NONE};
    memcpy(table->rows[place].id, bytes, ID_BYTES);
    table->by_id_count = 0;
    return place;
}

static uint32_t client_need(struct case_table *table, const struct id *id)
{
    unsigned char bytes[ID_BYTES];
    uint32_t place;

    id_to_bytes(id, bytes);
    place = id_map_find(&table->client_map, bytes);
    if (place != ID_MAP_NONE)
        return place;
    if (!room((void **)&table->clients, &table->client_capacity, table->client_count,
              sizeof(table->clients[0])) ||
        !id_map_add(&table->client_map, bytes, (uint32_t)table->client_count))
        return CASE_NONE;
    place = (uint32_t)table->client_count++;
    table->clients[place] = (struct case_client){.into = CASE_NONE};
    return place;
}

static int64_t time_of(const json_t *object, const char *member)
{
    int64_t ms = 0;

    return timestamp_parse(json_text_or(object, member, ""), &ms) ? ms : 0;
}

uint8_t case_word_place(const char *const *words, const char *word)
{
    for (uint8_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return CASE_WORD_UNKNOWN;
}

const char *case_word_at(const char *const *words, uint8_t place)
{
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    return place < count ? words[place] : "";
}

/* --- cases and clients ----------------------------------------------------------------------- */

static int put_case(struct case_table *table, const struct record *record,
                    enum store_pending pending)
{
    static const char *const members[CASE_WORDS_COUNT] = {"service", "assignee", "office"};
    const json_t *created = json_object_get(record->meta, "created");
    uint32_t place = row_need(table, &record->id);
    uint32_t words[CASE_WORDS_COUNT];
    struct case_row *row;
    struct id client;

    if (place == CASE_NONE)
        return ERROR_MEMORY;
    for (int kind = 0; kind < CASE_WORDS_COUNT; kind++)
        if (!case_words_place(&table->words[kind], record_text(record, members[kind]),
                              &words[kind]))
            return ERROR_MEMORY;
    row = &table->rows[place];
    if (!case_words_place(&table->words[CASE_AGENTS], record_text(record, "opened_by"),
                          &row->opened_by))
        return ERROR_MEMORY;
    if (!text_pool_set(&table->texts, record_text(record, "subject"), &row->subject))
        return ERROR_MEMORY;
    row->client = CASE_NONE;
    if (id_parse(&client, record_text(record, "client")) &&
        (row->client = client_need(table, &client)) == CASE_NONE)
        return ERROR_MEMORY;
    text_copy(row->reference, sizeof(row->reference), record_text(record, "reference"));
    row->status = case_word_place(case_status_words, record_text(record, "status"));
    row->channel = case_word_place(channel_words, json_text_or(created, "channel", ""));
    row->pending = (uint8_t)pending;
    row->service = words[CASE_SERVICES];
    row->assignee = words[CASE_AGENTS];
    row->office = words[CASE_OFFICES];
    row->opened_ms = time_of(record->body, "opened_at");
    row->written_ms = time_of(json_object_get(record->meta, "updated"), "time");
    if (row->written_ms == 0)
        row->written_ms = time_of(created, "time");
    row->here = true;
    return 0;
}

static int put_client(struct case_table *table, const struct record *record)
{
    uint32_t place = client_need(table, &record->id), into = CASE_NONE;
    struct case_client *client;
    struct id next;

    if (place == CASE_NONE || (id_parse(&next, record_text(record, "merged_into")) &&
                               (into = client_need(table, &next)) == CASE_NONE))
        return ERROR_MEMORY;
    client = &table->clients[place];
    client->into = into;
    client->here = true;
    client->anonymous = strcmp(record_text(record, "kind"), "anonymous") == 0;
    return text_pool_set(&table->texts, record_text(record, "name"), &client->name) ? 0
                                                                                    : ERROR_MEMORY;
}

/* --- what hangs on a case -------------------------------------------------------------------- */

/* What falls due first, and how much is unread. */
static void sum_up(struct case_table *table, uint32_t place)
{
    struct case_row *row = &table->rows[place];
    size_t unread = 0;

    row->due_ms = 0;
    row->due_type = 0;
    for (uint32_t at = row->first; at != CASE_NONE; at = table->hangings[at].next) {
        const struct case_hanging *hanging = &table->hangings[at];

        unread += hanging->unread;
        /* Of two at the same time the promise is named: the order of reading must not tell. */
        if (hanging->due_ms != 0 &&
            (row->due_ms == 0 || hanging->due_ms < row->due_ms ||
             (hanging->due_ms == row->due_ms && hanging->type == RECORD_PROMISE))) {
            row->due_ms = hanging->due_ms;
            row->due_type = hanging->type;
        }
    }
    row->unread = (uint16_t)(unread < UINT16_MAX ? unread : UINT16_MAX);
}

static void unhang(struct case_table *table, uint32_t place)
{
    struct case_hanging *hanging = &table->hangings[place];
    uint32_t *link;

    if (hanging->row == CASE_NONE)
        return;
    link = &table->rows[hanging->row].first;
    while (*link != place)
        link = &table->hangings[*link].next;
    *link = hanging->next;
    sum_up(table, hanging->row);
    hanging->row = CASE_NONE;
}

static int hang(struct case_table *table, const struct id *id, const struct id *matter,
                struct case_hanging wanted)
{
    unsigned char bytes[ID_BYTES];
    uint32_t place, row;

    id_to_bytes(id, bytes);
    place = id_map_find(&table->hanging_map, bytes);
    if (place == ID_MAP_NONE && wanted.due_ms == 0 && !wanted.unread)
        return 0;
    if (place == ID_MAP_NONE) {
        if (!room((void **)&table->hangings, &table->hanging_capacity, table->hanging_count,
                  sizeof(table->hangings[0])) ||
            !id_map_add(&table->hanging_map, bytes, (uint32_t)table->hanging_count))
            return ERROR_MEMORY;
        place = (uint32_t)table->hanging_count++;
        table->hangings[place].row = CASE_NONE;
    }
    unhang(table, place);
    if (id_is_empty(matter))
        return 0;
    row = row_need(table, matter);
    if (row == CASE_NONE)
        return ERROR_MEMORY;
    wanted.row = row;
    wanted.next = table->rows[row].first;
    table->hangings[place] = wanted;
    table->rows[row].first = place;
    sum_up(table, row);
    return 0;
}

/* --- what belongs to no case ----------------------------------------------------------------- */

/* A task that is to be done, a message that nobody has dealt with. */
static bool is_loose(const struct record *record)
{
    const char *state = record_text(record, "state");

    if (*record_text(record, "case") != '\0')
        return false;
    if (record->type == RECORD_TASK)
        return strcmp(state, "open") == 0;
    return record->type == RECORD_MESSAGE && strcmp(state, "received") == 0 &&
           strcmp(record_text(record, "direction"), "in") == 0;
}

/* What it is about, in a line. */
static bool set_loose_subject(struct case_table *table, const struct record *record,
                              struct case_row *row)
{
    const char *subject = record_text(record, "subject");
    const char *text = *subject != '\0' ? subject : record_text(record, "text");
    char line[LOOSE_LINE];

    text_copy(line, sizeof(line), text);
    line[strcspn(line, "\n")] = '\0';
    return text_pool_set(&table->texts, line, &row->subject);
}

static int put_loose_row(struct case_table *table, const struct record *record,
                         enum store_pending pending, uint32_t place)
{
    const char *channel = record_text(record, "channel");
    uint32_t assignee, author, office, whose = CASE_NONE;
    struct case_row *row;
    struct id client;

    if (!case_words_place(&table->words[CASE_AGENTS], record_text(record, "assignee"), &assignee) ||
        !case_words_place(&table->words[CASE_AGENTS], record_text(record, "author"), &author) ||
        !case_words_place(&table->words[CASE_OFFICES], record_text(record, "office"), &office))
        return ERROR_MEMORY;
    if (id_parse(&client, record_text(record, "client")) &&
        (whose = client_need(table, &client)) == CASE_NONE)
        return ERROR_MEMORY;
    row = &table->rows[place];
    if (!set_loose_subject(table, record, row))
        return ERROR_MEMORY;
    row->kind = (uint8_t)record->type;
    row->pending = (uint8_t)pending;
    row->channel = case_word_place(channel_words, channel);
    row->assignee = assignee;
    row->opened_by = author;
    row->office = office;
    row->client = whose;
    row->opened_ms = row->written_ms = time_of(record->body, "at");
    row->unread = record->type == RECORD_MESSAGE;
    row->due_ms = record->type == RECORD_TASK ? time_of(record->body, "due_at") : 0;
    row->due_type = row->due_ms != 0 ? RECORD_TASK : 0;
    row->here = true;
    return 0;
}

static void remove_row(struct case_table *table, uint32_t place)
{
    table->rows[place].here = false;
    text_pool_set(&table->texts, "", &table->rows[place].subject);
}

static int put_loose(struct case_table *table, const struct record *record,
                     enum store_pending pending)
{
    unsigned char bytes[ID_BYTES];
    uint32_t place;

    id_to_bytes(&record->id, bytes);
    place = id_map_find(&table->row_map, bytes);
    if (is_loose(record)) {
        place = row_need(table, &record->id);
        return place == CASE_NONE ? ERROR_MEMORY : put_loose_row(table, record, pending, place);
    }
    if (place != ID_MAP_NONE)
        remove_row(table, place);
    return 0;
}

/* --- hanging --------------------------------------------------------------------------------- */

static int put_hanging(struct case_table *table, const struct record *record)
{
    struct case_hanging wanted = {.type = (uint8_t)record->type};
    const char *state = record_text(record, "state");
    struct id matter;

    if (!id_parse(&matter, record_text(record, "case")))
        matter = (struct id){0};
    if (record->type == RECORD_MESSAGE)
        wanted.unread =
            strcmp(state, "received") == 0 && strcmp(record_text(record, "direction"), "in") == 0;
    else if (strcmp(state, record->type == RECORD_TASK ? "open" : "running") == 0)
        wanted.due_ms = time_of(record->body, "due_at");
    return hang(table, &record->id, &matter, wanted);
}

/* --- records --------------------------------------------------------------------------------- */

/* Texts that nobody uses any more are given up when they are the greater part. */
static int tidy(struct case_table *table)
{
    struct text_pool texts = {0};
    bool fits = true;

    if (table->texts.dropped < 64 * 1024 || 2 * table->texts.dropped < table->texts.length)
        return 0;
    for (size_t i = 0; i < table->row_count && fits; i++)
        fits = text_pool_take(&texts, &table->texts, &table->rows[i].subject);
    for (size_t i = 0; i < table->client_count && fits; i++)
        fits = text_pool_take(&texts, &table->texts, &table->clients[i].name);
    text_pool_free(&table->texts);
    table->texts = texts;
    return fits ? 0 : ERROR_MEMORY;
}

int case_table_put(struct case_table *table, const struct record *record,
                   enum store_pending pending)
{
    int code;

    switch (record->type) {
    case RECORD_CASE:
        code = put_case(table, record, pending);
        break;
    case RECORD_CLIENT:
        code = put_client(table, record);
        break;
    case RECORD_MESSAGE:
    case RECORD_TASK:
    case RECORD_PROMISE:
        code = put_hanging(table, record);
        if (code == 0)
            code = put_loose(table, record, pending);
        break;
    default:
        return 0;
    }
    table->version++;
    return code != 0 ? code : tidy(table);
}

uint32_t case_table_client_find(const struct case_table *table, const struct id *id)
{
    unsigned char bytes[ID_BYTES];
    uint32_t place;

    id_to_bytes(id, bytes);
    place = id_map_find(&table->client_map, bytes);
    return place == ID_MAP_NONE ? CASE_NONE : place;
}

void case_table_remove(struct case_table *table, enum record_type type, const struct id *id)
{
    const struct id_map *map = type == RECORD_CLIENT ? &table->client_map : &table->hanging_map;
    unsigned char bytes[ID_BYTES];
    uint32_t place;

    id_to_bytes(id, bytes);
    place = id_map_find(&table->row_map, bytes);
    if (place != ID_MAP_NONE && type != RECORD_CLIENT) {
        table->version++;
        remove_row(table, place);
    }
    place = id_map_find(map, bytes);
    if (place == ID_MAP_NONE || type == RECORD_CASE)
        return;
    table->version++;
    if (type == RECORD_CLIENT) {
        text_pool_set(&table->texts, "", &table->clients[place].name);
        table->clients[place].anonymous = table->clients[place].here = false;
        table->clients[place].into = CASE_NONE;
    } else {
        unhang(table, place);
    }
}

/* The time of making in an id of version 7. */
static int64_t id_ms(const struct id *id)
{
    unsigned char bytes[ID_BYTES];
    int64_t ms = 0;

    id_to_bytes(id, bytes);
    if (bytes[6] >> 4 != 7)
        return 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | bytes[i];
    return ms;
}

int case_table_newest(struct case_table *table, const struct id *matter, const struct id *newest)
{
    uint32_t place = row_need(table, matter);

    if (place == CASE_NONE)
        return ERROR_MEMORY;
    table->rows[place].newest_ms = id_is_empty(newest) ? 0 : id_ms(newest);
    table->version++;
    return 0;
}

/* --- reading it ------------------------------------------------------------------------------ */

uint64_t case_table_version(const struct case_table *table)
{
    return table->version;
}

const struct case_row *case_table_rows(const struct case_table *table, size_t *count)
{
    *count = table->row_count;
    return table->rows;
}

uint32_t case_table_find(const struct case_table *table, const struct id *id)
{
    unsigned char bytes[ID_BYTES];
    uint32_t place;

    id_to_bytes(id, bytes);
    place = id_map_find(&table->row_map, bytes);
    return place != ID_MAP_NONE && table->rows[place].here ? place : CASE_NONE;
}

int64_t case_row_changed_ms(const struct case_row *row)
{
    return row->written_ms > row->newest_ms ? row->written_ms : row->newest_ms;
}

/* Whom the client of a row is merged into in the end, of those who are here. */
static const struct case_client *client_of(const struct case_table *table,
                                           const struct case_row *row)
{
    const struct case_client *client =
        row->client == CASE_NONE ? NULL : &table->clients[row->client];

    for (int depth = 0; client != NULL && depth < CLIENT_MERGE_DEPTH && client->into != CASE_NONE &&
                        table->clients[client->into].here;
         depth++)
        client = &table->clients[client->into];
    return client;
}

const char *case_table_client(const struct case_table *table, const struct case_row *row,
                              const char **folded, bool *anonymous)
{
    const struct case_client *client = client_of(table, row);
    uint32_t name = client == NULL ? 0 : client->name;

    if (folded != NULL)
        *folded = text_pool_folded(&table->texts, name);
    if (anonymous != NULL)
        *anonymous = client != NULL && client->anonymous;
    return text_pool_text(&table->texts, name);
}

const char *case_table_client_on_file(const struct case_table *table, const struct case_row *row)
{
    return text_pool_folded(&table->texts,
                            row->client == CASE_NONE ? 0 : table->clients[row->client].name);
}

const char *case_table_subject(const struct case_table *table, const struct case_row *row,
                               const char **folded)
{
    if (folded != NULL)
        *folded = text_pool_folded(&table->texts, row->subject);
    return text_pool_text(&table->texts, row->subject);
}

struct case_words *case_table_words(struct case_table *table, enum case_words_kind kind)
{
    return &table->words[kind];
}

const struct case_words *case_table_words_of(const struct case_table *table,
                                             enum case_words_kind kind)
{
    return &table->words[kind];
}

size_t case_table_bytes(const struct case_table *table)
{
    return sizeof(*table) + table->row_capacity * sizeof(table->rows[0]) +
           table->client_capacity * sizeof(table->clients[0]) +
           table->hanging_capacity * sizeof(table->hangings[0]) + table->texts.capacity +
           table->by_id_capacity * sizeof(table->by_id[0]) + id_map_bytes(&table->row_map) +
           id_map_bytes(&table->client_map) + id_map_bytes(&table->hanging_map);
}
