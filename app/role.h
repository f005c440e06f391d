/*
 * Roles as data: a catalogue record says what those may do whose agent record names it, and whose
 * cases they read. Where the organisation publishes none of that name, the built-in table holds
 * (app/permission.h).
 */
#ifndef GUICHET_APP_ROLE_H
#define GUICHET_APP_ROLE_H

#include "app/catalogue.h"
#include "app/error.h"
#include "app/permission.h"
#include "app/record.h"

/* Whose cases come to the desk, each more than the one before. What is handed to an agent, or waits
 * in a queue that they serve, they read in any case. */
enum role_reach {
    ROLE_REACH_NONE,    /* nobody's */
    ROLE_REACH_OWN,     /* those that they have in hand, or opened and nobody has */
    ROLE_REACH_OFFICE,  /* their office's */
    ROLE_REACH_OFFICES, /* and those of the offices that the role lists */
    ROLE_REACH_ALL,     /* of every office */
    ROLE_REACH_COUNT
};

/* The names on the wire ("own"), then NULL; of roles that need no record; of permissions. */
extern const char *const role_reach_words[];
extern const char *const role_words[];
extern const char *const role_permission_words[];

/* The role of public screens, which no record changes. */
#define ROLE_DISPLAY "display"

struct role {
    permission_set may;
    enum role_reach reach;
    /* Whose files it erases, holds back and copies for clients, where it may: ROLE_REACH_OFFICE or
     * more, ROLE_REACH_NONE for nobody's. Where the record does not say: of every office. */
    enum role_reach mandate;
    struct record *record; /* owned; NULL: the built-in one */
};

void role_clear(struct role *role);

static inline bool role_has(const struct role *role, enum permission permission)
{
    return (role->may & ((permission_set)1 << permission)) != 0;
}

/* Whether something of this office (a full key, "" for none) is within the role's mandate for this
 * agent. */
bool role_has_mandate(const struct role *role, const struct record *agent, const char *office);

/* The full key of the record that would say what this agent's role is. */
void role_key(const struct record *agent, char key[RECORD_KEY_SIZE]);

/* An agent's role: by `record`, which it takes over, or with NULL by the built-in table. One that
 * has ended lets do nothing; nor does a name that is in neither. */
void role_read(struct role *role, const struct record *agent, struct record *record);

/* The same by the records of a catalogue (NULL: none). */
int role_of_agent(struct role *role, const struct record *agent, struct catalogue *catalogue,
                  struct error *error);

/* Whether an agent may do that, by the same; what cannot be read is not allowed. */
bool role_may(const struct record *agent, struct catalogue *catalogue, enum permission permission);

#endif
