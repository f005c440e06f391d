/* Messages to clients that are handed over to channels of the tests' own. */
#ifndef GUICHET_TESTS_MESSAGE_FIXTURE_H
#define GUICHET_TESTS_MESSAGE_FIXTURE_H

#include <pthread.h>

#include "net/message_worker.h"
#include "tests/unit/ledger_fixture.h"

/* A channel that does as it is told, and keeps what it was given. */
struct message_channel {
    pthread_mutex_t mutex;
    enum message_fate fates[8]; /* the last one stands for all that follow */
    int fate_count;
    bool cancelled; /* the server dies while it hands over */
    int calls;
    char texts[8][2048], names[8][MESSAGE_ID_SIZE], to[8][64];
    bool steps; /* the other side does not know what comes again */
    char name_now[MESSAGE_ID_SIZE];
};

extern struct message_channel message_email, message_sms;

/* It takes all that it is given. */
void message_channel_reset(struct message_channel *channel);
int message_calls(struct message_channel *channel);
/* Starts a worker with both channels, or with none. */
struct message_worker *message_start(struct ledger_fixture *f, bool connected);
/* cmocka's setup: a ledger, and channels that take everything. */
int message_setup(void **state);
/* Zoé Roy, who wants to be told by this channel or not; a case of a client; a message that waits.
 */
struct id message_client(struct ledger_fixture *f, const char *channel, bool alerts);
struct id message_case(struct ledger_fixture *f, const struct id *client);
struct id message_queued(struct ledger_fixture *f, const char *channel);
/* A record's body, as Ben sees it. New reference. */
json_t *message_body(struct ledger_fixture *f, enum record_type type, const struct id *id);
/* Waits until the message is in this state. New reference to its body. */
json_t *message_wait_for(struct ledger_fixture *f, const struct id *id, const char *member,
                         const char *expected);
/* The messages of the case that the server wrote, as Ben sees them, oldest first. New
 * reference. */
json_t *message_told(struct ledger_fixture *f, const struct id *matter);
/* Waits until no notice is left. */
void message_wait_told(struct ledger_fixture *f);
/* A claim by Ben, who has seen the record as it stands. */
void message_claim(struct ledger_fixture *f, enum record_type type, const struct id *id,
                   const char *member, const char *word);
void message_status(struct ledger_fixture *f, const struct id *matter, const char *status);

#endif
