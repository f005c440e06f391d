/*
 * What the routes of sign-in share: reading a terminal's proof, answering a session, and saying why
 * there is none. In the threads of the server.
 */
#ifndef GUICHET_NET_REQUEST_SESSION_H
#define GUICHET_NET_REQUEST_SESSION_H

#include "net/ledger_relay.h"
#include "net/ledger_session.h"
#include "net/server_internal.h"

/* Terminals of too old or too new a version are told so, before anything else of theirs is read;
 * false with a problem set. */
bool request_protocol_fits(struct request *request, const json_t *body);

/* Reads the mark of the terminal; one that sends none knows of none. False with a problem set. */
bool request_mark(struct request *request, const json_t *body, struct ledger_mark *mark,
                  bool *given);

/* Reads the member "terminal" of a body and checks it; a body without one leaves *given false.
 * False with a problem set when it is no proof, or the signature is not over this. */
bool request_proof(struct request *request, const json_t *body, const char *purpose,
                   const char *subject, struct device_proof *proof, bool *given);

/* Which relay's token the request carries; false with a problem set when it is none's. */
bool request_relay(struct request *request, struct ledger_relay *relay);

/* Answers the session that was opened or renewed. */
void request_session(struct request *request, const struct ledger_login *result);

/* Answers why there is none. */
void request_barred(struct request *request, int code, const struct ledger_login *result,
                    const struct error *error);

/* Answers a terminal of this key that is to erase itself, and notes that it was told. */
void request_wipe(struct request *request, const unsigned char key[DEVICE_KEY_SIZE]);

#endif
