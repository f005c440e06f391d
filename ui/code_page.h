/* How a code for the web is shown to an agent, who reads it to the client: screen_continue.c and
 * screen_status_code.c. */
#ifndef GUICHET_UI_CODE_PAGE_H
#define GUICHET_UI_CODE_PAGE_H

#include "app/continue.h"
#include "ui/work.h"

#define CODE_PAGE_LABEL 14 /* columns */

/* Large, where there is room, and in groups of four, with the cursor on it; the row after it. */
int code_page_draw(const struct paint *paint, const struct continue_code *code);
/* On the last row: that it is shown only now. */
void code_page_draw_once(const struct paint *paint);
/* Of a code that was made earlier: that the client has it, by whom and when it was made, until when
 * it is good (`until`, in words); with `begin` also its first group. Returns the rows used. */
int code_page_draw_grant(struct desk *desk, const struct paint *paint, int row,
                         const struct continue_grant *grant, bool begin, const char *until);

/* The language to speak to a client: their file's, else `tag`, else the screen's. "fr" or "en". */
const char *code_page_language(struct desk *desk, const char *client, const char *tag);

#endif
