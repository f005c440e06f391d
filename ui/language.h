/*
 * The language of the screen (gettext), switched while the program runs.
 *
 * One rule for every text that a person reads: write it in English inside _("..."), or N_("...")
 * in a table whose reader calls _() on it, and add its French to ui/po/fr.po in the same commit.
 * A test refuses a text without a French one, and a French one that no source uses.
 * Whole sentences only, never glued pieces; give printf arguments numbers ("%1$s") when the order
 * may differ; plurals by language_plural().
 */
#ifndef GUICHET_UI_LANGUAGE_H
#define GUICHET_UI_LANGUAGE_H

#include <libintl.h>
#include <stdbool.h>

#include "app/error.h"

#define _(text)  gettext(text)
#define N_(text) text

/*
 * Sets a UTF-8 locale (the user's, else C.UTF-8) and the texts' place: GUICHET_LOCALE_DIRECTORY of
 * the environment, else `ui/locale` beside the program (a build tree), else the installed one.
 * Once, before any thread starts.
 */
int language_start(struct error *error);

/* "fr" or "en"; false for another. Screen thread only, after language_start. Everything drawn
 * after this is in that language. */
bool language_set(const char *language);

/* The language now: "fr" or "en". Static. */
const char *language_now(void);

/* `text` (a msgid) in a given language: what is read to the client, whose language may not be the
 * agent's. Static string, never NULL. Screen thread only. */
const char *language_text(const char *language, const char *text) __attribute__((format_arg(2)));

/* The plural of both languages (French: 0 and 1 are singular). */
#define language_plural(one, many, count) ngettext(one, many, (unsigned long)(count))

#endif
