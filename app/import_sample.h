/*
 * The shipped sample: a folder with one file for each type of the catalogue (services.json,
 * forms.json, offices.json, agents.json, queues.json, calendars.json, life-events.json; and
 * questionnaires.json, the forms of the life events, templates.json, those of messages to
 * clients, and snippets.json, phrases for notes, where there are any), each
 * {"confirmed": "2026-11-01", "records": [{"id": "birth-certificate", ...body}]}.
 *
 * A record in a file is its body (app/catalogue_bodies.md) with `id` in place of key and source. An
 * agent also has `password`, which is taken out of the body and given to the sink separately.
 */
#ifndef GUICHET_APP_IMPORT_SAMPLE_H
#define GUICHET_APP_IMPORT_SAMPLE_H

#include "app/error.h"
#include "app/import.h"

#define IMPORT_SAMPLE "sample"

/*
 * Reads the folder into the sink. Everything is checked before anything is given: every member by
 * the table of its type (import_body.h), every reference (unknown key, a move to a service that
 * does not exist, moves in a circle), every login once. An error names file, record and member.
 */
int import_sample(const char *folder, const struct import_sink *sink,
                  struct import_edition *edition, struct error *error);

#endif
