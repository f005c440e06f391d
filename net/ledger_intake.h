/*
 * What the parts of intake share. Only net/ledger_intake*.c and net/ledger_attachment.c include it.
 */
#ifndef GUICHET_NET_LEDGER_INTAKE_H
#define GUICHET_NET_LEDGER_INTAKE_H

#include "net/intake.h"
#include "net/ledger_sqlite.h"

/* One message on its way in. */
struct intake {
    struct ledger *ledger;
    const struct intake_message *message;
    struct intake_result *result;
    int64_t now_ms;
    int64_t at_ms; /* when the client sent it */
    struct id_generator ids;
    json_t *remarks;   /* array; owned */
    char *text;        /* fit to be kept; owned */
    const char *whole; /* all of the text, when `text` is only its beginning; else NULL */
    struct client_details client; /* without what is no address, number or date */

    /* What the continue code opened, and the form said, before the transaction. */
    struct id code_matter, code_client;
    struct record *form; /* owned; NULL: there is no submission to be made */

    /* What was found within it; owned, NULL for none. */
    struct record *matter, *found_client, *service, *queue;
    bool is_sender; /* the client is who wrote: of what is said of both nothing speaks against it */
    char office[RECORD_KEY_SIZE];
};

static inline bool intake_is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

/* Adds a remark once; `name` (may be NULL) follows it. ERROR_MEMORY. */
int intake_remark(struct intake *intake, const char *word, const char *name, struct error *error);
bool intake_has_remark(const struct intake *intake, const char *word);

/* Makes the result a refusal. */
void intake_refuse(struct intake *intake, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline bool intake_is_refused(const struct intake *intake)
{
    return intake->result->kind == INTAKE_REFUSED;
}

/* A new id for a record. */
struct id intake_id(struct intake *intake);

/* Sets a member of a body unless the text is NULL or "", made fit to be kept and cut to `limit`
 * bytes (0: never). Without memory `*body` is given back and NULL, which later calls pass over. */
void intake_put(json_t **body, const char *member, const char *text, size_t limit);
void intake_put_time(json_t **body, const char *member, int64_t ms);

/* Within the transaction: makes a record, as the server. Takes over `body`. */
int intake_append(struct intake *intake, enum record_type type, const struct id *id, json_t *body,
                  struct error *error);

/* What it is about, in a line: the subject, else the beginning of the text. */
void intake_first_line(const struct intake *intake, char *line, size_t size);

/* The list of refused messages. New. */
int ledger_refused_list(struct database *database, size_t limit, json_t **list,
                        struct error *error);

/* --- before the transaction ------------------------------------------------------------------- */

/* Looks at the form of a submission: `form` is set when its answers may be filed. */
int intake_judge_form(struct intake *intake, struct error *error);
/* Opens the continue code. */
int intake_open_code(struct intake *intake, struct error *error);

/* --- within it -------------------------------------------------------------------------------- */

/* Finds case and client. */
int intake_match(struct intake *intake, struct error *error);

/* Files the answers of a submission on the case. */
int intake_file(struct intake *intake, struct error *error);

/* Offers the case to a queue or the office where somebody must look at it. */
int intake_offer(struct intake *intake, struct error *error);

/* Keeps the attachments (and what else became one) of the message: the list for its body. New. */
int intake_attach(struct intake *intake, json_t **list, struct error *error);

#endif
