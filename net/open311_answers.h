/*
 * What a POST says to the fields of the service's form: its attributes, and those arguments of the
 * standard that the service's record gives to a field. Pure.
 */
#ifndef GUICHET_NET_OPEN311_ANSWERS_H
#define GUICHET_NET_OPEN311_ANSWERS_H

#include "app/text.h"
#include "net/open311_service.h"

/*
 * Reads the answers: `answers` is a new object (NULL when the service has no form). What is wrong
 * with an attribute is added to `errors` in `language`. `complete`: the form takes the answers as
 * they are; a field that 311 has no way to ask about may be missing.
 */
int open311_answers_read(const struct open311_service *service, const struct open311_pairs *pairs,
                         const char *language, json_t **answers, bool *complete, json_t *errors,
                         struct error *error);

/* The attributes that were answered as lines "label: answer", for a person to read. Adds to `text`.
 */
void open311_answers_tell(const struct open311_service *service, const json_t *answers,
                          const char *language, struct text_buffer *text);

/* What stands between a label and its value. */
const char *open311_colon(bool french);

#endif
