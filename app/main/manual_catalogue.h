/* What the manual page tells of importing and exporting a catalogue, out of the tables of both. */
#ifndef GUICHET_APP_MAIN_MANUAL_CATALOGUE_H
#define GUICHET_APP_MAIN_MANUAL_CATALOGUE_H

#include "app/text.h"

/* Adds roff: the sources, the formats, and the columns of our own CSV. English. */
void manual_add_catalogue(struct text_buffer *page);

#endif
