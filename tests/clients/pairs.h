/* Reads the labelled pairs of clients (pairs.tsv, held_out.tsv) and says how they were judged. */
#ifndef GUICHET_TESTS_CLIENTS_PAIRS_H
#define GUICHET_TESTS_CLIENTS_PAIRS_H

#include "app/client.h"

struct pairs_result {
    int pairs;
    int right_same; /* the same, and said so */
    int missed;     /* the same, not said so */
    int wrong;      /* two clients, said to be one */
    int right_other;
};

double pairs_precision(const struct pairs_result *result);
double pairs_recall(const struct pairs_result *result);

/* Each pair of the file, as typed. */
typedef void (*pairs_visit)(void *context, bool same, const char *why,
                            const struct client_details *left, const struct client_details *right);
/* False when the file cannot be read. */
bool pairs_each(const char *path, pairs_visit visit, void *context);

/* Judges each pair; with `tell`, prints those that were judged wrongly. */
bool pairs_judge(const char *path, bool tell, struct pairs_result *result);

#endif
