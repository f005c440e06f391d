/*
 * What the work screens share: applying a batch, and naming clients, services, targets and records
 * in the present language.
 */
#ifndef GUICHET_UI_WORK_H
#define GUICHET_UI_WORK_H

#include "app/author.h"
#include "forms/answer.h"
#include "ui/screen.h"

#define WORK_NAME_SIZE 256

/* Applies the batch when `code` (of the builders) is 0, tells the error otherwise, and clears the
 * batch. True when all of it is written, or there was nothing to write. */
bool work_apply(struct screen *screen, struct batch *batch, int code, struct error *error);

/* The record of a work type, NULL when it is not here. New. */
struct record *work_get(struct desk *desk, enum record_type type, const char *id,
                        enum store_pending *pending);

/* Who a client is, of whichever of their files this is (client_merge.h); NULL when they are not
 * here. New. */
struct record *work_get_client(struct desk *desk, const char *id);
/* Files of one client. */
bool work_same_client(struct desk *desk, const char *id, const char *other);

/* For a screen's `about`, which has read it; NULL for none. */
struct screen_about work_about(const struct record *record);

/* The client's name, "anonymous client", or "" for NULL. */
void work_client_name(const struct record *client, char *name, size_t size);
/* Name, language, phone, e-mail and postal code with dots between. */
void work_client_line(const struct record *client, char *line, size_t size);
/* The title of a catalogue record by key (of a moved service, of its successor), the key itself
 * when it is not here, "" for "". */
void work_title(struct desk *desk, enum record_type type, const char *key, char *title,
                size_t size);
/* What the field at this pointer of a form is called on its screen; the pointer when the form does
 * not know it. */
void work_field_name(struct desk *desk, const char *form, const char *pointer, char *name,
                     size_t size);
/* The agent's name, "somebody" when unknown. */
void work_agent_name(struct desk *desk, const char *id, char *name, size_t size);
/* Whom a hand-off is for. */
void work_target_name(struct desk *desk, const struct record *handoff, char *name, size_t size);
/* "in French", "in English"; another tag as it is. */
const char *work_language(const char *tag);
/* The first line of a text. */
void work_first_line(const char *text, char *line, size_t size);
/* Local time of a member of the body, "" when there is none. */
void work_when(struct desk *desk, const struct record *record, const char *member, char *text,
               size_t size);

/* What is to be said where a catalogue record was not confirmed for long (freshness.h); "" when it
 * was. */
#define WORK_STALE_SIZE 160
void work_stale_text(const struct desk *desk, const struct record *record, char *text, size_t size);

/* By when it is due: what is promised or to be done on a day has no hour. */
void work_due(struct desk *desk, const struct record *record, char *text, size_t size);

/* The day at this terminal, YYYY-MM-DD. */
#define WORK_DAY_SIZE 11
void work_day_today(struct desk *desk, char day[WORK_DAY_SIZE]);

/* A delegation in a line, as seen from the file of `client`: who acts for whom, the role, the proof
 * and the last day; how it is to be painted. */
enum paint_style work_delegation_text(struct desk *desk, const struct record *delegation,
                                      const struct id *client, char *text, size_t size);

/* A consent in a line: for whom, what, until when, how; how it is to be painted. */
enum paint_style work_consent_text(struct desk *desk, const struct record *consent, char *text,
                                   size_t size);

/* Whether a client speaks for another one: they are the same, or the one acts for the other today.
 */
bool work_speaks_for(struct desk *desk, const char *id, const char *client);

/* How a day typed on this screen is read. */
struct answer_context work_answer_context(const struct desk *desk);

/* Makes this contact, client, case and draft the open ones, and keeps that. Empty ids for none. */
void work_open_set(struct screen *screen, const struct desk_open *open);
/* Tells that this file is shown (desk_tell_look), and on the message line if that cannot be kept.
 */
void work_look(struct screen *screen, const struct id *client, const struct id *matter);
/* The same of the client and case that a record names; NULL for none. */
void work_look_record(struct screen *screen, const struct record *record);

/* Shows a case; on top of it, its draft's form when `submission` is not empty. */
void work_show_case(struct ui *ui, const struct id *matter, const struct id *submission);

/* The service of the open case, else of the contact in progress, else of the service page that is
 * open; "" for none. */
void work_present_service(struct screen *screen, char *key, size_t size);

#endif
