/* `guichetd erase`, `hold`, `retention`, `disclose`: beside a server that runs as well. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/json.h"
#include "app/main/guichetd_order.h"
#include "app/print.h"

static int finish(int code, json_t *answer)
{
    json_decref(answer);
    return code == 0 ? GUICHETD_OK : code == ERROR_INVALID ? GUICHETD_USAGE : GUICHETD_FAILED;
}

/* An order (taken over) that has nothing to tell. */
static int plain(const struct config *config, json_t *order, struct error *error)
{
    json_t *answer;
    int code = guichetd_order(config, order, &answer, error);

    return finish(code, answer);
}

/* --- erase, hold ------------------------------------------------------------------------------ */

/* An order about something of a type (the first word), by id or reference (the second). */
static json_t *about(const struct config *config, size_t first, const char *order)
{
    const char *reason = config_text(config, "reason");

    return json_pack("{s:s, s:s, s:s, s:s}", "order", order, "type", config_word(config, first),
                     "of", config_word(config, first + 1), "reason", reason != NULL ? reason : "");
}

static int erase(const struct config *config, size_t first, struct error *error)
{
    json_t *answer;
    int code = guichetd_order(config, about(config, first, "erase"), &answer, error);

    if (code == 0)
        printf("erased: %" PRId64 " records, %" PRId64 " attachments\n",
               json_integer_or(answer, "records", 0), json_integer_or(answer, "attachments", 0));
    return finish(code, answer);
}

static int hold_add(const struct config *config, size_t first, struct error *error)
{
    return plain(config, about(config, first, "hold"), error);
}

static int hold_end(const struct config *config, size_t first, struct error *error)
{
    return plain(config, about(config, first, "hold-end"), error);
}

static int hold_list(const struct config *config, size_t first, struct error *error)
{
    json_t *answer, *hold;
    size_t i;
    int code = guichetd_order(config, json_pack("{s:s}", "order", "hold-list"), &answer, error);

    (void)first;
    if (code == 0)
        json_array_foreach(json_object_get(answer, "holds"), i, hold)
            print_row((const char *const[]){
                json_text_or(hold, "type", ""), json_text_or(hold, "id", ""),
                json_text_or(hold, "since", ""), json_text_or(hold, "reason", ""), NULL});
    return finish(code, answer);
}

/* --- retention -------------------------------------------------------------------------------- */

static json_t *rule(const struct config *config, size_t first, const char *order)
{
    const char *service = config_text(config, "service");

    return json_pack("{s:s, s:s, s:s}", "order", order, "type", config_word(config, first),
                     "service", service != NULL ? service : "");
}

static int retention_set(const struct config *config, size_t first, struct error *error)
{
    const char *word = config_word(config, first + 1);
    json_t *order = rule(config, first, "retention-set");
    char *end;
    long months = strtol(word, &end, 10);

    if (*word == '\0' || *end != '\0') {
        json_decref(order);
        error_set(error, ERROR_INVALID, "%.40s is no number of months", word);
        return GUICHETD_USAGE;
    }
    json_object_set_new(order, "months", json_integer(months));
    return plain(config, order, error);
}

static int retention_remove(const struct config *config, size_t first, struct error *error)
{
    return plain(config, rule(config, first, "retention-remove"), error);
}

/* A line of two or three texts and a number. */
static void print_numbered(const char *first, const char *second, const char *third, int64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, number);
    print_row((const char *const[]){first, *second != '\0' ? second : "-",
                                    third != NULL ? third : text, third != NULL ? text : NULL,
                                    NULL});
}

static int retention_list(const struct config *config, size_t first, struct error *error)
{
    json_t *answer, *one;
    size_t i;
    int code =
        guichetd_order(config, json_pack("{s:s}", "order", "retention-list"), &answer, error);

    (void)first;
    if (code == 0)
        json_array_foreach(json_object_get(answer, "rules"), i, one)
            print_numbered(json_text_or(one, "type", ""), json_text_or(one, "service", ""), NULL,
                           json_integer_or(one, "months", 0));
    return finish(code, answer);
}

/* What a round found so far. */
struct round {
    int64_t looked_at, files, records, attachments, words, held, at_work;
};

static void add(struct round *round, const json_t *answer)
{
    round->looked_at += json_integer_or(answer, "looked_at", 0);
    round->files += json_integer_or(answer, "files", 0);
    round->records += json_integer_or(answer, "records", 0);
    round->attachments += json_integer_or(answer, "attachments", 0);
    round->words += json_integer_or(answer, "words", 0);
    round->held += json_integer_or(answer, "held", 0);
    round->at_work += json_integer_or(answer, "at_work", 0);
}

/* What is erased, or would be, a line each. */
static void print_due(const json_t *answer)
{
    const json_t *due;
    size_t i;

    json_array_foreach(json_object_get(answer, "due"), i, due)
        print_numbered(json_text_or(due, "type", ""), json_text_or(due, "id", ""),
                       json_text_or(due, "latest", ""), json_integer_or(due, "records", 0));
}

static int retention_run(const struct config *config, size_t first, struct error *error)
{
    bool dry = config_switch(config, "dry-run"), ended = false;
    bool terminal = isatty(STDERR_FILENO) == 1;
    struct round round = {0};
    json_t *place = json_object();
    int code = 0;

    (void)first;
    while (code == 0 && !ended) {
        json_t *answer;

        code = guichetd_order(config,
                              json_pack("{s:s, s:b, s:b, s:O}", "order", "retention-step", "dry",
                                        (int)dry, "list", (int)config_switch(config, "list"),
                                        "place", place),
                              &answer, error);
        if (code == 0) {
            add(&round, answer);
            print_due(answer);
            ended = json_bool_or(answer, "ended", true);
            json_decref(place);
            place = json_incref(json_object_get(answer, "place"));
        }
        json_decref(answer);
        if (terminal)
            fprintf(stderr, "\r%" PRId64 " looked at, %" PRId64 " %s", round.looked_at, round.files,
                    dry ? "to be erased" : "erased");
    }
    if (terminal)
        fputc('\n', stderr);
    json_decref(place);
    if (code == 0)
        printf("%s: %" PRId64 " files with %" PRId64 " records, %" PRId64
               " attachments, the words of "
               "%" PRId64 " entries of the trail; held back %" PRId64 ", not closed %" PRId64
               "; looked at %" PRId64 "\n",
               dry ? "to be erased" : "erased", round.files, round.records, round.attachments,
               round.words, round.held, round.at_work, round.looked_at);
    return finish(code, NULL);
}

/* --- disclose --------------------------------------------------------------------------------- */

/* Moves the page to where it was asked for, also onto another disk. */
static int take_away(const char *from, const char *to, struct error *error)
{
    char bytes[64 * 1024];
    ssize_t length = 0;
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int code = 0;

    if (source < 0 || target < 0)
        code = error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s",
                         source < 0 ? from : to, strerror(errno));
    while (code == 0 && (length = read(source, bytes, sizeof(bytes))) > 0)
        if (write(target, bytes, (size_t)length) != length)
            code = error_set(error, ERROR_STORAGE, "%s: %s", to, strerror(errno));
    if (code == 0 && (length < 0 || fsync(target) != 0))
        code = error_set(error, ERROR_STORAGE, "%s: %s", length < 0 ? from : to, strerror(errno));
    if (source >= 0)
        close(source);
    if (target >= 0)
        close(target);
    if (code != 0 && target >= 0)
        unlink(to);
    unlink(from);
    return code;
}

static int disclose(const struct config *config, size_t first, struct error *error)
{
    const char *language = config_text(config, "language");
    const char *to = config_word(config, first + 1);
    json_t *answer;
    int code;

    /* Before the trail says that a copy was made. */
    if (access(to, F_OK) == 0) {
        error_set(error, ERROR_CONFLICT, "%s is there already", to);
        return GUICHETD_FAILED;
    }
    code = guichetd_order(config,
                          json_pack("{s:s, s:s, s:s}", "order", "disclose", "of",
                                    config_word(config, first), "language",
                                    language != NULL ? language : "fr"),
                          &answer, error);
    if (code == 0)
        code = take_away(json_text_or(answer, "file", ""), to, error);
    if (code == 0)
        printf("made %s\n", to);
    return finish(code, answer);
}

/* --- commands --------------------------------------------------------------------------------- */

static const char *const no_keys[] = {NULL};
static const char *const reason_keys[] = {"reason", NULL};
static const char *const service_keys[] = {"service", NULL};
static const char *const run_keys[] = {"dry-run", "list", NULL};
static const char *const language_keys[] = {"language", NULL};

const struct guichetd_command guichetd_erase = {
    .words = "erase",
    .arguments = "TYPE ID",
    .summary = "Erase all that is on file about a client, or a case, by id or case reference, or "
               "another record by its id; everybody's copies go too. --reason says why, without "
               "anything personal.",
    .keys = reason_keys,
    .least = 2,
    .most = 2,
    .run = erase,
};

const struct guichetd_command guichetd_hold_add = {
    .words = "hold add",
    .arguments = "TYPE ID",
    .summary = "Hold a client's file, a case or another record back from erasure, for the reason "
               "of --reason.",
    .keys = reason_keys,
    .least = 2,
    .most = 2,
    .run = hold_add,
};

const struct guichetd_command guichetd_hold_end = {
    .words = "hold end",
    .arguments = "TYPE ID",
    .summary = "Hold it back no more; --reason says why.",
    .keys = reason_keys,
    .least = 2,
    .most = 2,
    .run = hold_end,
};

const struct guichetd_command guichetd_hold_list = {
    .words = "hold list",
    .arguments = "",
    .summary = "Print what is held back: type, id, since when, why.",
    .keys = no_keys,
    .run = hold_list,
};

const struct guichetd_command guichetd_retention_set = {
    .words = "retention set",
    .arguments = "WHAT MONTHS",
    .summary = "Keep clients, cases (of one service with --service), or another of stray "
               "(cases of no client), attachment, audit-words, note, message, submission, handoff, "
               "task, ticket, flag, "
               "delegation, consent, emergency, contact, client (of no case) so many months after "
               "the last thing that was done; 0: for ever.",
    .keys = service_keys,
    .least = 2,
    .most = 2,
    .run = retention_set,
};

const struct guichetd_command guichetd_retention_remove = {
    .words = "retention remove",
    .arguments = "WHAT",
    .summary = "Remove a rule.",
    .keys = service_keys,
    .least = 1,
    .most = 1,
    .run = retention_remove,
};

const struct guichetd_command guichetd_retention_list = {
    .words = "retention list",
    .arguments = "",
    .summary = "Print the rules: what, service, months.",
    .keys = no_keys,
    .run = retention_list,
};

const struct guichetd_command guichetd_retention_run = {
    .words = "retention run",
    .arguments = "",
    .summary = "Erase what has passed its time; with --dry-run only count it, with --list also "
               "print what it is. Run it daily, from cron or a timer.",
    .keys = run_keys,
    .run = retention_run,
};

const struct guichetd_command guichetd_disclose = {
    .words = "disclose",
    .arguments = "ID FILE",
    .summary = "Write everything on file about a client, by id or a case's reference, into a page "
               "that they can read (HTML), with who looked at it. --language fr or en.",
    .keys = language_keys,
    .least = 2,
    .most = 2,
    .run = disclose,
};
