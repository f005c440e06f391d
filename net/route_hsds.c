/*
 * /hsds/...: the catalogue as Open Referral HSDS 3.0 serves it (its API reference), for other
 * directories and for the public: read only, without sign-in. One worker answers all of it, so that
 * whoever asks much keeps no thread from the agents' requests.
 */
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/hsds_view.h"
#include "net/server_internal.h"

#define PER_PAGE_MOST  100
#define PER_PAGE_USUAL 50
#define SEARCH_LIMIT   200 /* bytes */
#define SEARCH_WORDS   8
#define HSDS_PROFILE   "https://docs.openreferral.org/en/3.0/hsds/"

/* What a list is asked for. */
struct query {
    enum hsds_table table;
    int64_t page;
    int64_t per_page;
    bool full;
    bool with_services;
    bool minimal;
    bool top_only;
    bool since;
    int64_t since_ms;
    char *words[SEARCH_WORDS]; /* each with a space in front; owned */
    size_t word_count;
    const char *organization; /* NULL: of any */
    const char *taxonomy;
    const char *term;
    const char *parent;
};

/* --- reading the query --------------------------------------------------------------------------
 */

/* True or false; anything else is a problem. */
static bool switch_read(struct request *request, const char *name, bool *on)
{
    const char *text = request_parameter(request, name);

    *on = text != NULL && strcmp(text, "true") == 0;
    if (text == NULL || *on || strcmp(text, "false") == 0)
        return true;
    request_problem(request, PROBLEM_BAD_PARAMETER, "\"%s\" must be true or false", name);
    return false;
}

/* A time, or a day as its beginning. */
static bool since_read(struct request *request, struct query *query)
{
    const char *text = request_parameter(request, "modified_after");
    char whole[48];

    query->since = text != NULL;
    if (text == NULL)
        return true;
    snprintf(whole, sizeof(whole), "%.30s%s", text, strlen(text) == 10 ? "T00:00:00Z" : "");
    if (timestamp_parse(whole, &query->since_ms))
        return true;
    request_problem(request, PROBLEM_BAD_PARAMETER, "%s",
                    "\"modified_after\" must be a time (2026-11-26T08:30:00Z) or a day");
    return false;
}

/* Cuts what is searched into folded words. */
static bool search_read(struct request *request, struct query *query)
{
    const char *text = request_parameter(request, "search");
    char *folded;
    char *rest;

    if (text == NULL)
        return true;
    if (strlen(text) > SEARCH_LIMIT || !text_is_utf8(text, strlen(text))) {
        request_problem(request, PROBLEM_BAD_PARAMETER,
                        "\"search\" must be at most %d bytes of UTF-8", SEARCH_LIMIT);
        return false;
    }
    folded = text_fold(text, strlen(text));
    rest = folded;
    for (char *word = folded != NULL ? strtok_r(folded, " ", &rest) : NULL;
         word != NULL && query->word_count < SEARCH_WORDS; word = strtok_r(NULL, " ", &rest)) {
        struct text_buffer padded = {0};

        text_buffer_add_format(&padded, " %s", word);
        query->words[query->word_count] = text_buffer_take(&padded);
        if (query->words[query->word_count] == NULL)
            break;
        query->word_count++;
    }
    free(folded);
    return true;
}

/* What is asked for and not here is told: to leave it out would answer something else. */
static bool unsupported_check(struct request *request)
{
    static const char *const names[] = {"postcode", "proximity"};
    const char *format = request_parameter(request, "format");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (request_parameter(request, names[i]) != NULL) {
            request_problem(request, PROBLEM_BAD_PARAMETER, "\"%s\" is not supported", names[i]);
            return false;
        }
    if (format == NULL || strcmp(format, "json") == 0)
        return true;
    request_problem(request, PROBLEM_BAD_PARAMETER, "%s", "\"format\" can only be json");
    return false;
}

static bool query_read(struct request *request, struct query *query)
{
    query->organization = request_parameter(request, "organization_id");
    query->taxonomy = request_parameter(request, "taxonomy_id");
    query->term = request_parameter(request, "taxonomy_term_id");
    query->parent = request_parameter(request, "parent_id");
    return request_number(request, "page", 1, 1000000000, 1, &query->page) &&
           request_number(request, "per_page", 1, PER_PAGE_MOST, PER_PAGE_USUAL,
                          &query->per_page) &&
           switch_read(request, "full", &query->full) &&
           switch_read(request, "full_service", &query->with_services) &&
           switch_read(request, "minimal", &query->minimal) &&
           switch_read(request, "top_only", &query->top_only) && unsupported_check(request) &&
           since_read(request, query) && search_read(request, query);
}

static void query_clear(struct query *query)
{
    for (size_t i = 0; i < query->word_count; i++)
        free(query->words[i]);
}

/* The language that the client would rather have, of the two. */
static const char *language_of(const struct request *request)
{
    const char *wanted = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_ACCEPT_LANGUAGE);

    return wanted != NULL && (wanted[0] == 'f' || wanted[0] == 'F') ? "fr" : "en";
}

/* --- filters, which add up
 * ------------------------------------------------------------------------ */

static bool words_match(const struct query *query, const struct hsds_item *item)
{
    for (size_t i = 0; i < query->word_count; i++)
        if (strstr(item->words, query->words[i]) == NULL)
            return false;
    return true;
}

/* Whether a row has an attribute of the term and taxonomy asked for. */
static bool attributes_match(struct hsds *rows, const struct query *query, const char *id)
{
    const json_t *attributes = hsds_children(rows, HSDS_ATTRIBUTE, "link_id", id);

    for (size_t i = 0; i < json_array_size(attributes); i++) {
        const char *term_id = hsds_link(json_array_get(attributes, i), "taxonomy_term_id");
        const json_t *term = hsds_find(rows, HSDS_TAXONOMY_TERM, term_id);

        if ((query->term == NULL || strcmp(query->term, term_id) == 0) &&
            (query->taxonomy == NULL ||
             strcmp(query->taxonomy, hsds_link(term, "taxonomy_id")) == 0))
            return true;
    }
    return false;
}

static bool classes_match(struct hsds *rows, const struct query *query, const json_t *row)
{
    const char *id = json_string_value(json_object_get(row, "id"));

    if (query->taxonomy == NULL && query->term == NULL)
        return true;
    if (query->table == HSDS_TAXONOMY_TERM)
        return query->taxonomy == NULL ||
               strcmp(query->taxonomy, hsds_link(row, "taxonomy_id")) == 0;
    return attributes_match(rows, query, id) ||
           (query->table == HSDS_SERVICE_AT_LOCATION &&
            attributes_match(rows, query, hsds_link(row, "service_id")));
}

static bool item_matches(struct hsds *rows, const struct query *query, const struct hsds_item *item)
{
    const json_t *row = item->row;

    if (query->organization != NULL) {
        const json_t *service = query->table == HSDS_SERVICE_AT_LOCATION
                                    ? hsds_find(rows, HSDS_SERVICE, hsds_link(row, "service_id"))
                                    : row;
        if (strcmp(query->organization, hsds_link(service, "organization_id")) != 0)
            return false;
    }
    if (query->parent != NULL && strcmp(query->parent, hsds_link(row, "parent_id")) != 0)
        return false;
    if (query->top_only && hsds_link(row, "parent_id")[0] != '\0')
        return false;
    return (!query->since || item->modified_ms >= query->since_ms) && words_match(query, item) &&
           classes_match(rows, query, row);
}

/* --- answers ------------------------------------------------------------------------------------
 */

static enum hsds_nesting nesting_of(const struct query *query)
{
    if (query->with_services && query->table == HSDS_ORGANIZATION)
        return HSDS_SERVICES;
    if (!query->full)
        return HSDS_SUMMARY;
    return query->table == HSDS_SERVICE_AT_LOCATION ? HSDS_FULL_SERVICE : HSDS_FULL;
}

static json_t *item_told(struct hsds *rows, const struct query *query, const struct hsds_item *item)
{
    char modified[TIMESTAMP_SIZE];

    if (!query->minimal)
        return hsds_nest(rows, query->table, item->row, nesting_of(query));
    timestamp_format(item->modified_ms, modified);
    return json_pack("{s:O, s:s}", "id", json_object_get(item->row, "id"), "last_modified",
                     modified);
}

/* The page asked for, as text: new, NULL when out of memory. */
static char *page_told(const struct hsds_view *view, const struct query *query)
{
    struct hsds *rows = hsds_view_rows(view);
    size_t count;
    const struct hsds_item *items = hsds_view_items(view, query->table, &count);
    int64_t total = 0;
    int64_t from = (query->page - 1) * query->per_page;
    json_t *contents = json_array();
    bool good = contents != NULL;

    for (size_t i = 0; i < count && good; i++) {
        if (!item_matches(rows, query, &items[i]))
            continue;
        if (total >= from && total < from + query->per_page)
            good = json_array_append_new(contents, item_told(rows, query, &items[i])) == 0;
        total++;
    }
    int64_t pages = (total + query->per_page - 1) / query->per_page;
    json_t *page = json_pack("{s:I, s:I, s:I, s:I, s:b, s:b, s:b, s:O}", "total_items",
                             (json_int_t)total, "total_pages", (json_int_t)pages, "page_number",
                             (json_int_t)query->page, "size", (json_int_t)json_array_size(contents),
                             "first_page", query->page == 1, "last_page", query->page >= pages,
                             "empty", json_array_size(contents) == 0, "contents", contents);
    char *text = good && page != NULL ? json_write(page) : NULL;
    json_decref(page);
    json_decref(contents);
    return text;
}

/* One asking, while the worker is at it. What it was asked is the connection's, which sleeps. */
struct asking {
    struct request *request;
    struct query query;
    bool one; /* by id; else a list */
    enum hsds_nesting nesting;
    const char *language;
    char *text; /* the answer; NULL: not found, or out of memory */
    bool found;
    int code;
    struct error error;
};

static void asking_free(void *state)
{
    struct asking *asking = state;

    query_clear(&asking->query);
    free(asking->text);
    free(asking);
}

static char *one_told(struct hsds *rows, struct asking *asking)
{
    const json_t *row = hsds_find(rows, asking->query.table, asking->request->segments[0]);
    json_t *nested =
        row != NULL ? hsds_nest(rows, asking->query.table, row, asking->nesting) : NULL;
    char *text = nested != NULL ? json_write(nested) : NULL;

    asking->found = row != NULL;
    json_decref(nested);
    return text;
}

/* In the worker's thread. */
static void asking_work(void *argument)
{
    struct asking *asking = argument;
    struct server *server = asking->request->server;

    asking->code = hsds_view_open(server->hsds, server->ledger, asking->language, &asking->error);
    asking->found = true;
    if (asking->code == 0)
        asking->text = asking->one ? one_told(hsds_view_rows(server->hsds), asking)
                                   : page_told(server->hsds, &asking->query);
    MHD_resume_connection(asking->request->connection);
}

static void asking_suspend(void *argument)
{
    struct asking *asking = argument;

    MHD_suspend_connection(asking->request->connection);
}

/* The second time round: the worker has an answer. */
static void asking_answer(struct request *request, struct asking *asking)
{
    char *text = asking->text;

    asking->text = NULL;
    if (asking->code != 0)
        request_error(request, asking->code, &asking->error);
    else if (!asking->found)
        request_problem(request, PROBLEM_NOT_FOUND, "there is no such %s",
                        hsds_shapes[asking->query.table].name);
    else
        request_answer_text(request, 200, text, text != NULL ? strlen(text) : 0);
}

static void busy_answer(struct request *request, const char *why)
{
    request_problem(request, PROBLEM_BUSY, "%s", why);
    request->reply.retry_after = 5;
}

static enum route_result ask(struct request *request, enum hsds_table table, bool one,
                             enum hsds_nesting nesting)
{
    struct asking *asking = request->state;

    if (asking != NULL) {
        asking_answer(request, asking);
        return ROUTE_ANSWERED;
    }
    asking = calloc(1, sizeof(*asking));
    if (asking == NULL || atomic_load(&request->server->stopping)) {
        free(asking);
        busy_answer(request, "the server is stopping, or out of memory");
        return ROUTE_ANSWERED;
    }
    *asking = (struct asking){.request = request,
                              .query = {.table = table},
                              .one = one,
                              .nesting = nesting,
                              .language = language_of(request)};
    request->state = asking;
    request->state_free = asking_free;
    if (!one && !query_read(request, &asking->query))
        return ROUTE_ANSWERED;
    if (!worker_add(request->server->directory, asking_work, asking_suspend, asking)) {
        busy_answer(request, "too many ask for the directory at once");
        return ROUTE_ANSWERED;
    }
    return ROUTE_SUSPENDED;
}

/* --- routes -------------------------------------------------------------------------------------
 */

static enum route_result handle_base(struct request *request)
{
    struct text_buffer url = {0};

    text_buffer_add_format(&url, "%s/openapi.json", request->server->address);
    request_answer(request, 200,
                   url.failed ? NULL
                              : json_pack("{s:s, s:s, s:s}", "version", "3.0", "profile",
                                          HSDS_PROFILE, "openapi_url", url.bytes));
    text_buffer_free(&url);
    return ROUTE_ANSWERED;
}

#define HANDLERS(name, table, nesting)                                                             \
    static enum route_result handle_##name##_list(struct request *request)                         \
    {                                                                                              \
        return ask(request, table, false, HSDS_FULL);                                              \
    }                                                                                              \
    static enum route_result handle_##name(struct request *request)                                \
    {                                                                                              \
        return ask(request, table, true, nesting);                                                 \
    }

HANDLERS(services, HSDS_SERVICE, HSDS_FULL)
HANDLERS(organizations, HSDS_ORGANIZATION, HSDS_SERVICES)
HANDLERS(places, HSDS_SERVICE_AT_LOCATION, HSDS_FULL_SERVICE)
HANDLERS(taxonomies, HSDS_TAXONOMY, HSDS_FULL)
HANDLERS(terms, HSDS_TAXONOMY_TERM, HSDS_FULL)

#define SWITCH_SCHEMA "{\"type\": \"boolean\", \"default\": false}"
#define TEXT_SCHEMA   "{\"type\": \"string\"}"

#define PAGE_PARAMETERS                                                                            \
    {"page", "{\"type\": \"integer\", \"minimum\": 1, \"default\": 1}", "Which page"},             \
        {"per_page", "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 100, \"default\": 50}", \
         "Most entities in a page"},                                                               \
        {"search", "{\"type\": \"string\", \"maxLength\": 200}",                                   \
         "Words that must all be there, at the beginnings of words"},                              \
        {"modified_after", "{\"type\": \"string\", \"format\": \"date-time\"}",                    \
         "Only what changed at or after this time, here or at its publisher"},                     \
    {                                                                                              \
        "minimal", SWITCH_SCHEMA, "Only id and last_modified of each"                              \
    }

#define CLASS_PARAMETERS                                                                           \
    {"taxonomy_id", TEXT_SCHEMA, "Only with a term of this taxonomy"},                             \
        {"taxonomy_term_id", TEXT_SCHEMA, "Only with this term"},                                  \
    {                                                                                              \
        "full", SWITCH_SCHEMA, "Each with all that belongs to it"                                  \
    }

static const struct route_parameter service_parameters[] = {
    PAGE_PARAMETERS,
    CLASS_PARAMETERS,
    {"organization_id", TEXT_SCHEMA, "Only of this organization"},
    {0},
};

static const struct route_parameter organization_parameters[] = {
    PAGE_PARAMETERS,
    CLASS_PARAMETERS,
    {"full_service", SWITCH_SCHEMA, "Each with its services in full"},
    {0},
};

static const struct route_parameter taxonomy_parameters[] = {PAGE_PARAMETERS, {0}};

static const struct route_parameter term_parameters[] = {
    PAGE_PARAMETERS,
    {"taxonomy_id", TEXT_SCHEMA, "Only of this taxonomy"},
    {"parent_id", TEXT_SCHEMA, "Only the children of this term"},
    {"top_only", SWITCH_SCHEMA, "Only terms without a parent"},
    {0},
};

static const enum problem list_problems[] = {PROBLEM_BAD_PARAMETER, PROBLEM_STORAGE, PROBLEM_BUSY,
                                             PROBLEM_NONE};
static const enum problem one_problems[] = {PROBLEM_NOT_FOUND, PROBLEM_STORAGE, PROBLEM_BUSY,
                                            PROBLEM_NONE};

#define LIST_ROUTE(handler, where, name, words, query)                                             \
    {                                                                                              \
        .method = "GET", .path = "/hsds/" where, .operation = name, .summary = words,              \
        .open = true, .web = true, .handle = handler, .response_schema = "HsdsPage",               \
        .status = 200, .problems = list_problems, .parameters = query                              \
    }

#define ONE_ROUTE(handler, where, name, words)                                                     \
    {                                                                                              \
        .method = "GET", .path = "/hsds/" where "/{id}", .operation = name, .summary = words,      \
        .open = true, .web = true, .handle = handler, .response_schema = "HsdsEntity",             \
        .status = 200, .problems = one_problems                                                    \
    }

const struct route route_hsds[] = {
    {.method = "GET",
     .path = "/hsds/",
     .operation = "hsds",
     .summary = "Describe this HSDS 3.0 interface",
     .open = true,
     .web = true,
     .handle = handle_base,
     .response_schema = "HsdsBase",
     .status = 200},
    LIST_ROUTE(handle_services_list, "services", "hsdsServices", "List services",
               service_parameters),
    ONE_ROUTE(handle_services, "services", "hsdsService", "Read a service with all of its own"),
    LIST_ROUTE(handle_organizations_list, "organizations", "hsdsOrganizations",
               "List organizations", organization_parameters),
    ONE_ROUTE(handle_organizations, "organizations", "hsdsOrganization",
              "Read an organization with its services"),
    LIST_ROUTE(handle_places_list, "service_at_locations", "hsdsServiceAtLocations",
               "List services at locations", service_parameters),
    ONE_ROUTE(handle_places, "service_at_locations", "hsdsServiceAtLocation",
              "Read a service at a location"),
    LIST_ROUTE(handle_taxonomies_list, "taxonomies", "hsdsTaxonomies", "List taxonomies",
               taxonomy_parameters),
    ONE_ROUTE(handle_taxonomies, "taxonomies", "hsdsTaxonomy", "Read a taxonomy"),
    LIST_ROUTE(handle_terms_list, "taxonomy_terms", "hsdsTaxonomyTerms", "List taxonomy terms",
               term_parameters),
    ONE_ROUTE(handle_terms, "taxonomy_terms", "hsdsTaxonomyTerm", "Read a taxonomy term"),
};
