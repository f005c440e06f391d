#include "app/main/command_search.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "app/print.h"
#include "app/search.h"
#include "app/text.h"

#define DEFAULT_LIMIT 20

struct options {
    const char *catalogue;
    const char *language;
    const char *channel;
    size_t limit;
    bool json;
    bool batch;
    bool help;
};

static const char usage[] =
    "usage: guichet search [--catalogue FILE] [--json] [--limit N] [--language fr|en]\n"
    "                      [--channel WORD] (QUERY... | --batch)\n"
    "  --batch reads one query a line and answers each with one JSON array a line\n";

static int fail_usage(const char *message)
{
    fprintf(stderr, "guichet search: %s\n%s", message, usage);
    return 2;
}

/* Reads the options; returns 0 or the exit status. */
static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {{"catalogue", required_argument, NULL, 'c'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"limit", required_argument, NULL, 'n'},
                                          {"batch", no_argument, NULL, 'b'},
                                          {"language", required_argument, NULL, 'l'},
                                          {"channel", required_argument, NULL, 'k'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        char *end = NULL;

        switch (option) {
        case 'c':
            options->catalogue = optarg;
            break;
        case 'j':
            options->json = true;
            break;
        case 'b':
            options->batch = true;
            break;
        case 'n':
            errno = 0;
            options->limit = strtoul(optarg, &end, 10);
            if (errno != 0 || end == optarg || *end != '\0' || optarg[0] == '-' ||
                options->limit < 1 || options->limit > SEARCH_LIMIT_MOST)
                return fail_usage("--limit is a number from 1 to 200");
            break;
        case 'l':
            options->language = optarg;
            if (strcmp(optarg, "fr") != 0 && strcmp(optarg, "en") != 0)
                return fail_usage("--language is fr or en");
            break;
        case 'k':
            options->channel = optarg;
            break;
        case 'h':
            options->help = true;
            break;
        default:
            return fail_usage("see the options");
        }
    }
    return 0;
}

static json_t *result_to_json(const struct search_result *result)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:f}", "id", result->id.text, "key", result->key,
                  "source_id", result->source_id, "kind", record_type_name(result->type), "title",
                  result->title, "score", result->score);

    if (object == NULL)
        return NULL;
    if (result->owner[0] != '\0')
        json_object_set_new(object, "owner", json_string(result->owner));
    if (result->level != 0)
        json_object_set_new(object, "level", json_integer(result->level));
    if (result->ended)
        json_object_set_new(object, "ended", json_true());
    if (result->suggested)
        json_object_set_new(object, "suggested", json_true());
    if (result->moved_from_key != NULL)
        json_object_set_new(object, "moved_from", json_string(result->moved_from_key));
    return object;
}

static int print_results(const struct search_results *results)
{
    json_t *array = json_array();
    char *text;

    for (size_t i = 0; array != NULL && i < results->count; i++) {
        if (json_array_append_new(array, result_to_json(&results->items[i])) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    text = array == NULL ? NULL : json_dumps(array, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(array);
    if (text == NULL) {
        fprintf(stderr, "guichet search: out of memory\n");
        return 1;
    }
    print_json(text);
    free(text);
    return 0;
}

/* Texts of the catalogue are cleaned before a terminal sees them. */
static void print_clean(const char *text)
{
    char *clean = text_clean(text, strlen(text), false);

    fputs(clean == NULL ? "?" : clean, stdout);
    free(clean);
}

static int print_text(const struct search_results *results)
{
    for (size_t i = 0; i < results->reading_count; i++) {
        fputs("did you mean: ", stdout);
        print_clean(results->readings[i].typed);
        fputs(" -> ", stdout);
        print_clean(results->readings[i].read);
        putchar('\n');
    }
    for (size_t i = 0; i < results->count; i++) {
        const struct search_result *result = &results->items[i];

        print_clean(result->source_id);
        printf("\t%s\t", record_type_name(result->type));
        print_clean(result->title);
        if (result->ended)
            fputs(" (ended)", stdout);
        if (result->moved_from != NULL) {
            fputs(" (was: ", stdout);
            print_clean(result->moved_from);
            putchar(')');
        }
        fputs("\t", stdout);
        print_clean(result->owner);
        putchar('\n');
    }
    return 0;
}

static int answer(struct catalogue *catalogue, const struct options *options, const char *query)
{
    struct search_request request = {.query = query,
                                     .language = options->language,
                                     .channel = options->channel,
                                     .limit = options->limit};
    struct search_results *results = NULL;
    struct error error = ERROR_INIT;
    int status;

    if (search_run(catalogue, &request, &results, &error) != 0) {
        fprintf(stderr, "guichet search: %s\n", error.message);
        return 1;
    }
    status = options->json || options->batch ? print_results(results) : print_text(results);
    search_results_free(results);
    return status;
}

static int answer_lines(struct catalogue *catalogue, const struct options *options)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int status = 0;

    while (status == 0 && (length = getline(&line, &room, stdin)) >= 0) {
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            line[--length] = '\0';
        status = answer(catalogue, options, line);
        if (fflush(stdout) != 0)
            status = 1;
    }
    free(line);
    return status;
}

/* The query's words, joined by spaces; owned. */
static char *join_query(int count, char **words)
{
    struct text_buffer query = {0};

    for (int i = 0; i < count; i++) {
        text_buffer_add_text(&query, i > 0 ? " " : "");
        text_buffer_add_text(&query, words[i]);
    }
    if (query.length == 0)
        text_buffer_add(&query, "", 0);
    return text_buffer_take(&query);
}

int command_search(const char *cache, int argc, char **argv)
{
    struct options options = {.catalogue = cache, .language = "en", .limit = DEFAULT_LIMIT};
    struct catalogue *catalogue = NULL;
    struct error error = ERROR_INIT;
    int status = read_options(&options, argc, argv);

    if (status != 0)
        return status;
    if (options.help) {
        fputs(usage, stdout);
        return 0;
    }
    if (options.catalogue == NULL)
        return fail_usage("there is no catalogue here: give --catalogue FILE");
    if (options.batch ? optind != argc : optind == argc)
        return fail_usage(options.batch ? "--batch takes its queries from standard input"
                                        : "give a query");
    if (catalogue_open(&catalogue, options.catalogue, false, &error) != 0) {
        fprintf(stderr, "guichet search: %s\n", error.message);
        return 1;
    }
    if (options.batch) {
        status = answer_lines(catalogue, &options);
    } else {
        char *query = join_query(argc - optind, argv + optind);

        status = query == NULL ? 1 : answer(catalogue, &options, query);
        free(query);
    }
    catalogue_close(catalogue);
    return status;
}
