/* Mail to a client: what is written, and what an SMTP server's answers mean (tests/email). */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>

#include "net/email_send.h"

static char folder[64];
static pid_t sink;
static int port;

static const struct email_outgoing ordinary = {
    .from = "bureau@ville.example",
    .from_name = "Bureau de Québec",
    .to = "zoe@example.ca",
    .subject = "Votre demande est reçue",
    .text = "Bonjour Zoé,\n\nNous avons reçu votre demande.\n.\nÀ bientôt\n",
    .language = "fr",
    .message_id = "guichet.01890000-0000-7000-8000-000000000001@ville.example",
    .in_reply_to = "abc@example.ca",
    .reference = "C-7K3M-9QX4",
    .automatic = true,
};

static int sink_start(void **state)
{
    char program[512], line[128] = "";
    const char *build = getenv("abs_top_builddir");
    int ends[2];

    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/guichet-send-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(program, sizeof(program), "%s/tests/email/smtp_sink", build != NULL ? build : ".");
    assert_int_equal(pipe(ends), 0);
    sink = fork();
    if (sink == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(program, "smtp_sink", folder, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    assert_non_null(fgets(line, sizeof(line), output));
    assert_int_equal(sscanf(line, "smtp_sink: listening on 127.0.0.1:%d", &port), 1);
    fclose(output);
    return 0;
}

static int sink_end(void **state)
{
    char command[96];

    (void)state;
    if (sink > 0) {
        kill(sink, SIGKILL);
        waitpid(sink, NULL, 0);
    }
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static void account_make(struct email_account *account, int at_port)
{
    char url[64];
    struct error error = ERROR_INIT;

    snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", at_port);
    assert_int_equal(email_account_open(account, EMAIL_SMTP,
                                        &(struct email_account_options){.url = url}, &error),
                     0);
}

static enum email_sent send_to(const char *to, char reason[EMAIL_REASON_SIZE])
{
    struct email_outgoing outgoing = ordinary;
    struct email_account account;
    struct error error = ERROR_INIT;
    enum email_sent sent;

    outgoing.to = to;
    account_make(&account, port);
    assert_int_equal(email_send(&account, &outgoing, &sent, reason, &error), 0);
    email_account_close(&account);
    return sent;
}

static char *read_file(const char *name)
{
    char path[128];
    char *text = calloc(1, 65536);

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static void a_message_arrives_as_it_was_written(void **state)
{
    char reason[EMAIL_REASON_SIZE];

    (void)state;
    assert_int_equal(send_to("zoe@example.ca", reason), EMAIL_SENT);
    assert_string_equal(reason, "");
    char *envelope = read_file("1.envelope"), *message = read_file("1.eml");
    assert_string_equal(envelope, "bureau@ville.example\nzoe@example.ca\n");
    assert_non_null(strstr(
        message, "Message-Id: <guichet.01890000-0000-7000-8000-000000000001@ville.example>\r\n"));
    assert_non_null(strstr(message, "In-Reply-To: <abc@example.ca>\r\n"));
    assert_non_null(strstr(message, "References: <abc@example.ca>\r\n"));
    assert_non_null(strstr(message, "Auto-Submitted: auto-replied\r\n"));
    assert_non_null(strstr(message, "Content-Language: fr\r\n"));
    assert_non_null(strstr(message, "[C-7K3M-9QX4]"));
    assert_non_null(strstr(message, "quoted-printable"));
    assert_non_null(strstr(message, "Nous avons re=C3=A7u votre demande."));
    /* The line with a dot alone came through. */
    assert_non_null(strstr(message, "demande.\r\n.\r\n=C3=80 bient=C3=B4t"));
    free(envelope);
    free(message);
}

static void what_the_server_says_decides(void **state)
{
    char reason[EMAIL_REASON_SIZE];

    (void)state;
    assert_int_equal(send_to("bounce@example.ca", reason), EMAIL_BOUNCED);
    assert_string_equal(reason, "550 5.1.1 no such mailbox");
    assert_int_equal(send_to("later@example.ca", reason), EMAIL_LATER);
    assert_string_equal(reason, "451 4.2.0 try again later");
    assert_int_equal(send_to("spam@example.ca", reason), EMAIL_BOUNCED);
    assert_string_equal(reason, "554 5.7.1 looks like \xE2\x90\x9B[31mspam");
    assert_int_equal(send_to("busy@example.ca", reason), EMAIL_LATER);
    /* It was kept, and no answer came. */
    assert_int_equal(send_to("cut@example.ca", reason), EMAIL_LATER);
    assert_string_equal(reason, EMAIL_ANSWER_UNKNOWN);
}

struct stepping {
    int calls, code;
};

static int step(void *context, struct error *error)
{
    struct stepping *stepping = context;

    stepping->calls++;
    return stepping->code == 0 ? 0 : error_set(error, stepping->code, "not noted");
}

static int messages_kept(void)
{
    int count = 0;

    for (;; count++) {
        char path[128];

        snprintf(path, sizeof(path), "%s/%d.eml", folder, count + 1);
        if (access(path, F_OK) != 0)
            return count;
    }
}

/* It is noted once, and what cannot be noted is not handed over. */
static void the_last_step_comes_before_the_end(void **state)
{
    struct stepping stepping = {0, 0};
    struct email_outgoing outgoing = ordinary;
    struct email_account account;
    struct error error = ERROR_INIT;
    char reason[EMAIL_REASON_SIZE];
    enum email_sent sent;
    int kept = messages_kept();
    char *text = calloc(1, 300001);

    (void)state;
    outgoing.last_step = step;
    outgoing.last_context = &stepping;
    account_make(&account, port);
    stepping.code = ERROR_STORAGE;
    assert_int_equal(email_send(&account, &outgoing, &sent, reason, &error), ERROR_STORAGE);
    assert_string_equal(error.message, "not noted");
    assert_int_equal(stepping.calls, 1);
    assert_int_equal(messages_kept(), kept);
    /* Nobody is bothered for one who is refused before anything is sent. */
    outgoing.to = "bounce@example.ca";
    assert_int_equal(email_send(&account, &outgoing, &sent, reason, &error), 0);
    assert_int_equal(stepping.calls, 1);
    /* One of many pieces has one last step. */
    outgoing.to = ordinary.to;
    for (int i = 0; i < 300000; i++)
        text[i] = i % 70 == 69 ? '\n' : 'a';
    outgoing.text = text;
    stepping.code = 0;
    assert_int_equal(email_send(&account, &outgoing, &sent, reason, &error), 0);
    assert_int_equal(sent, EMAIL_SENT);
    assert_int_equal(stepping.calls, 2);
    assert_int_equal(messages_kept(), kept + 1);
    email_account_close(&account);
    free(text);
}

static void a_server_that_is_not_there_or_ill_is_tried_again(void **state)
{
    struct email_account account;
    struct error error = ERROR_INIT;
    char reason[EMAIL_REASON_SIZE], path[128];
    enum email_sent sent;

    (void)state;
    account_make(&account, 1);
    assert_int_equal(email_send(&account, &ordinary, &sent, reason, &error), 0);
    assert_int_equal(sent, EMAIL_LATER);
    assert_string_not_equal(reason, "");
    email_account_close(&account);
    snprintf(path, sizeof(path), "%s/greeting", folder);
    FILE *file = fopen(path, "w");
    fputs("554 closed today\n", file);
    fclose(file);
    assert_int_equal(send_to("zoe@example.ca", reason), EMAIL_LATER);
    unlink(path);
}

static void nothing_gets_into_the_headers(void **state)
{
    struct email_outgoing outgoing = ordinary;
    struct text_buffer message = {0};
    struct error error = ERROR_INIT;

    (void)state;
    outgoing.subject = "a\r\nBcc: all@example.ca\r\n\r\nbody";
    outgoing.from_name = "x\nBcc: all@example.ca";
    outgoing.in_reply_to = "a>\r\nBcc: <all@example.ca";
    outgoing.message_id = "b@c\r\nBcc: all@example.ca";
    outgoing.language = "fr\r\nBcc: all@example.ca";
    assert_int_equal(email_compose(&outgoing, &message, &error), 0);
    assert_null(strstr(message.bytes, "\nBcc:"));
    assert_non_null(strstr(message.bytes, "Message-Id: <guichet."));
    text_buffer_free(&message);
    outgoing.to = "zoe@example.ca>\r\nRCPT TO:<all@example.ca";
    assert_int_equal(email_compose(&outgoing, &message, &error), ERROR_INVALID);
}

static void an_address_that_is_none_bounces(void **state)
{
    static const char *const bad[] = {"", "zoe", "@example.ca", "zoe@", "a@b@c", "a b@c", "<a@b>"};
    char reason[EMAIL_REASON_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(send_to(bad[i], reason), EMAIL_BOUNCED);
        assert_string_equal(reason, "the address of the recipient is not one");
    }
}

static void our_own_ids_are_known(void **state)
{
    struct id id;
    char text[EMAIL_ID_SIZE];

    (void)state;
    assert_true(id_parse(&id, "01890000-0000-7000-8000-000000000001"));
    email_message_id(&id, "bureau@ville.example", text);
    assert_string_equal(text, ordinary.message_id);
    assert_true(email_id_is_own(text));
    assert_true(email_id_is_own("<guichet.01890000-0000-7000-8000-000000000001@x>"));
    assert_false(email_id_is_own("guichet.01890000-0000-7000-8000-00000000000@x"));
    assert_false(email_id_is_own("guichet.@x"));
    assert_false(email_id_is_own(""));
}

static void no_password_leaves_the_machine_unencrypted(void **state)
{
    static const char *const bad[] = {"http://127.0.0.1",
                                      "smtp://user:pw@127.0.0.1",
                                      "smtp://127.0.0.1/x",
                                      "imap://127.0.0.1",
                                      "",
                                      "smtpx://a"};
    struct email_account account;
    struct error error = ERROR_INIT;
    struct email_account_options options = {.url = NULL};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        options.url = bad[i];
        assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), ERROR_INVALID);
    }
    options.url = "smtp://mail.example.ca:587";
    assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), 0);
    assert_false(account.plain);
    email_account_close(&account);
    options.url = "smtp://127.0.0.1:25/";
    assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), 0);
    assert_true(account.plain);
    assert_string_equal(account.url, "smtp://127.0.0.1:25");
    email_account_close(&account);
    options.user = "bureau";
    assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), ERROR_INVALID);
    options.password_file = "/nonexistent/password";
    assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), ERROR_NOT_FOUND);
}

static void write_file(const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* The sink wants this token of bureau, as OAUTHBEARER (RFC 7628) sends it. */
static void want_token(const char *token)
{
    char said[256], line[512] = "OAUTHBEARER ";
    int length = snprintf(said, sizeof(said),
                          "n,a=bureau,\1host=127.0.0.1\1port=%d\1auth=Bearer %s\1\1", port, token);

    sodium_bin2base64(line + strlen(line), sizeof(line) - strlen(line), (unsigned char *)said,
                      (size_t)length, sodium_base64_VARIANT_ORIGINAL);
    write_file("bearer", line);
}

static void a_token_signs_in_and_may_be_renewed(void **state)
{
    char reason[EMAIL_REASON_SIZE], url[64], path[128], bearer[128];
    struct email_account_options options = {.url = url, .user = "bureau", .token_file = path};
    struct email_account account;
    struct error error = ERROR_INIT;
    enum email_sent sent;

    (void)state;
    snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", port);
    snprintf(path, sizeof(path), "%s/token", folder);
    snprintf(bearer, sizeof(bearer), "%s/bearer", folder);
    write_file("token", "ya29.first\n");
    want_token("ya29.first");
    assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), 0);
    assert_int_equal(email_send(&account, &ordinary, &sent, reason, &error), 0);
    assert_int_equal(sent, EMAIL_SENT);
    /* It has run out: the message waits, and what renews the token replaces the file. */
    want_token("ya29.second");
    assert_int_equal(email_send(&account, &ordinary, &sent, reason, &error), 0);
    assert_int_equal(sent, EMAIL_LATER);
    assert_null(strstr(reason, "ya29"));
    write_file("token", "ya29.second\n");
    assert_int_equal(email_send(&account, &ordinary, &sent, reason, &error), 0);
    assert_int_equal(sent, EMAIL_SENT);
    unlink(path);
    assert_int_equal(email_send(&account, &ordinary, &sent, reason, &error), ERROR_NOT_FOUND);
    email_account_close(&account);
    unlink(bearer);
    /* One of the two, and one that is there. */
    assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), ERROR_NOT_FOUND);
    write_file("token", "\n");
    assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), ERROR_INVALID);
    write_file("token", "ya29.second\n");
    options.password_file = path;
    assert_int_equal(email_account_open(&account, EMAIL_SMTP, &options, &error), ERROR_INVALID);
}

static void a_stop_ends_a_transfer(void **state)
{
    struct email_account account;
    struct error error = ERROR_INIT;
    char reason[EMAIL_REASON_SIZE];
    enum email_sent sent;
    atomic_bool stopping = true;

    (void)state;
    account_make(&account, port);
    account.stopping = &stopping;
    assert_int_equal(email_send(&account, &ordinary, &sent, reason, &error), ERROR_CANCELLED);
    email_account_close(&account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_arrives_as_it_was_written),
        cmocka_unit_test(what_the_server_says_decides),
        cmocka_unit_test(the_last_step_comes_before_the_end),
        cmocka_unit_test(a_server_that_is_not_there_or_ill_is_tried_again),
        cmocka_unit_test(nothing_gets_into_the_headers),
        cmocka_unit_test(an_address_that_is_none_bounces),
        cmocka_unit_test(our_own_ids_are_known),
        cmocka_unit_test(no_password_leaves_the_machine_unencrypted),
        cmocka_unit_test(a_token_signs_in_and_may_be_renewed),
        cmocka_unit_test(a_stop_ends_a_transfer),
    };

    return cmocka_run_group_tests(tests, sink_start, sink_end);
}
