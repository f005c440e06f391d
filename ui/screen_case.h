/* One entry of a case's timeline in words: shared by the case and the entry screens. */
#ifndef GUICHET_UI_SCREEN_CASE_H
#define GUICHET_UI_SCREEN_CASE_H

#include "app/case_file.h"
#include "ui/work.h"

/* What it is ("note, commitment", "contact, resolved", "Change of address, draft"). */
void case_entry_title(struct desk *desk, const struct record *record, char *title, size_t size);
/* Its own words: the note, the need, the summary; one line of it with `line`. */
void case_entry_text(struct desk *desk, const struct record *record, char *text, size_t size);
/* Who did it: an agent, the client, or "". */
void case_entry_who(struct desk *desk, const struct case_entry *entry, char *who, size_t size);
/* Opens the screen of one entry. */
void case_entry_show(struct ui *ui, const struct record *record);
enum paint_style case_entry_style(const struct record *record);
/* "pending", "not sent yet", or "". */
const char *case_pending_text(enum store_pending pending);

#endif
