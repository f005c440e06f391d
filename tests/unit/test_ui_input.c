#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "ui/input.h"

static int64_t now;

static void feed(struct input_decoder *decoder, const char *bytes)
{
    input_decoder_feed(decoder, bytes, strlen(bytes), now);
}

static uint32_t next(struct input_decoder *decoder)
{
    struct input input;

    return input_next(decoder, &input, now) ? input.code : INPUT_NONE;
}

static int setup(void **state)
{
    now = 1000;
    *state = input_decoder_new();
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    input_decoder_free(*state);
    return 0;
}

static void characters_come_whole_also_when_split(void **state)
{
    feed(*state, "a\xC3");
    assert_int_equal(next(*state), 'a');
    assert_int_equal(next(*state), INPUT_NONE);
    feed(*state, "\xA9\xF0\x9F\x99");
    assert_int_equal(next(*state), 0xE9);
    assert_int_equal(next(*state), INPUT_NONE);
    feed(*state, "\x82");
    assert_int_equal(next(*state), 0x1F642);
}

static void what_is_no_character_is_dropped(void **state)
{
    feed(*state, "\xFF\x80x\xC3(\xED\xA0\x80y\xC0\xAFz");
    assert_int_equal(next(*state), 'x');
    assert_int_equal(next(*state), '(');
    assert_int_equal(next(*state), 'y');
    assert_int_equal(next(*state), 'z');
    assert_int_equal(next(*state), INPUT_NONE);
}

static void controls_of_c1_are_no_keys(void **state)
{
    feed(*state, "a\xC2\x80\xC2\x9B"
                 "31m\xC2\x9F\xC2\xA0");
    assert_int_equal(next(*state), 'a');
    assert_int_equal(next(*state), '3');
    assert_int_equal(next(*state), '1');
    assert_int_equal(next(*state), 'm');
    assert_int_equal(next(*state), 0xA0);
    assert_int_equal(next(*state), INPUT_NONE);
}

static void escape_alone_waits_a_moment(void **state)
{
    feed(*state, "\033");
    assert_int_equal(next(*state), INPUT_NONE);
    assert_int_equal(input_decoder_wait(*state, now), INPUT_ESCAPE_WAIT_MS);
    now += INPUT_ESCAPE_WAIT_MS - 1;
    assert_int_equal(next(*state), INPUT_NONE);
    now += 1;
    assert_int_equal(next(*state), INPUT_ESCAPE);
    assert_int_equal(input_decoder_wait(*state, now), -1);
}

static void escape_before_a_letter_acts_at_once(void **state)
{
    feed(*state, "\033x\033\033");
    assert_int_equal(next(*state), INPUT_ESCAPE);
    assert_int_equal(next(*state), 'x');
    assert_int_equal(next(*state), INPUT_ESCAPE);
    assert_int_equal(next(*state), INPUT_NONE);
}

static void escape_and_a_digit_is_a_function_key(void **state)
{
    feed(*state, "\033");
    assert_int_equal(next(*state), INPUT_NONE);
    now += 200; /* typed by hand */
    feed(*state, "3");
    assert_int_equal(next(*state), INPUT_F(3));
    feed(*state, "\0330\0331");
    assert_int_equal(next(*state), INPUT_F(10));
    assert_int_equal(next(*state), INPUT_F(1));
}

/* At 9600 baud the bytes of one key come one by one, over a bad line much slower. */
static void sequences_may_come_byte_by_byte(void **state)
{
    static const char *const bytes[] = {"\033", "[", "1", "5", "~"};

    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(next(*state), INPUT_NONE);
        now += 200;
        feed(*state, bytes[i]);
    }
    assert_int_equal(next(*state), INPUT_F(5));
}

static void every_terminal_s_keys_are_known(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t code;
    } cases[] = {
        {"\033OP", INPUT_F(1)},
        {"\033[11~", INPUT_F(1)},
        {"\033[[A", INPUT_F(1)},
        {"\033OS", INPUT_F(4)},
        {"\033[[E", INPUT_F(5)},
        {"\033[24~", INPUT_F(12)},
        {"\033[A", INPUT_UP},
        {"\033OA", INPUT_UP},
        {"\033[3~", INPUT_DELETE},
        {"\033[Z", INPUT_BACK_TAB},
        {"\033[1;5D", INPUT_WORD_LEFT},
        {"\033[H", INPUT_HOME},
        {"\033[4~", INPUT_END},
        {"\r", INPUT_ENTER},
        {"\n", INPUT_ENTER},
        {"\x7f", INPUT_BACKSPACE},
        {"\b", INPUT_BACKSPACE},
        {"\t", INPUT_TAB},
        {"\x14", INPUT_CONTROL('T')},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        feed(*state, cases[i].bytes);
        assert_int_equal(next(*state), cases[i].code);
        assert_int_equal(next(*state), INPUT_NONE);
    }
}

static void an_unknown_sequence_does_nothing(void **state)
{
    feed(*state, "\033[99;1~a\033[?1;2cb");
    assert_int_equal(next(*state), 'a');
    assert_int_equal(next(*state), 'b');
}

static void terminfo_knows_better(void **state)
{
    input_decoder_learn(*state, "\033[A", INPUT_F(11));
    input_decoder_learn(*state, NULL, INPUT_F(12));
    feed(*state, "\033[A");
    assert_int_equal(next(*state), INPUT_F(11));
}

static void keys_typed_ahead_keep_their_order(void **state)
{
    static const uint32_t expected[] = {'m', INPUT_ENTER, 's',        INPUT_F(2),
                                        'p', INPUT_DOWN,  INPUT_ENTER};

    feed(*state, "m\rs\033OQp\033[B\r");
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_int_equal(next(*state), expected[i]);
}

static void a_paste_is_one_input_also_when_split(void **state)
{
    struct input input;

    feed(*state, "x\033[200~line one\nli");
    assert_int_equal(next(*state), 'x');
    assert_int_equal(next(*state), INPUT_NONE);
    feed(*state, "ne \033[A two\033[20");
    assert_int_equal(next(*state), INPUT_NONE);
    feed(*state, "1~y");
    assert_true(input_next(*state, &input, now));
    assert_int_equal(input.code, INPUT_PASTE);
    assert_int_equal(input.length, strlen("line one\nline \033[A two"));
    assert_memory_equal(input.text, "line one\nline \033[A two", input.length);
    assert_int_equal(next(*state), 'y');
}

static void a_huge_paste_is_bounded(void **state)
{
    char block[4096];
    struct input input;

    memset(block, 'a', sizeof(block));
    feed(*state, "\033[200~");
    for (size_t i = 0; i < 1000; i++) {
        input_decoder_feed(*state, block, sizeof(block), now);
        assert_int_equal(next(*state), INPUT_NONE);
    }
    feed(*state, "\033[201~b");
    assert_true(input_next(*state, &input, now));
    assert_int_equal(input.code, INPUT_PASTE);
    assert_int_equal(input.length, INPUT_PASTE_LIMIT);
    assert_int_equal(next(*state), 'b');
}

static void waiting_can_be_cancelled(void **state)
{
    feed(*state, "abc");
    assert_false(input_decoder_cancelled(*state, now));
    feed(*state, "\x03");
    assert_true(input_decoder_cancelled(*state, now));
    assert_int_equal(next(*state), INPUT_NONE);
    feed(*state, "\033");
    assert_false(input_decoder_cancelled(*state, now));
    now += INPUT_ESCAPE_WAIT_MS;
    assert_true(input_decoder_cancelled(*state, now));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(characters_come_whole_also_when_split),
        TEST(what_is_no_character_is_dropped),
        TEST(controls_of_c1_are_no_keys),
        TEST(escape_alone_waits_a_moment),
        TEST(escape_before_a_letter_acts_at_once),
        TEST(escape_and_a_digit_is_a_function_key),
        TEST(sequences_may_come_byte_by_byte),
        TEST(every_terminal_s_keys_are_known),
        TEST(an_unknown_sequence_does_nothing),
        TEST(terminfo_knows_better),
        TEST(keys_typed_ahead_keep_their_order),
        TEST(a_paste_is_one_input_also_when_split),
        TEST(a_huge_paste_is_bounded),
        TEST(waiting_can_be_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
