/*
 * Why somebody's file is opened, in one vocabulary: asked by the terminal when no contact is in
 * progress, sent with a search beyond the terminal's own records, kept in the audit trail.
 */
#ifndef GUICHET_APP_PURPOSE_H
#define GUICHET_APP_PURPOSE_H

#include <stdbool.h>

#include "app/permission.h"

/* Most words that an agent adds to a purpose, in UTF-8 bytes. */
#define PURPOSE_TEXT_LIMIT 400

enum purpose {
    PURPOSE_NONE = 0,
    PURPOSE_CONTACT,     /* the client is here, or on the line */
    PURPOSE_CALL_BACK,   /* about to be called */
    PURPOSE_CASE_WORK,   /* a case that the agent has in hands */
    PURPOSE_WRITTEN,     /* a letter, fax or e-mail is answered */
    PURPOSE_SUPERVISION, /* a supervisor looks at work */
    PURPOSE_PRIVACY,     /* a privacy officer's review, or a request for access */
    PURPOSE_EMERGENCY,   /* somebody is in danger: loud, and reviewed */
    PURPOSE_COUNT
};

/* The name on the wire ("call-back"); NULL for none or out of range. */
const char *purpose_name(enum purpose purpose);
/* PURPOSE_NONE when no purpose has this name, or it is NULL. */
enum purpose purpose_from_name(const char *name);

/* Whether it says too little without words of the agent. */
bool purpose_wants_words(enum purpose purpose);

/* Whether somebody who may do this can have it: front-office reasons are for those who serve, a
 * supervisor's, a privacy officer's and an emergency for those who have that permission. */
bool purpose_is_open_to(enum purpose purpose, permission_set may);

/* All names in their order, then NULL. */
extern const char *const purpose_words[];

#endif
