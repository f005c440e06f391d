/* What is kept, by keys: looking, holding back, erasing, the copy in a file, the rules. The test is
 * the sync thread and the server. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/json.h"
#include "tests/unit/ui_questions.h"
#include "ui/language.h"

#define ZOE   "019b7000-0000-7000-8000-0000000000a1"
#define LOOK  "/v1/keeping"
#define RULES "/v1/retention"

#define FILE_OF(more)                                                                              \
    "{\"type\":\"client\",\"record\":\"" ZOE "\",\"client\":\"" ZOE                                \
    "\",\"name\":\"Zo\\u001b[31mé \\u202eLebel\",\"birth_date\":\"1980-05-31\",\"records\":12,"   \
    "\"attachments\":1,\"latest\":\"2026-11-02T10:00:00.000Z\"" more "}"
#define HELD                                                                                       \
    ",\"hold\":{\"since\":\"2026-11-03T10:00:00.000Z\",\"agent_name\":\"Hélène\","               \
    "\"reason\":\"a court\\u0007 asks\"},\"bar\":{\"why\":\"held\",\"label\":\"\"}"
#define OPEN ",\"bar\":{\"why\":\"open\",\"type\":\"case\",\"label\":\"C-7K2M-9QXR\"}"

/* What is asked next; a member of its body must say this. The number to answer. */
static uint64_t expect_asked(struct ui_fixture *fixture, const char *path, const char *member,
                             const char *text)
{
    uint64_t number;
    json_t *body = ui_asked(fixture, QUESTION_KEEPING, path, &number);

    assert_string_equal(json_text_or(body, member, ""), text);
    json_decref(body);
    return number;
}

static void is_told(struct ui_fixture *fixture, const char *file)
{
    uint64_t number = expect_asked(fixture, LOOK, "of", ZOE);

    ui_reply(fixture, QUESTION_KEEPING, number, 200, file);
}

static void open_zoe(struct ui_fixture *fixture, const char *file)
{
    ui_role(fixture, "privacy-officer");
    ui_link(fixture, LINK_ONLINE);
    ui_fixture_type(fixture, ":keeping " ZOE "\r");
    is_told(fixture, file);
}

/* --- looking ---------------------------------------------------------------------------------- */

static void it_is_for_those_whose_role_it_is(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_role(fixture, "supervisor");
    ui_fixture_type(fixture, ":keeping " ZOE "\r");
    ui_fixture_expect(fixture, "Your role neither erases files nor copies them for clients");
    ui_fixture_type(fixture, ":retention\r");
    ui_fixture_expect(fixture, "Your role neither erases files nor copies them for clients");
}

static void what_is_kept_is_shown(void **state)
{
    struct ui_fixture *fixture = *state;

    open_zoe(fixture, FILE_OF(HELD));
    /* What would steer the terminal is shown as marks. */
    ui_fixture_expect(fixture, "Zo␛[31mé");
    ui_fixture_expect(fixture, "1980-05-31");
    ui_fixture_expect(fixture, "12 records, 1 attachment");
    ui_fixture_expect(fixture, "by Hélène");
    ui_fixture_expect(fixture, "a court␇ asks");
    ui_fixture_expect(fixture, "Not to be erased: it is held back.");
    ui_fixture_type(fixture, "e");
    ui_fixture_expect_not(fixture, "to confirm");
    ui_fixture_type(fixture, "r");
    is_told(fixture, FILE_OF(OPEN));
    ui_fixture_expect(fixture, "Not to be erased: the case C-7K2M-9QXR is not closed.");
    assert_true(language_set("fr"));
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Ne peut être effacé : le dossier C-7K2M-9QXR n’est pas clos.");
    ui_fixture_expect(fixture, "12 fiches, 1 pièce jointe");
    assert_true(language_set("en"));
}

static void without_the_link_it_says_so(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;

    ui_role(fixture, "privacy-officer");
    ui_link(fixture, LINK_OFFLINE);
    ui_fixture_type(fixture, ":keeping " ZOE "\r");
    ui_fixture_expect(fixture, "Offline: what is kept is read at the server");
    ui_link(fixture, LINK_ONLINE);
    ui_fixture_type(fixture, "r");
    number = expect_asked(fixture, LOOK, "of", ZOE);
    ui_reply(fixture, QUESTION_KEEPING, number, 0, "cut");
    ui_fixture_expect(fixture, "No answer came from the server");
    ui_fixture_type(fixture, "r");
    number = expect_asked(fixture, LOOK, "of", ZOE);
    ui_refuse(fixture, QUESTION_KEEPING, number, 404, "not-found");
    ui_fixture_expect(fixture, "Nothing is on file by that");
}

/* --- holding back, erasing -------------------------------------------------------------------- */

static void a_hold_is_confirmed_and_sent(void **state)
{
    struct ui_fixture *fixture = *state;
    struct questions *questions = link_questions(fixture->link);
    uint64_t number;

    open_zoe(fixture, FILE_OF(""));
    ui_fixture_type(fixture, "h\r");
    ui_fixture_expect(fixture, "Say why, in a few words.");
    ui_fixture_type(fixture, "a court asks\r");
    ui_fixture_expect(fixture, "Hold it back from erasure?");
    ui_fixture_type(fixture, "1");
    assert_false(questions_wait(questions));
    ui_fixture_type(fixture, "\r2");
    number = expect_asked(fixture, LOOK "/hold", "reason", "a court asks");
    ui_reply(fixture, QUESTION_KEEPING, number, 200, "{}");
    ui_fixture_expect(fixture, "Held back: nothing of it is erased.");
    is_told(fixture, FILE_OF(HELD));
    ui_fixture_expect(fixture, "by Hélène");
    ui_fixture_type(fixture, "hover\r2");
    number = expect_asked(fixture, LOOK "/hold-end", "reason", "over");
    ui_reply(fixture, QUESTION_KEEPING, number, 200, "{}");
    ui_fixture_expect(fixture, "It is held back no longer.");
}

static void an_erasure_wants_its_word(void **state)
{
    struct ui_fixture *fixture = *state;
    struct questions *questions = link_questions(fixture->link);
    uint64_t number;

    open_zoe(fixture, FILE_OF(""));
    ui_fixture_type(fixture, "e");
    ui_fixture_expect(fixture, "12 records, 1 attachment");
    ui_fixture_type(fixture, "asked\reras\r");
    ui_fixture_expect(fixture, "Type “erase”: nothing was erased.");
    assert_false(questions_wait(questions));
    ui_fixture_type(fixture, "e");
    ui_link(fixture, LINK_OFFLINE);
    ui_fixture_type(fixture, "\r");
    ui_fixture_expect(fixture, "Offline: nothing was sent");
    assert_false(questions_wait(questions));
    /* Cut before the answer: nobody knows, and it is not sent again by itself. */
    ui_link(fixture, LINK_ONLINE);
    ui_fixture_type(fixture, "\r");
    number = expect_asked(fixture, LOOK "/erase", "latest", "2026-11-02T10:00:00.000Z");
    ui_reply(fixture, QUESTION_KEEPING, number, 0, "cut");
    ui_fixture_expect(fixture, "No answer came from the server");
    assert_false(questions_wait(questions));
    ui_fixture_type(fixture, "\r");
    number = expect_asked(fixture, LOOK "/erase", "reason", "asked");
    /* Something stands in the way by now: it is looked at again, and said. */
    ui_refuse(fixture, QUESTION_KEEPING, number, 409, "kept");
    ui_fixture_expect(fixture, "Refused: something of it is held back");
    is_told(fixture, FILE_OF(OPEN));
    ui_fixture_expect(fixture, "is not closed");
    ui_fixture_type(fixture, "r");
    is_told(fixture, FILE_OF(""));
    assert_true(language_set("fr"));
    ui_fixture_type(fixture, "eà sa demande\rEffacer\r");
    number = expect_asked(fixture, LOOK "/erase", "reason", "à sa demande");
    ui_reply(fixture, QUESTION_KEEPING, number, 200,
             "{\"records\":12,\"attachments\":1,\"overwritten\":true}");
    ui_fixture_expect(fixture, "Effacé : 12 fiches, 1 pièce jointe.");
    ui_fixture_expect_not(fixture, "Lebel");
    assert_true(language_set("en"));
}

/* --- the copy --------------------------------------------------------------------------------- */

static void path_of(const struct ui_fixture *fixture, char path[120])
{
    (void)snprintf(path, 120, "%s/copy.html", fixture->directory);
}

/* To where it is asked whether to write. */
static void ask_copy(struct ui_fixture *fixture, char path[120])
{
    open_zoe(fixture, FILE_OF(HELD));
    path_of(fixture, path);
    ui_fixture_type(fixture, "c\025");
    ui_fixture_type(fixture, path);
    ui_fixture_type(fixture, "\030");
    ui_fixture_expect(fixture, "not sealed");
    ui_fixture_expect(fixture, "copy.html");
}

static uint64_t part_asked(struct ui_fixture *fixture, int64_t from, const char *tag)
{
    uint64_t number;
    json_t *body = ui_asked(fixture, QUESTION_KEEPING, LOOK "/copy", &number);

    assert_int_equal(json_integer_or(body, "from", -1), from);
    assert_string_equal(json_text_or(body, "tag", ""), tag);
    json_decref(body);
    return number;
}

#define PART(text, next, total, ended)                                                             \
    "{\"text\":\"" text "\",\"next\":" next ",\"total\":" total ",\"tag\":\"t\",\"at\":\"a\","     \
    "\"ended\":" ended "}"

static void expect_file(const char *path, const char *text)
{
    char bytes[100] = "";
    struct stat status;
    int file = open(path, O_RDONLY);

    assert_int_not_equal(file, -1);
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(read(file, bytes, sizeof(bytes) - 1), strlen(text));
    assert_string_equal(bytes, text);
    close(file);
}

static void a_copy_is_written_where_it_was_confirmed(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[120];

    ask_copy(fixture, path);
    ui_fixture_type(fixture, "1");
    assert_false(questions_wait(link_questions(fixture->link)));
    assert_int_not_equal(access(path, F_OK), 0);
    ui_fixture_type(fixture, "\0302");
    ui_reply(fixture, QUESTION_KEEPING, part_asked(fixture, 0, ""), 200,
             PART("<h1>é", "6", "12", "false"));
    ui_fixture_expect(fixture, "50 %");
    /* The link is cut: it goes on where it was. */
    ui_link(fixture, LINK_OFFLINE);
    ui_reply(fixture, QUESTION_KEEPING, part_asked(fixture, 6, "t"), 0, "cut");
    ui_fixture_expect(fixture, "the copy goes on when it is back");
    ui_tick(fixture->ui);
    assert_false(questions_wait(link_questions(fixture->link)));
    ui_link(fixture, LINK_ONLINE);
    for (int i = 0; i < 600 && !questions_wait(link_questions(fixture->link)); i++) {
        usleep(20000);
        ui_tick(fixture->ui);
    }
    /* The file has changed: all of it anew. */
    ui_refuse(fixture, QUESTION_KEEPING, part_asked(fixture, 6, "t"), 412, "changed");
    ui_fixture_expect(fixture, "the copy is fetched anew");
    ui_reply(fixture, QUESTION_KEEPING, part_asked(fixture, 0, ""), 200,
             PART("<h2>e</h2>", "10", "10", "true"));
    ui_fixture_expect(fixture, "The copy is written.");
    expect_file(path, "<h2>e</h2>");
    is_told(fixture, FILE_OF(""));
    ui_fixture_expect(fixture, "A copy is in");
    /* Never over what is there. */
    ui_fixture_type(fixture, "c\025");
    ui_fixture_type(fixture, path);
    ui_fixture_type(fixture, "\030");
    ui_fixture_expect(fixture, "There is a file of this name already");
    expect_file(path, "<h2>e</h2>");
    unlink(path);
}

static void what_is_not_whole_is_removed(void **state)
{
    static const char *const wrong[] = {PART("<h1>", "5", "12", "false"),
                                        PART("", "0", "12", "false")};
    struct ui_fixture *fixture = *state;
    char path[120];

    ask_copy(fixture, path);
    ui_fixture_type(fixture, "2");
    ui_reply(fixture, QUESTION_KEEPING, part_asked(fixture, 0, ""), 200,
             PART("<h1>", "4", "12", "false"));
    assert_int_not_equal(access(path, F_OK), 0);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect(fixture, "No file was left.");
    assert_int_not_equal(access(path, F_OK), 0);
    for (size_t i = 0; i < 2; i++) {
        ui_fixture_type(fixture, "\0302");
        ui_reply(fixture, QUESTION_KEEPING, part_asked(fixture, 0, ""), 200, wrong[i]);
        ui_fixture_expect(fixture, "What the server sent makes no sense.");
        assert_int_not_equal(access(path, F_OK), 0);
    }
    ui_fixture_type(fixture, "\0302");
    ui_refuse(fixture, QUESTION_KEEPING, part_asked(fixture, 0, ""), 413, "too-large");
    ui_fixture_expect(fixture, "guichetd disclose");
    assert_int_not_equal(access(path, F_OK), 0);
    /* The screen ends: signed out, or the program. */
    ui_fixture_type(fixture, "\0302");
    ui_fixture_return(fixture, false);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* Names in the folder of a path, "." and ".." apart. */
static int names_beside(const char *path)
{
    char folder[120];
    struct dirent *entry;
    DIR *opened;
    int count = 0;

    (void)snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
    opened = opendir(folder);
    assert_non_null(opened);
    while ((entry = readdir(opened)) != NULL)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(opened);
    return count;
}

/* Killed while the copy comes, the program leaves nothing of it, whatever the name. */
static void what_is_killed_leaves_nothing(void **state)
{
    struct ui_fixture *fixture = *state;
    char folder[] = "/tmp/guichet-copy-XXXXXX", path[120];
    int status = 0;
    pid_t child;

    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/copy.html", folder);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_zoe(fixture, FILE_OF(HELD));
        ui_fixture_type(fixture, "c\025");
        ui_fixture_type(fixture, path);
        ui_fixture_type(fixture, "\0302");
        ui_reply(fixture, QUESTION_KEEPING, part_asked(fixture, 0, ""), 200,
                 PART("<h1>", "4", "12", "false"));
        (void)part_asked(fixture, 4, "t");
        (void)kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(names_beside(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* What is named meanwhile stays as it is. */
static void nothing_is_written_over_at_the_end(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[120];
    int other;

    ask_copy(fixture, path);
    ui_fixture_type(fixture, "2");
    other = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_int_equal(write(other, "mine", 4), 4);
    close(other);
    ui_reply(fixture, QUESTION_KEEPING, part_asked(fixture, 0, ""), 200,
             PART("<h1>", "4", "4", "true"));
    ui_fixture_expect(fixture, "No file was left.");
    expect_file(path, "mine");
    unlink(path);
}

/* --- the rules -------------------------------------------------------------------------------- */

#define DUE(what, service, id, label, when)                                                        \
    "{\"what\":\"" what "\",\"service\":\"" service "\",\"type\":\"case\",\"record\":\"" id        \
    "\",\"label\":\"" label "\",\"due\":\"" when                                                   \
    "\",\"latest\":\"2025-01-01T00:00:00.000Z\",\"records\":3}"
#define STEP(rules, due, ended)                                                                    \
    "{" rules "\"due\":[" due "],\"place\":{\"stage\":1,\"row\":5},\"ended\":" ended               \
    ",\"looked_at\":300,\"files\":1,\"held\":2,\"at_work\":4}"
#define THREE                                                                                      \
    "\"rules\":[{\"what\":\"case\",\"service\":\"\",\"months\":84},{\"what\":\"case\","            \
    "\"service\":\"sample/permit\",\"months\":24},{\"what\":\"client\",\"service\":\"\","          \
    "\"months\":0}],"

static void the_rules_and_what_goes_next(void **state)
{
    struct ui_fixture *fixture = *state;
    uint64_t number;
    json_t *body;

    ui_role(fixture, "privacy-officer");
    ui_link(fixture, LINK_ONLINE);
    ui_fixture_type(fixture, ":retention\r");
    body = ui_asked(fixture, QUESTION_RETENTION, RULES, &number);
    assert_int_equal(json_integer_or(body, "days", 0), 90);
    assert_null(json_object_get(body, "place"));
    json_decref(body);
    ui_reply(fixture, QUESTION_RETENTION, number, 200,
             STEP(THREE,
                  DUE("case", "sample/permit", ZOE, "C-7K2M-9QXR", "2199-03-03T10:00:00.000Z"),
                  "false"));
    ui_fixture_expect(fixture, "300 looked at, 1 due ...");
    body = ui_asked(fixture, QUESTION_RETENTION, RULES, &number);
    assert_int_equal(json_integer_or(json_object_get(body, "place"), "row", 0), 5);
    json_decref(body);
    ui_reply(fixture, QUESTION_RETENTION, number, 200,
             STEP("", DUE("case", "sample/permit", ZOE, "C-AAAA-BBBB", "2001-03-03T10:00:00.000Z"),
                  "true"));
    ui_fixture_expect(fixture, "2 due; past their time but held back 4, not closed 8");
    ui_fixture_expect(fixture, "cases · sample/permit");
    ui_fixture_expect(fixture, "24 months");
    ui_fixture_expect(fixture, "next round");
    ui_fixture_expect(fixture, "for ever");
    /* By the day on which it goes; from there to what may be done. */
    ui_fixture_type(fixture, "\033[B\r");
    ui_fixture_expect(fixture, "C-AAAA-BBBB");
    ui_fixture_expect(fixture, "3 Mar 2199");
    ui_fixture_type(fixture, "\r");
    number = expect_asked(fixture, LOOK, "type", "case");
    ui_reply(fixture, QUESTION_KEEPING, number, 200,
             "{\"type\":\"case\",\"record\":\"" ZOE "\",\"label\":\"C-AAAA-BBBB\",\"records\":3,"
             "\"client_name\":\"Zoé\"}");
    ui_fixture_expect(fixture, "case C-AAAA-BBBB · Zoé");
    ui_fixture_expect_not(fixture, "c Copy");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_expect(fixture, "for ever");
    /* Another time, from the first step on. */
    ui_fixture_type(fixture, "d");
    body = ui_asked(fixture, QUESTION_RETENTION, RULES, &number);
    assert_int_equal(json_integer_or(body, "days", 0), 365);
    assert_null(json_object_get(body, "place"));
    json_decref(body);
    ui_reply(fixture, QUESTION_RETENTION, number, 200,
             "{\"rules\":[],\"due\":[],\"ended\":true,\"looked_at\":0}");
    ui_fixture_expect(fixture, "There is no rule: nothing is erased by itself.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_for_those_whose_role_it_is), TEST(what_is_kept_is_shown),
        TEST(without_the_link_it_says_so),      TEST(a_hold_is_confirmed_and_sent),
        TEST(an_erasure_wants_its_word),        TEST(a_copy_is_written_where_it_was_confirmed),
        TEST(what_is_not_whole_is_removed),     TEST(the_rules_and_what_goes_next),
        TEST(what_is_killed_leaves_nothing),    TEST(nothing_is_written_over_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
