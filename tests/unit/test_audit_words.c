/* Entries of the trail in plain words: every kind in both languages, with and without a client. */
#include "ui/audit_words.h"

#include <stdio.h>
#include <string.h>

#include "net/ledger_audit.h"
#include "net/ledger_unusual.h"
#include "tests/unit/unit.h"
#include "ui/language.h"

static json_t *entry_of(const char *kind, const char *what, bool client)
{
    json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kind", kind, "what", what,
                              "agent", "a", "agent_name", "Marie {client}", "type", "note",
                              "purpose", "call-back", "words", "promis hier");

    if (client) {
        json_object_set_new(entry, "client", json_string("c"));
        json_object_set_new(entry, "client_name", json_string("Léa Roy"));
        json_object_set_new(entry, "label", json_string("C-7K2M-9QXR"));
    }
    return entry;
}

static void sentence(const char *kind, const char *what, bool client, char text[500])
{
    json_t *entry = entry_of(kind, what, client);

    audit_sentence(entry, text, 500);
    json_decref(entry);
}

static void every_kind_is_a_sentence(void **state)
{
    static const char *const languages[] = {"fr", "en"};
    static const char *const reads[] = {
        "opened at 2026", "changes: 3 records", "records",       "relay changes: 2 records",
        "attachment",     "status page",        "continue page", "audit trail: unusual access",
        "audit trail",    "questionnaire page", "open311 token"};
    char text[500], other[500];

    (void)state;
    for (size_t l = 0; l < 2; l++) {
        assert_true(language_set(languages[l]));
        for (int kind = 0; kind < AUDIT_KIND_COUNT; kind++)
            for (int client = 0; client < 2; client++) {
                sentence(audit_kind_name((enum audit_kind)kind), "xyz", client != 0, text);
                /* A sentence of its own, not what it was in the server's terms; a name is put in
                 * as it is, whatever stands in it. */
                assert_string_not_equal(text, "xyz");
                assert_null(strstr(text, "{agent}"));
                assert_null(strstr(text, "{what}"));
                assert_null(strstr(text, "{type}"));
                if (client && strstr(text, "Léa") != NULL)
                    assert_non_null(strstr(text, "Léa Roy (C-7K2M-9QXR)"));
            }
        for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
            for (size_t j = 0; j < i; j++) {
                sentence("read", reads[i], true, text);
                sentence("read", reads[j], true, other);
                assert_string_not_equal(text, other);
            }
    }
}

static void it_says_who_whose_and_why(void **state)
{
    json_t *entry = entry_of("read", "opened at 2026", true);
    char text[500];

    (void)state;
    language_set("fr");
    audit_sentence(entry, text, sizeof(text));
    assert_string_equal(text, "Marie {client} a ouvert le dossier de Léa Roy (C-7K2M-9QXR)");
    audit_reason(entry, text, sizeof(text));
    assert_non_null(strstr(text, ": promis hier · opened at 2026"));
    json_object_del(entry, "words");
    json_object_set_new(entry, "words_erased", json_true());
    audit_reason(entry, text, sizeof(text));
    assert_non_null(strstr(text, "(mots effacés)"));
    /* Somebody who is no agent any more, a client without a name, and a small buffer. */
    json_object_del(entry, "agent_name");
    json_object_del(entry, "client_name");
    json_object_del(entry, "label");
    language_set("en");
    audit_sentence(entry, text, sizeof(text));
    assert_string_equal(text,
                        "somebody no longer known opened the file of a client without a name");
    audit_sentence(entry, text, 20);
    assert_string_equal(text, "somebody no longer ");
    json_decref(entry);
}

static void every_rule_is_a_sentence(void **state)
{
    char text[500];

    (void)state;
    for (int l = 0; l < 2; l++) {
        language_set(l == 0 ? "fr" : "en");
        for (const char *const *rule = unusual_rules; *rule != NULL; rule++) {
            json_t *finding =
                json_pack("{s:s, s:s, s:s, s:s, s:s, s:i}", "rule", *rule, "agent", "a",
                          "agent_name", "Marie", "client", "c", "client_name", "Léa", "count", 23);

            audit_finding_sentence(finding, text, sizeof(text));
            assert_string_not_equal(text, *rule);
            assert_null(strchr(text, '{'));
            json_decref(finding);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_a_sentence),
        cmocka_unit_test(it_says_who_whose_and_why),
        cmocka_unit_test(every_rule_is_a_sentence),
    };

    return language_start(NULL) != 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
