/* A server with services on 311, keys for them, and what a client asks of it. */
#ifndef GUICHET_TESTS_OPEN311_FIXTURE_H
#define GUICHET_TESTS_OPEN311_FIXTURE_H

#include <libxml/xmlmemory.h>
#include <libxml/xmlstring.h>

#include "net/intake_key.h"
#include "tests/unit/form_fixture.h"
#include "tests/unit/server_fixture.h"

extern struct server_fixture georeport_server;
/* Keys of two apps, and one of a channel that 311 does not come by. */
extern char georeport_token[LEDGER_TOKEN_SIZE], georeport_other_token[LEDGER_TOKEN_SIZE],
    georeport_mail_token[LEDGER_TOKEN_SIZE];

/* The group's: services LAMP (with a form), LATER (by token), DARK (blackbox) and one that makes no
 * sense, before queue q. */
int georeport_setup(void **state);
int georeport_teardown(void **state);

/* A service that offers: its code, its type and what else its member says. */
void georeport_publish(const char *name, const char *code, const char *type, const char *more);

#define FORM_TYPE "application/x-www-form-urlencoded; charset=utf-8"

/* Asks for JSON; the answer must have this status. New reference. */
json_t *georeport_ask(const char *path, const char *body, long status);
/* A whole POST with a key and these arguments more. New reference. */
json_t *georeport_post(const char *key, const char *more, long status);
/* The only error of an answer says this; the answer is given back. */
void georeport_expect_error(json_t *answer, int code, const char *words);
/* The id that a POST is answered with; the answer is given back. */
void georeport_id_take(json_t *answer, char id[40]);
/* One request as it is told. New reference. */
json_t *georeport_told(const char *id, const char *query);

/* What an XPath expression is in an XML answer of this status, as text; owned (xmlFree). */
xmlChar *georeport_xml_ask(const char *path, const char *body, long status, const char *expression);
void georeport_expect_xml(const char *path, const char *body, long status, const char *expression,
                          const char *expected);

#endif
