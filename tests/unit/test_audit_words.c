/* Entries of the trail in plain words: every kind in both languages, with and without a client. */
#include "ui/audit_deeds.h"
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

/* Held back, let go and erased are three things, whatever was given as a reason. */
static void what_is_held_and_what_is_erased_differ(void **state)
{
    static const struct {
        const char *what, *french, *english;
    } entries[] = {
        {"held back",
         "Marie {client} a fait conserver ce qui est au dossier de Léa Roy (C-7K2M-9QXR)",
         "Marie {client} held back from erasure what is on file of Léa Roy (C-7K2M-9QXR)"},
        {"hold ended",
         "Marie {client} a cessé de faire conserver ce qui est au dossier de Léa Roy (C-7K2M-9QXR)",
         "Marie {client} let go what was held back of Léa Roy (C-7K2M-9QXR)"},
        {"erased: held back", "Marie {client} a effacé quelque chose de Léa Roy (C-7K2M-9QXR)",
         "Marie {client} erased something of Léa Roy (C-7K2M-9QXR)"},
        {"erased: retention", "Marie {client} a effacé quelque chose de Léa Roy (C-7K2M-9QXR)",
         "Marie {client} erased something of Léa Roy (C-7K2M-9QXR)"},
        {"retention",
         "Selon les règles de conservation, quelque chose de Léa Roy (C-7K2M-9QXR) a été effacé",
         "By the retention rules something of Léa Roy (C-7K2M-9QXR) was erased"},
    };
    char text[500];

    (void)state;
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        language_set("fr");
        sentence("erase", entries[i].what, true, text);
        assert_string_equal(text, entries[i].french);
        sentence("erase", entries[i].what, false, text);
        assert_null(strstr(text, "Léa"));
        language_set("en");
        sentence("erase", entries[i].what, true, text);
        assert_string_equal(text, entries[i].english);
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
    assert_non_null(strstr(text, ": promis hier · ouvert à 2026"));
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

static void deed_is(const char *what, const char *expected)
{
    char text[300];

    audit_deed(what, text, sizeof(text));
    assert_string_equal(text, expected);
}

/* What the server calls in English is read in the agent's language; names and numbers stay. */
static void what_it_was_is_translated(void **state)
{
    char text[12];

    (void)state;
    language_set("fr");
    deed_is("append", "ajouté");
    deed_is("fields name, phone", "modifié : nom, téléphone");
    deed_is("claim status", "pris ou décidé : état");
    deed_is("fields: permission protection",
            "modifié : non permis par le rôle : protection d’un dossier");
    deed_is("opened at 2026-11-27T16:50:12.345Z, contact 019aaaaa-0000-7000-8000-000000000001",
            "ouvert à 2026-11-27 16:50 UTC, pendant un contact");
    deed_is("pinned at 2026-11-27T16:50:12.345Z", "épinglé à 2026-11-27 16:50 UTC");
    deed_is("changes: 12 records", "par le fil : fiches : 12");
    deed_is("announcement: without the offer", "annoncé avant un transfert : qui n’est pas venu");
    deed_is("search: name, phone; all offices; found 3",
            "recherche : nom, téléphone; tous les bureaux; trouvés : 3");
    deed_is("device enrolled: counter-3", "poste inscrit : counter-3");
    deed_is("sign-in: held off, 4 attempts", "ouverture de session : retenu, tentatives : 4");
    deed_is("role sample/clerk, office sample/a", "rôle sample/clerk, bureau sample/a");
    deed_is("sign-in: terminal not enrolled", "ouverture de session : poste non inscrit");
    deed_is("sign-in: terminal's clock", "ouverture de session : l’horloge du poste est fausse");
    deed_is("sign-in: terminal was ended", "ouverture de session : poste révoqué");
    deed_is("erase: open", "effacement : pas encore fermé");
    deed_is("erase: changed since", "effacement : modifié depuis qu’il a été consulté");
    deed_is("copy: protected", "copie pour le client : protégé");
    deed_is("no valid token: 12 requests, the last one GET /v1/changes",
            "sans session : requêtes : 12, la dernière GET /v1/changes");
    deed_is("what nobody knows: x", "what nobody knows : x");
    deed_is("", "");
    language_set("en");
    deed_is("append", "added");
    deed_is("opened at yesterday", "opened at yesterday");
    deed_is("fields", "changed");
    audit_deed("fields name, phone", text, sizeof(text));
    assert_int_equal(strlen(text), sizeof(text) - 1);
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
        cmocka_unit_test(what_is_held_and_what_is_erased_differ),
        cmocka_unit_test(it_says_who_whose_and_why),
        cmocka_unit_test(what_it_was_is_translated),
        cmocka_unit_test(every_rule_is_a_sentence),
    };

    return language_start(NULL) != 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
