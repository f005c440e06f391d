/* The tables of keys, commands and screens hold together. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tests/unit/ui_fixture.h"
#include "ui/language.h"
#include "ui/manual.h"
#include "ui/ui_internal.h"

#define KINDS_LIMIT 128

static size_t all_commands(struct ui *ui, const struct screen_kind *top, struct command *commands)
{
    struct screen_kind kind = *top;
    struct entry entry = {.screen = {.kind = &kind}};
    struct ui shown = {.desk = ui->desk, .stack = {&entry}, .count = 1};

    kind.offers = NULL; /* all keys, whatever an open screen would offer now */
    return commands_list(&shown, commands, UI_COMMANDS_LIMIT);
}

static bool is_taken_by_terminals(uint32_t code)
{
    static const char letters[] = "SQZBCIJM[H";

    for (size_t i = 0; i < strlen(letters); i++)
        if (code == INPUT_CONTROL(letters[i]) && code != INPUT_TAB)
            return true;
    return false;
}

static void no_key_means_two_things_from_anywhere(void **state)
{
    struct ui_fixture *fixture = *state;
    struct command commands[UI_COMMANDS_LIMIT];
    size_t count = commands_list(fixture->ui, commands, UI_COMMANDS_LIMIT);

    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (commands[i].key == NULL && commands[i].code != INPUT_NONE &&
                commands[i].code == commands[j].code)
                fail_msg("two commands have one key: %s, %s", commands[i].help, commands[j].help);
}

static void no_screen_has_a_key_twice_nor_one_that_a_terminal_takes(void **state)
{
    (void)state;
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++)
        for (const struct screen_key *key = (*kind)->keys; key != NULL && key->help != NULL;
             key++) {
            if (is_taken_by_terminals(key->code))
                fail_msg("%s uses a key that terminals take: %s", (*kind)->name, key->help);
            /* Twice only where the state of the screen says which of two words it is. */
            for (const struct screen_key *other = key + 1; other->help != NULL; other++)
                if (key->code != INPUT_NONE && key->code == other->code &&
                    ((*kind)->offers == NULL || strcmp(key->label, other->label) == 0))
                    fail_msg("%s has one key twice: %s", (*kind)->name, key->help);
        }
}

static void command_words_are_one_in_both_languages(void **state)
{
    struct ui_fixture *fixture = *state;
    static const char *const languages[] = {"en", "fr"};

    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++) {
        struct command commands[UI_COMMANDS_LIMIT];
        size_t count = all_commands(fixture->ui, *kind, commands);

        assert_true(count < UI_COMMANDS_LIMIT);
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count; j++)
                for (int k = 0; k < 4 && i != j; k++) {
                    if (commands[i].word == NULL || commands[j].word == NULL)
                        continue;
                    if (strcmp(language_text(languages[k & 1], commands[i].word),
                               language_text(languages[k >> 1], commands[j].word)) == 0)
                        fail_msg("on %s a word means two commands: %s, %s", (*kind)->name,
                                 commands[i].help, commands[j].help);
                }
    }
}

static void every_screen_is_whole(void **state)
{
    size_t count = 0;

    (void)state;
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++) {
        const struct screen_kind *k = *kind;

        assert_non_null(k->name);
        assert_non_null(k->title);
        assert_non_null(k->help);
        assert_non_null(k->open);
        assert_non_null(k->draw);
        assert_non_null(k->close);
        assert_ptr_equal(screen_kind_find(k->name), k);
        /* A key from anywhere has a command too, for terminals without function keys. */
        assert_true(k->code == INPUT_NONE || k->command != NULL);
        for (const struct screen_key *key = k->keys; key != NULL && key->help != NULL; key++)
            assert_true(key->run != NULL || (k->key != NULL && key->command == NULL));
        count++;
    }
    assert_true(count < KINDS_LIMIT);
}

static void the_manual_has_every_screen_and_key(void **state)
{
    struct text_buffer page = {0};

    (void)state;
    manual_add_keys(&page);
    assert_false(page.failed);
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++) {
        struct text_buffer title = {0};

        text_buffer_add_text(&title, ".SS ");
        manual_add_text(&title, (*kind)->title);
        assert_non_null(strstr(page.bytes, title.bytes));
        text_buffer_free(&title);
    }
    assert_non_null(strstr(page.bytes, ".B F2, :search\n"));
    assert_non_null(strstr(page.bytes, ".B F10, :quit\n"));
    text_buffer_free(&page);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(no_key_means_two_things_from_anywhere),
        TEST(no_screen_has_a_key_twice_nor_one_that_a_terminal_takes),
        TEST(command_words_are_one_in_both_languages),
        TEST(every_screen_is_whole),
        TEST(the_manual_has_every_screen_and_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
