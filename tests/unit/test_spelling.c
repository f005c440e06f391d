/* Which words of a note are marked, and what is offered for them. */
#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/spelling.h"

static struct spelling *need(const char *language)
{
    struct spelling *spelling = spelling_open(language, NULL);

    if (spelling == NULL)
        skip();
    return spelling;
}

/* The faults of a text, with bars between. */
static const char *faults(struct spelling *spelling, const char *text)
{
    static char found[512];
    size_t from = 0, start, end;

    found[0] = '\0';
    while (spelling_find(spelling, text, strlen(text), from, &start, &end)) {
        assert_true(start < end && end <= strlen(text) && end > from);
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%.*s",
                 found[0] != '\0' ? "|" : "", (int)(end - start), text + start);
        from = end;
    }
    return found;
}

static void french_words(void **state)
{
    struct spelling *spelling = need("fr-CA");

    (void)state;
    assert_string_equal(faults(spelling, "Le client a déménager hier."), "");
    assert_string_equal(faults(spelling, "Le cliant a téléfoné."), "cliant|téléfoné");
    assert_string_equal(faults(spelling, "Aujourd’hui, l'enfant n'a pas d’adresse; c’est ecrit."),
                        "ecrit");
    assert_string_equal(faults(spelling, "(acsepté),refuzé"), "acsepté|refuzé");
    /* The beginning of a sentence, and of a line, is no name. */
    assert_string_equal(faults(spelling, "Cliant venu. Telefoné\nBonjourr"),
                        "Cliant|Telefoné|Bonjourr");
    spelling_close(spelling);
}

static void english_words(void **state)
{
    struct spelling *spelling = need("en");

    (void)state;
    assert_string_equal(faults(spelling, "The client doesn't recieve her colour card."), "recieve");
    assert_string_equal(faults(spelling, "They’ve sent the cheque"), "");
    spelling_close(spelling);
}

/* Names, references, numbers, addresses and initials are not words. */
static void what_is_no_word_is_not_marked(void **state)
{
    struct spelling *spelling = need("fr");

    (void)state;
    assert_string_equal(faults(spelling, "Le dossier C-7K3M-9QX4 de Mme Wojciechowska"), "");
    assert_string_equal(faults(spelling, "voir zoe.roy@exemplle.ca et https://exemplle.ca/abcde"),
                        "");
    assert_string_equal(faults(spelling, "RAMQX SAAQX 12abc 3e G1Rxyz w/o"), "");
    assert_string_equal(faults(spelling, ""), "");
    assert_string_equal(faults(spelling, "\xc2\xa0… — !"), "");
    spelling_close(spelling);
}

static void a_word_is_accepted_until_it_is_forgotten(void **state)
{
    struct spelling *spelling = need("fr");

    (void)state;
    assert_string_equal(faults(spelling, "le guichettier dit"), "guichettier");
    spelling_accept(spelling, "guichettier");
    assert_string_equal(faults(spelling, "le guichettier dit"), "");
    assert_string_equal(faults(spelling, "Guichettier, dit le GuiChettier"), "");
    spelling_forget(spelling);
    assert_string_equal(faults(spelling, "le guichettier dit"), "guichettier");
    /* A client's name that is a word of the language stays one when the client is gone. */
    spelling_accept(spelling, "Boulanger");
    assert_string_equal(faults(spelling, "le boulanger dit"), "");
    spelling_forget(spelling);
    assert_string_equal(faults(spelling, "le boulanger dit"), "");
    spelling_accept(spelling, "boulanger");
    spelling_forget(spelling);
    assert_string_equal(faults(spelling, "le boulanger dit"), "");
    spelling_close(spelling);
}

static void the_likeliest_is_offered_first(void **state)
{
    struct spelling *spelling = need("en");
    char *suggestions[SPELLING_SUGGESTIONS];
    size_t count = spelling_suggest(spelling, "recieve", suggestions);

    (void)state;
    assert_true(count > 0);
    assert_string_equal(suggestions[0], "receive");
    for (size_t i = 0; i < count; i++)
        free(suggestions[i]);
    spelling_close(spelling);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* Any machine has these: a dictionary of our own, none, and one in an encoding that is not ours. */
static void dictionaries_are_looked_for(void **state)
{
    char folder[] = "/tmp/guichet-spelling-XXXXXX", both[128];
    struct spelling *spelling;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_null(spelling_open("fr", folder));
    write_file(folder, "fr.aff", "SET UTF-8\n");
    write_file(folder, "fr.dic", "3\nété\nle\nclient\n");
    write_file(folder, "en_CA.aff", "SET ISO8859-1\n");
    write_file(folder, "en_CA.dic", "1\nclient\n");
    snprintf(both, sizeof(both), "/nowhere:%s", folder);
    spelling = spelling_open("fr-CA", both);
    assert_non_null(spelling);
    assert_string_equal(faults(spelling, "le client étée hiver"), "étée|hiver");
    spelling_close(spelling);
    assert_null(spelling_open("en", folder));
    assert_null(spelling_open("es", folder));
    assert_int_equal(remove_folder(folder), 0);
}

/* More words than are remembered. */
static void many_words_are_judged(void **state)
{
    struct spelling *spelling = need("fr");
    char word[32];

    (void)state;
    for (int i = 0; i < 10000; i++) {
        size_t start, end;

        snprintf(word, sizeof(word), "zz%c%c%c%cq", 'a' + i % 26, 'a' + i / 26 % 26,
                 'a' + i / 676 % 26, 'a' + i / 17576 % 26);
        assert_true(spelling_find(spelling, word, strlen(word), 0, &start, &end));
    }
    assert_string_equal(faults(spelling, "le client"), "");
    spelling_close(spelling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(french_words),
        cmocka_unit_test(english_words),
        cmocka_unit_test(what_is_no_word_is_not_marked),
        cmocka_unit_test(a_word_is_accepted_until_it_is_forgotten),
        cmocka_unit_test(the_likeliest_is_offered_first),
        cmocka_unit_test(dictionaries_are_looked_for),
        cmocka_unit_test(many_words_are_judged),
    };

    return cmocka_run_group_tests_name("spelling", tests, NULL, NULL);
}
