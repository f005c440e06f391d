/*
 * Notes with restricted visibility: only their author, whoever has the case in hands, and the
 * supervisors of the note's office see them, whatever else lets somebody see the case. So they
 * stand in scopes of those alone; no hand-off gives them to others. When the case comes into other
 * hands they follow it: the one who had it sees them no longer, unless they wrote them.
 *
 * To find them without looking at all that a case has, they stand in one more scope, named after
 * the case, that nobody reads.
 */
#include "net/ledger_protect.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/note.h"

/* The case that a note is about: of its contact when it was written before there was one. Empty
 * text for none. */
static int case_of(struct ledger *ledger, const struct record *note, char text[ID_TEXT_LENGTH + 1],
                   struct error *error)
{
    struct ledger_row row = {0};
    struct id id;
    int code;

    snprintf(text, ID_TEXT_LENGTH + 1, "%s", record_text(note, "case"));
    if (text[0] != '\0' || !id_parse(&id, record_text(note, "contact")))
        return 0;
    code = ledger_row_read(ledger->writer, RECORD_CONTACT, &id, &row, error);
    if (code == 0)
        snprintf(text, ID_TEXT_LENGTH + 1, "%s", record_text(row.record, "case"));
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* Whoever has the case in hands. */
static int add_assignee(struct ledger *ledger, const char *matter, struct scope_set *scopes,
                        struct error *error)
{
    struct ledger_row row = {0};
    struct id id;
    int code;

    if (!id_parse(&id, matter))
        return 0;
    code = ledger_row_read(ledger->writer, RECORD_CASE, &id, &row, error);
    if (code == 0 && record_text(row.record, "assignee")[0] != '\0')
        code = scope_set_add(scopes, "agent:", record_text(row.record, "assignee"), error);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int ledger_restricted_scopes(struct ledger *ledger, const struct record *note,
                             struct scope_set *scopes, struct error *error)
{
    char matter[ID_TEXT_LENGTH + 1];
    int code = case_of(ledger, note, matter, error);

    if (code == 0)
        code = scope_set_add(scopes, "agent:", record_text(note, "author"), error);
    if (code == 0)
        code = scope_set_add(scopes, LEDGER_OFFICE_SUPERVISORS_SCOPE, record_text(note, "office"),
                             error);
    if (code == 0 && matter[0] != '\0')
        code = scope_set_add(scopes, LEDGER_RESTRICTED_SCOPE, matter, error);
    return code == 0 ? add_assignee(ledger, matter, scopes, error) : code;
}

int ledger_restricted_keep(struct ledger *ledger, int64_t row, const struct scope_set *kept,
                           struct error *error)
{
    struct scope_set held = {0};
    int code = ledger_row_scopes(ledger->writer, row, &held, error);

    for (size_t i = 0; i < held.count && code == 0; i++)
        if (!scope_set_has(kept, held.names[i]) &&
            strncmp(held.names[i], LEDGER_RESTRICTED_SCOPE, strlen(LEDGER_RESTRICTED_SCOPE)) != 0)
            code = ledger_row_take_from(ledger, row, held.names[i], error);
    scope_set_free(&held);
    return code;
}

/* Brings one note into the scopes where it belongs now, and out of the others. */
static int settle_note(struct ledger *ledger, int64_t number, struct error *error)
{
    struct scope_set wanted = {0};
    struct ledger_row row = {0};
    int code = ledger_row_read_number(ledger->writer, number, &row, error);

    if (code == 0)
        code = ledger_restricted_scopes(ledger, row.record, &wanted, error);
    if (code == 0)
        code = ledger_protect_map(ledger, number, &wanted, error);
    if (code == 0)
        code = ledger_restricted_keep(ledger, number, &wanted, error);
    if (code == 0)
        code = ledger_feed_give(ledger, &row, &wanted, false, error);
    scope_set_free(&wanted);
    ledger_row_clear(&row);
    return code;
}

int ledger_restricted_follow(struct ledger *ledger, const struct record *matter,
                             struct error *error)
{
    char scope[sizeof(LEDGER_RESTRICTED_SCOPE) + ID_TEXT_LENGTH + 1] = LEDGER_RESTRICTED_SCOPE;
    int64_t *rows;
    size_t count;
    int64_t number;
    int code;

    strcat(scope, matter->id.text);
    code = ledger_scope_find(ledger->writer, scope, &number, error);
    if (code != 0 || number == 0)
        return code;
    code = ledger_scope_rows(ledger, number, &rows, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = settle_note(ledger, rows[i], error);
    free(rows);
    return code;
}
