/*
 * As many services as wanted, made from the words of the real inventory: a record of the scaled
 * catalogue has the title of one real record and the words of two others, about 66 words in all, so
 * that the words are as frequent and as many as they are there. Every run makes the same.
 */
#ifndef GUICHET_TESTS_SERVICES_H
#define GUICHET_TESTS_SERVICES_H

#include "tests/search/inventory.h"

/* A small generator of its own, so that every run makes the same services. */
struct chance {
    uint64_t state;
};

uint32_t chance_next(struct chance *chance);

struct service_texts {
    char title_fr[1200];
    char title_en[1200];
    char text_fr[4000];
    char text_en[4000];
    char key[64];
    int64_t applications;
};

/* Fills in the texts of the service of this number. */
void services_texts(const struct inventory *inventory, size_t number, struct service_texts *texts);
/* A record of these texts; owned. NULL when memory ran out or a text is not UTF-8. */
struct record *services_record(const struct service_texts *texts, struct error *error);
/* A member of a record in one language, "" when there is none; borrowed. */
const char *services_text(const struct record *record, const char *member, const char *language);

#endif
