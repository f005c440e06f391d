/*
 * The client: the citizen or business that is served. What agents do with the record; finding one
 * is in client_index.h.
 */
#ifndef GUICHET_APP_CLIENT_H
#define GUICHET_APP_CLIENT_H

#include "app/author.h"

/* What is known of a client, as typed; borrowed. NULL: not said (a change leaves it). */
struct client_details {
    const char *kind; /* "person", "business" */
    const char *name;
    const char *language;      /* BCP 47 */
    const char *interpreter;   /* BCP 47 of the language to interpret, "" for none */
    const char *accessibility; /* what they need: "large print", "ramp" */
    const char *phone;
    const char *email;
    const char *address;
    const char *postal_code; /* kept as client_postal_code writes it */
    const char *birth_date;  /* in a form of birth_date.h; kept as YYYY-MM-DD */
};

/* ERROR_INVALID naming the member: no name and no way to reach the client, a phone without digits,
 * an e-mail address without '@', a date that does not exist or may mean two days. Members that are
 * NULL are fine. */
int client_check(const struct client_details *details, bool new_client, struct error *error);

/* A new client (kind "person" unless said); `id` receives its id. */
int client_new(struct batch *batch, const struct author *author,
               const struct client_details *details, struct id *id, struct error *error);

/* A client who wishes to be anonymous: nothing but the language (may be NULL). */
int client_new_anonymous(struct batch *batch, const struct author *author, const char *language,
                         struct id *id, struct error *error);

/* Sets the members that differ from the record; "" removes one. Adds nothing when none does. */
int client_change(struct batch *batch, const struct author *author, const struct record *client,
                  const struct client_details *details, struct error *error);

/* A Canadian postal code in its usual form ("g1r4s9" -> "G1R 4S9"); another text as it is. `size`
 * at least 17 holds all that a record may. */
void client_postal_code(const char *typed, char *text, size_t size);

#endif
