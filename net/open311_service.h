/*
 * A service as Open311 offers it: made of the service's record, which says so in its member
 * `open311`, and of one of its forms (app/catalogue_bodies.md). Pure: no network, no database.
 */
#ifndef GUICHET_NET_OPEN311_SERVICE_H
#define GUICHET_NET_OPEN311_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "app/error.h"
#include "app/record.h"
#include "forms/form.h"
#include "net/open311_pairs.h"

/* Longest code: a path's segment has room for it and ".json". */
#define OPEN311_CODE_SIZE 50

/* What a POST is answered with. */
enum open311_kind {
    OPEN311_REALTIME, /* the id of the request */
    OPEN311_BATCH,    /* a token, by which the id is asked for */
    OPEN311_BLACKBOX, /* neither */
};

struct open311_service {
    char code[OPEN311_CODE_SIZE + 1];
    enum open311_kind kind;
    struct record *record; /* owned */
    const json_t *offer;   /* its member `open311` */
    struct form *form;     /* owned; NULL: it asks nothing more than the standard does */
};

/* Whether a service's record offers it on 311. */
bool open311_is_offered(const struct record *service);

/* The full key of the form whose answers it asks for; "" for none. */
void open311_form_key(const struct record *service, char key[RECORD_KEY_SIZE]);

/* Makes one of its record and, when it names one, the form's (may be NULL); both are copied. Names
 * the member that is wrong. */
int open311_service_new(struct open311_service **service, const struct record *record,
                        const struct record *form, struct error *error);
void open311_service_free(struct open311_service *service);

/* Whether a jurisdiction ("" or NULL: any) is served. */
bool open311_service_serves(const struct open311_service *service, const char *jurisdiction);

/* Whether what clients say under this word ("description", "address", "location", "media") may be
 * read by everybody. */
bool open311_service_publishes(const struct open311_service *service, const char *word);

const char *open311_service_name(const struct open311_service *service, const char *language);
/* What is expected to be done; "" when the record says nothing. */
const char *open311_service_notice(const struct open311_service *service, const char *language);

/* Its entry in the list of services, and its definition. New; NULL when out of memory. */
json_t *open311_service_item(const struct open311_service *service, const char *language);
json_t *open311_service_definition(const struct open311_service *service, const char *language);

/* --- attributes: the fields of the form that the standard has no argument for ------------------
 */

/* The attribute's code of a field: its path with dots; false when it is too long for one. */
bool open311_attribute_code(const struct form_control *control, char code[OPEN311_NAME_LIMIT + 1]);

/* The key of a choice among an attribute's values. Owned (free()); NULL when out of memory. */
char *open311_choice_key(const struct form_choice *choice);

/* The standard's argument that answers this field ("address_string"), NULL when none does. */
const char *open311_argument_of(const struct open311_service *service,
                                const struct form_control *control);

/* Called with each element that is an attribute, in the order of the layout: a field, or a text.
 * `conditional`: a rule may hide it. Returning false stops. */
typedef bool (*open311_attribute_visit)(void *context, const struct form_element *element,
                                        bool conditional);
bool open311_attributes_each(const struct open311_service *service, open311_attribute_visit visit,
                             void *context);

#endif
