#include "tests/unit/delivery_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "app/delivery.h"
#include "app/import.h"
#include "app/json.h"
#include "net/signature.h"

#define LOG_LINES 1000

static void in_folder(const struct delivery_fixture *fixture, const char *name, char path[192])
{
    snprintf(path, 192, "%s/%s", fixture->ledger.folder, name);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* --- opening ---------------------------------------------------------------------------------- */

static void make_certificate(const struct delivery_fixture *fixture)
{
    char command[1024];
    const char *folder = fixture->ledger.folder;

    snprintf(command, sizeof(command),
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
             "-subj /CN=agency -addext subjectAltName=IP:127.0.0.1 -keyout '%s/agency-key.pem' "
             "-out '%s/agency.pem' 2>'%s/openssl.log'",
             folder, folder, folder);
    if (system(command) != 0)
        fail_msg("openssl does not make a certificate");
}

void delivery_fixture_open(struct delivery_fixture *fixture)
{
    struct signature_key key;
    struct text_buffer pem = {0};
    char path[192];

    memset(fixture, 0, sizeof(*fixture));
    fixture_open(&fixture->ledger);
    in_folder(fixture, "agencies.json", fixture->agencies);
    in_folder(fixture, "key.pem", fixture->key);
    assert_int_equal(signature_key_make(&key, fixture->key, NULL), 0);
    signature_public_pem(&key, &pem);
    in_folder(fixture, "public.pem", path);
    write_file(path, pem.bytes);
    text_buffer_free(&pem);
    make_certificate(fixture);
    agency_start(fixture);
}

void delivery_fixture_close(struct delivery_fixture *fixture)
{
    int rejected = agency_rejected(fixture);

    sender_stop(fixture);
    agency_end(fixture);
    fixture_close(&fixture->ledger);
    /* Whatever a test does, the agency never gets what is not signed well. */
    assert_int_equal(rejected, 0);
}

/* --- the agency ------------------------------------------------------------------------------- */

void agency_start(struct delivery_fixture *fixture)
{
    const char *top = getenv("abs_top_builddir");
    char program[512], files[4][192], port[16], line[256] = "";
    int ends[2];
    FILE *output;

    snprintf(program, sizeof(program), "%s/tests/agency/agency", top != NULL ? top : ".");
    in_folder(fixture, "agency.pem", files[0]);
    in_folder(fixture, "agency-key.pem", files[1]);
    in_folder(fixture, "public.pem", files[2]);
    in_folder(fixture, "agency.log", files[3]);
    snprintf(port, sizeof(port), "%d", fixture->port);
    assert_int_equal(pipe(ends), 0);
    fixture->agency = fork();
    if (fixture->agency == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], 1);
        close(ends[0]);
        execl(program, "agency", files[0], files[1], files[2], fixture->ledger.folder, files[3],
              port, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    output = fdopen(ends[0], "r");
    if (fgets(line, sizeof(line), output) == NULL ||
        sscanf(line, "agency: listening on https://127.0.0.1:%d", &fixture->port) != 1)
        fail_msg("%s says: %s", program, line);
    fclose(output);
}

void agency_end(struct delivery_fixture *fixture)
{
    if (fixture->agency == 0)
        return;
    kill(fixture->agency, SIGKILL);
    waitpid(fixture->agency, NULL, 0);
    fixture->agency = 0;
}

void agency_order(struct delivery_fixture *fixture, const char *name, const char *order)
{
    char path[192], moved[192];

    /* Never half a file. */
    in_folder(fixture, "order.new", path);
    in_folder(fixture, name, moved);
    write_file(path, order);
    assert_int_equal(rename(path, moved), 0);
}

void agencies_write(struct delivery_fixture *fixture, const char *const *names, const char *more)
{
    struct text_buffer text = {0};

    text_buffer_add_text(&text, "{\"agencies\": [");
    for (size_t i = 0; names[i] != NULL; i++)
        text_buffer_add_format(&text,
                               "%s{\"id\": \"%s\", \"url\": \"https://127.0.0.1:%d/%s/filings\", "
                               "\"ca_file\": \"%s/agency.pem\", \"retry_seconds\": 1%s}",
                               i > 0 ? ", " : "", names[i], fixture->port, names[i],
                               fixture->ledger.folder, more);
    text_buffer_add_text(&text, "]}");
    write_file(fixture->agencies, text.bytes);
    text_buffer_free(&text);
}

/* Each line of the log that fits; the first one's body goes into `body` when that is not NULL. */
static int log_walk(struct delivery_fixture *fixture, const char *name, const char *method,
                    bool new_only, json_t **body)
{
    char path[192];
    FILE *file;
    char *line = NULL;
    size_t room = 0;
    int count = 0;

    in_folder(fixture, "agency.log", path);
    file = fopen(path, "r");
    assert_non_null(file);
    while (getline(&line, &room, file) > 0) {
        json_t *entry = json_loads(line, 0, NULL);

        if (entry != NULL && strcmp(json_text_or(entry, "agency", ""), name) == 0 &&
            strcmp(json_text_or(entry, "method", ""), method) == 0 &&
            (!new_only || json_is_true(json_object_get(entry, "new"))) && count++ == 0 &&
            body != NULL)
            *body = json_incref(json_object_get(entry, "body"));
        json_decref(entry);
    }
    free(line);
    fclose(file);
    return count;
}

int agency_count(struct delivery_fixture *fixture, const char *name, const char *method,
                 bool new_only)
{
    return log_walk(fixture, name, method, new_only, NULL);
}

json_t *agency_body(struct delivery_fixture *fixture, const char *name)
{
    json_t *body = NULL;

    log_walk(fixture, name, "POST", false, &body);
    assert_non_null(body);
    return body;
}

static void rest(void)
{
    const struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};

    nanosleep(&moment, NULL);
}

void agency_wait(struct delivery_fixture *fixture, const char *name, const char *method, int count)
{
    time_t end = time(NULL) + DELIVERY_FIXTURE_WAIT;

    while (agency_count(fixture, name, method, false) < count) {
        if (time(NULL) > end)
            fail_msg("%s did not get %d %s", name, count, method);
        rest();
    }
}

int agency_rejected(struct delivery_fixture *fixture)
{
    char command[256], path[192], line[64] = "";
    FILE *pipe_end;

    in_folder(fixture, "agency.log", path);
    snprintf(command, sizeof(command), "grep -c '\"rejected\"' '%s'", path);
    pipe_end = popen(command, "r");
    assert_non_null(fgets(line, sizeof(line), pipe_end));
    pclose(pipe_end);
    return atoi(line);
}

/* --- the sender ------------------------------------------------------------------------------- */

static void keep_line(void *context, const char *line)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct delivery_fixture *fixture = context;
    size_t length;

    pthread_mutex_lock(&mutex);
    length = strlen(fixture->log);
    snprintf(fixture->log + length, sizeof(fixture->log) - length, "%s\n", line);
    pthread_mutex_unlock(&mutex);
}

void sender_start(struct delivery_fixture *fixture)
{
    const struct delivery_options options = {.agencies = fixture->agencies,
                                             .key = fixture->key,
                                             .log = keep_line,
                                             .log_context = fixture};
    struct error error = ERROR_INIT;

    if (delivery_sender_start(&fixture->sender, &options, fixture->ledger.ledger, &error) != 0)
        fail_msg("%s", error.message);
}

void sender_stop(struct delivery_fixture *fixture)
{
    delivery_sender_stop(fixture->sender);
    fixture->sender = NULL;
}

/* --- filings ---------------------------------------------------------------------------------- */

static void publish_form(struct delivery_fixture *fixture, const char *const *names)
{
    struct id id = id_from_key("form", "sample/move");
    struct record *form = record_new(RECORD_FORM, &id);
    json_t *recipients = json_array();
    struct import_target target;

    for (size_t i = 0; names[i] != NULL; i++)
        json_array_append_new(recipients,
                              json_pack("{s:s, s:{s:s}, s:[s, s], s:{s:s}}", "id", names[i],
                                        "title", "en", names[i], "answers", "street", names[i],
                                        "consent", "en", "I agree"));
    json_object_set_new(form->body, "key", json_string("sample/move"));
    json_object_set_new(form->body, "recipients", recipients);
    ledger_import_target(fixture->ledger.ledger, &target);
    assert_int_equal(target.begin(target.context, NULL), 0);
    assert_int_equal(target.publish(target.context, form, NULL), 0);
    assert_int_equal(target.commit(target.context, NULL), 0);
    record_free(form);
}

struct id filing_make(struct delivery_fixture *fixture, const char *const *names)
{
    struct ledger_fixture *f = &fixture->ledger;
    json_t *consents = json_object(), *answers = json_object();
    struct id submission;

    publish_form(fixture, names);
    json_object_set_new(answers, "street", json_string("1 rue des Érables"));
    json_object_set_new(answers, "secret", json_string("for nobody"));
    for (size_t i = 0; names[i] != NULL; i++) {
        json_object_set_new(answers, names[i], json_sprintf("for %s", names[i]));
        json_object_set_new(consents, names[i], json_boolean(strcmp(names[i], "without") != 0));
    }
    submission =
        fixture_make(f, ANNE, RECORD_SUBMISSION,
                     json_pack("{s:s, s:i, s:s, s:s, s:o, s:s, s:o, s:o}", "form", "sample/move",
                               "form_version", 3, "office", "sample/a", "started_by",
                               f->actors[ANNE].agent.text, "started_at", json_time(f->clock_ms),
                               "status", "draft", "consents", consents, "answers", answers));
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_CLAIM, RECORD_SUBMISSION, &submission, 1,
                                      json_pack("{s:s, s:s}", "status", "submitted", "submitted_at",
                                                "2026-11-26T15:00:00.000Z")));
    return submission;
}

json_t *delivery_body(struct delivery_fixture *fixture, const struct id *submission,
                      const char *name)
{
    struct id id = delivery_id(submission, name);
    json_t *document = NULL;
    json_t *body;

    assert_int_equal(fixture_read(&fixture->ledger, ANNE, RECORD_DELIVERY, &id, &document), 0);
    body = json_incref(json_object_get(document, "body"));
    json_decref(document);
    return body;
}

json_t *delivery_wait(struct delivery_fixture *fixture, const struct id *submission,
                      const char *name, const char *state, const char *member, const char *text)
{
    time_t end = time(NULL) + DELIVERY_FIXTURE_WAIT;

    for (;;) {
        json_t *body = delivery_body(fixture, submission, name);

        if (strcmp(json_text_or(body, "state", ""), state) == 0 &&
            (member == NULL || strcmp(json_text_or(body, member, ""), text) == 0))
            return body;
        if (time(NULL) > end) {
            char *dump = json_dumps(body, 0);

            fail_msg("%s is not %s: %s\n%s", name, state, dump, fixture->log);
        }
        json_decref(body);
        rest();
    }
}
