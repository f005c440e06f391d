/* Somebody with a name that is looked for in every file, what is on file about them, its erasure.
 */
#ifndef GUICHET_TESTS_ERASE_FIXTURE_H
#define GUICHET_TESTS_ERASE_FIXTURE_H

#include "net/ledger_erase.h"
#include "tests/unit/ledger_fixture.h"

/* Stands in all that these make. */
#define SECRET "Zephyrine"

/* Sets a member of a body to a text, and gives the body back. */
json_t *erase_named(json_t *body, const char *member, const char *text);

/* What Anne makes in office a. The bodies of a case and of a contact (ended, or not) of a client
 * are new references. */
struct id erase_client(struct ledger_fixture *f);
json_t *erase_case(struct ledger_fixture *f, const struct id *client);
json_t *erase_contact(struct ledger_fixture *f, const struct id *client, bool ended);
struct id erase_note(struct ledger_fixture *f, const struct id *matter);
/* A claim of hers that is applied. */
void erase_claim(struct ledger_fixture *f, enum record_type type, const struct id *id, int64_t base,
                 const char *member, const char *word);

/* Denis has something erased: what comes of it; what bars it; how many records went. */
int erase_try(struct ledger *ledger, struct ledger_fixture *f, enum record_type type,
              const struct id *id, enum ledger_bar *bar, struct ledger_erased *erased);
enum ledger_bar erase_bar(struct ledger_fixture *f, enum record_type type, const struct id *id);
int64_t erase_now(struct ledger_fixture *f, enum record_type type, const struct id *id);

/* How often bytes stand in any file of a folder. */
int erase_occurrences(const char *folder, const char *bytes);

/* Beside the ledger: a number that a query gives; a change. */
int64_t erase_number(struct ledger_fixture *f, const char *sql);
void erase_run(struct ledger_fixture *f, const char *sql);

#endif
