/*
 * Remote wipe: an administrator has ordered this terminal to erase what it keeps. The keys of every
 * store go first, so that nothing sealed opens any more whatever becomes of the rest; then the
 * stores with their journals, the catalogue, and the terminal's own key. Work that was not sent is
 * lost, knowingly: the terminal may be in other hands.
 *
 * Being told is written down before anything is erased: killed at any point, the next start goes
 * on.
 */
#ifndef GUICHET_APP_WIPE_H
#define GUICHET_APP_WIPE_H

#include <stdbool.h>

#include "app/error.h"

/* Writes down that the order came, in the data directory. */
int wipe_note(const char *data_directory, struct error *error);
/* Whether it came and was not carried out to its end. */
bool wipe_is_noted(const char *data_directory);

/* Carries it out: the stores, the catalogue and the terminal's key in the directory, and nothing else
 * that may be there. No store may be open. Goes on past what fails; then the error tells what was
 * left, and the note stays. */
int wipe_run(const char *data_directory, struct error *error);

#endif
