/*
 * Fuzzes what a screen shows of a server's answer to a question: first byte: whether the search of
 * all offices or the audit trail is asked, by client, agent, or for what is unusual; then the
 * answer, a JSON document. The screen is drawn, what is listed is walked and opened. Nothing on the
 * canvas steers a terminal.
 */
#include "tests/fuzz/fuzz_canvas.h"

#include "app/json.h"
#include "app/permission.h"
#include "app/question.h"
#include "app/text.h"
#include "tests/unit/ui_fixture.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct ui_fixture *fixture;

static void end(void)
{
    void *state = fixture;

    (void)ui_fixture_teardown(&state);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    const struct link_status online = {.state = LINK_ONLINE};
    void *state = NULL;

    (void)count;
    (void)arguments;
    FUZZ_HOLDS(ui_fixture_setup(&state) == 0);
    fixture = state;
    link_status_set(fixture->link, &online);
    (void)atexit(end);
    return 0;
}

static void look(void)
{
    ui_fixture_draw(fixture);
    fuzz_canvas_holds(fixture->canvas);
}

/* Whatever is asked now is given this answer. */
static void reply(json_t *document)
{
    struct questions *questions = link_questions(fixture->link);
    struct question question;

    for (int i = 0; i < 3 && questions_wanted(questions, &question); i++) {
        struct question_answer answer = {.status = 200, .document = json_deep_copy(document)};

        questions_answer(questions, question.kind, question.number, &answer);
        question_clear(&question);
        link_screen_ring(fixture->link);
        look();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const ways[] = {":elsewhere lebel\r", ":audit\r", ":audit zoe\r",
                                       ":audit\r\t\tu"};
    json_t *document;
    uint8_t way;

    if (size < 2)
        return 0;
    way = data[0] % 4;
    document = json_loadb((const char *)data + 1, size - 1, JSON_DECODE_ANY, NULL);
    if (document == NULL)
        return 0;
    fixture->desk.may = ~(permission_set)0; /* the screens look into records for it again */
    ui_fixture_type(fixture, ways[way]);
    ui_fixture_press(fixture, INPUT_ENTER);
    if (way == 0)
        ui_fixture_type(fixture, "2"); /* why */
    reply(document);
    ui_fixture_press(fixture, INPUT_TAB);
    for (int i = 0; i < 3; i++) {
        ui_fixture_press(fixture, INPUT_DOWN);
        look();
    }
    ui_fixture_send(fixture, "\r");
    reply(document);
    for (int i = 0; i < 5; i++)
        ui_fixture_press(fixture, INPUT_ESCAPE);
    look();
    json_decref(document);
    return 0;
}
