/*
 * How many messages each sender sent within an hour. Bounded: of more senders than there is room
 * for, the one who was silent longest is forgotten.
 */
#ifndef GUICHET_NET_EMAIL_RATE_H
#define GUICHET_NET_EMAIL_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define EMAIL_RATE_SENDERS 1024

struct email_rate {
    int64_t most; /* 0: no limit */
    unsigned char key[16];
    struct {
        uint64_t sender; /* a keyed hash: names are not kept */
        int64_t hour_ms; /* when its hour began */
        int64_t count;
    } senders[EMAIL_RATE_SENDERS];
};

void email_rate_init(struct email_rate *rate, int64_t most);

/* Whether the sender had its share of this hour. */
bool email_rate_is_over(const struct email_rate *rate, const char *sender, int64_t now_ms);
void email_rate_count(struct email_rate *rate, const char *sender, int64_t now_ms);

#endif
