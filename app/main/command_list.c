#include "app/main/command_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/case_list.h"
#include "app/catalogue.h"
#include "app/clock.h"
#include "app/json.h"
#include "app/main/command_agent.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "app/view.h"

static const struct config_key list_keys[] = {
    {.name = "filter",
     .shape = CONFIG_TEXT,
     .argument = "WORDS",
     .help = "Only cases with these words, as the screen takes them: client:roy -status:closed."},
    {0},
};

struct listing {
    struct command_agent agent;
    struct store *store;
    struct catalogue *catalogue; /* NULL when there is none: keys are printed */
    struct case_table *table;
    struct case_list list;
    struct case_query query;
    const char *language;
};

/* --- names ----------------------------------------------------------------------------------- */

static void name_word(void *context, const char *text, char *title, size_t size)
{
    const struct listing *listing = context;
    static const enum record_type types[] = {RECORD_SERVICE, RECORD_OFFICE};
    struct record *record = NULL;
    struct id id;

    text_copy(title, size, text);
    if (listing->catalogue == NULL)
        return;
    if (id_parse(&id, text)) {
        if (catalogue_get(listing->catalogue, RECORD_AGENT, &id, &record, NULL) == 0)
            text_copy(title, size, record_text(record, "name"));
        record_free(record);
        return;
    }
    for (size_t i = 0; i < 2 && record == NULL; i++)
        if (catalogue_get_by_key(listing->catalogue, types[i], text, &record, NULL) != 0)
            record = NULL;
    if (record != NULL)
        text_copy(title, size,
                  json_localised(json_object_get(record->body, "title"), listing->language));
    record_free(record);
}

static void name_words(struct listing *listing)
{
    bool failed;

    for (int kind = 0; kind < CASE_WORDS_COUNT; kind++)
        case_words_name_all(case_table_words(listing->table, (enum case_words_kind)kind), false,
                            name_word, listing, &failed);
}

/* --- which list ------------------------------------------------------------------------------ */

static int find_list(struct listing *listing, const char *name, struct error *error)
{
    struct views *views = calloc(1, sizeof(*views));
    bool found = false;
    int code;

    for (int kind = 0; kind < CASE_LIST_COUNT && !found; kind++)
        if ((found = strcmp(case_list_words[kind], name) == 0))
            case_query_standard(&listing->query, (enum case_list_kind)kind);
    code = views == NULL ? error_set(error, ERROR_MEMORY, "out of memory")
                         : views_read(views, listing->store, store_agent(listing->store), error);
    for (size_t i = 0; code == 0 && i < views->count && !found; i++)
        if ((found = view_is_called(views->list[i].name, name)))
            listing->query = views->list[i].query;
    if (views != NULL)
        views_free(views);
    free(views);
    return code != 0 || found ? code : error_set(error, ERROR_NOT_FOUND, "no such list: %s", name);
}

/* The key of the agent's office, in full. */
static void find_office(const struct listing *listing, char office[RECORD_KEY_SIZE])
{
    struct record *agent = NULL;

    office[0] = '\0';
    if (listing->catalogue != NULL && catalogue_get(listing->catalogue, RECORD_AGENT,
                                                    store_agent(listing->store), &agent, NULL) == 0)
        record_full_key(agent, record_text(agent, "office"), office);
    record_free(agent);
}

static int read_all(struct listing *listing, const struct config *config, struct error *error)
{
    const char *filter = config_text(config, "filter");
    const char *language = config_text(config, "language");
    char office[RECORD_KEY_SIZE];
    struct case_situation situation = {.office = office, .now_ms = clock_system(NULL)};
    int code = store_open(&listing->store, listing->agent.store_path, listing->agent.key, error);

    listing->language = language != NULL ? language : "en";
    if (code == 0 && access(listing->agent.catalogue_path, F_OK) == 0)
        code = catalogue_open(&listing->catalogue, listing->agent.catalogue_path, false, error);
    if (code == 0)
        code = find_list(listing, config_word_count(config) > 0 ? config_word(config, 0) : "due",
                         error);
    if (code == 0 && (listing->table = case_table_new()) == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0)
        code = case_table_read(listing->table, listing->store, NULL, NULL, error);
    if (code != 0)
        return code;
    if (filter != NULL)
        text_copy(listing->query.filter, sizeof(listing->query.filter), filter);
    situation.agent = *store_agent(listing->store);
    find_office(listing, office);
    name_words(listing);
    return case_list_arrange(&listing->list, listing->table, &listing->query, &situation, error);
}

/* --- telling --------------------------------------------------------------------------------- */

static void add_time(json_t *object, const char *member, int64_t ms)
{
    if (ms != 0)
        (void)json_object_set_new(object, member, json_time(ms));
}

static json_t *describe_case(const struct listing *listing, const struct case_row *row)
{
    const struct case_table *table = listing->table;
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "type",
                  record_type_name((enum record_type)row->kind), "id", id_from_bytes(row->id).text,
                  "reference", row->reference, "client", case_table_client(table, row, NULL, NULL),
                  "subject", case_table_subject(table, row, NULL), "service",
                  case_words_text(case_table_words_of(table, CASE_SERVICES), row->service),
                  "status", case_word_at(case_status_words, row->status), "assignee",
                  case_words_text(case_table_words_of(table, CASE_AGENTS), row->assignee), "office",
                  case_words_text(case_table_words_of(table, CASE_OFFICES), row->office), "channel",
                  case_word_at(channel_words, row->channel), "unread", (int)row->unread);

    add_time(object, "opened_at", row->opened_ms);
    add_time(object, "changed_at", case_row_changed_ms(row));
    add_time(object, "due_at", row->due_ms);
    return object;
}

static void print_json(const struct listing *listing)
{
    json_t *cases = json_array(), *counts = json_object(), *document;
    size_t count;
    const struct case_row *rows = case_table_rows(listing->table, &count);

    for (int kind = 0; kind < CASE_LIST_COUNT; kind++)
        (void)json_object_set_new(counts, case_list_words[kind],
                                  json_integer((json_int_t)listing->list.counts[kind]));
    for (size_t i = 0; i < listing->list.count; i++)
        (void)json_array_append_new(cases, describe_case(listing, &rows[listing->list.order[i]]));
    document = json_pack("{s:o, s:o, s:o}", "query", case_query_to_json(&listing->query), "counts",
                         counts, "cases", cases);
    command_print_json(document);
    json_decref(document);
}

/* What others wrote never reaches the terminal raw. */
static void print_clean(const char *text, int width)
{
    char *clean = text_clean(text, strlen(text), false);
    int used = clean == NULL ? 0 : (int)text_width(clean, strlen(clean));

    (void)printf("%s%*s  ", clean == NULL ? "" : clean, used < width ? width - used : 0, "");
    free(clean);
}

static void print_text(const struct listing *listing)
{
    size_t count;
    const struct case_row *rows = case_table_rows(listing->table, &count);

    for (size_t i = 0; i < listing->list.count; i++) {
        const struct case_row *row = &rows[listing->list.order[i]];
        const char *subject = case_table_subject(listing->table, row, NULL);
        char due[CASE_DATE_SIZE];

        if (*subject == '\0')
            subject =
                case_words_title(case_table_words_of(listing->table, CASE_SERVICES), row->service);
        case_date(row->due_ms, due);
        print_clean(row->kind == RECORD_CASE ? row->reference
                                             : record_type_name((enum record_type)row->kind),
                    11);
        (void)printf("%-10s  %-19s  ", due, case_word_at(case_status_words, row->status));
        print_clean(case_table_client(listing->table, row, NULL, NULL), 24);
        print_clean(subject, 0);
        (void)putchar('\n');
    }
}

static void listing_end(struct listing *listing)
{
    case_list_free(&listing->list);
    case_table_free(listing->table);
    if (listing->catalogue != NULL)
        catalogue_close(listing->catalogue);
    if (listing->store != NULL)
        store_close(listing->store);
    command_agent_end(&listing->agent);
}

static int run(const struct config *config)
{
    struct listing listing = {0};
    struct error error = ERROR_INIT;
    int status = COMMAND_OK;
    int code = command_agent_begin(&listing.agent, config, &error);

    if (code == 0 && listing.agent.key == NULL)
        code =
            error_set(&error, ERROR_NOT_FOUND,
                      "%s has no store here: sign in, or run `guichet sync`", listing.agent.login);
    if (code == 0)
        code = read_all(&listing, config, &error);
    if (code != 0)
        status = command_complain(&error);
    else if (config_switch(config, "json"))
        print_json(&listing);
    else
        print_text(&listing);
    listing_end(&listing);
    return status;
}

int command_list(int argc, char **argv)
{
    return command_agent_main_with(argc, argv, list_keys, run);
}
