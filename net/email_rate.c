#include "net/email_rate.h"

#include <ctype.h>
#include <string.h>

#include <sodium.h>

#define HOUR_MS (INT64_C(3600) * 1000)

void email_rate_init(struct email_rate *rate, int64_t most)
{
    *rate = (struct email_rate){.most = most};
    randombytes_buf(rate->key, sizeof(rate->key));
}

/* The same for an address in any case. */
static uint64_t sender_hash(const struct email_rate *rate, const char *sender)
{
    char lower[512];
    unsigned char hash[crypto_shorthash_BYTES];
    uint64_t number;
    size_t length = 0;

    _Static_assert(crypto_shorthash_KEYBYTES == sizeof(rate->key), "a key");
    for (; sender[length] != '\0' && length < sizeof(lower); length++)
        lower[length] = (char)tolower((unsigned char)sender[length]);
    crypto_shorthash(hash, (const unsigned char *)lower, length, rate->key);
    memcpy(&number, hash, sizeof(number));
    return number;
}

static bool is_over_hour(int64_t hour_ms, int64_t now_ms)
{
    return now_ms - hour_ms >= HOUR_MS || now_ms < hour_ms;
}

bool email_rate_is_over(const struct email_rate *rate, const char *sender, int64_t now_ms)
{
    uint64_t hash = sender_hash(rate, sender);

    for (size_t i = 0; rate->most > 0 && i < EMAIL_RATE_SENDERS; i++)
        if (rate->senders[i].count > 0 && rate->senders[i].sender == hash)
            return !is_over_hour(rate->senders[i].hour_ms, now_ms) &&
                   rate->senders[i].count >= rate->most;
    return false;
}

void email_rate_count(struct email_rate *rate, const char *sender, int64_t now_ms)
{
    uint64_t hash = sender_hash(rate, sender);
    size_t place = 0;

    for (size_t i = 0; i < EMAIL_RATE_SENDERS; i++) {
        if (rate->senders[i].count > 0 && rate->senders[i].sender == hash) {
            place = i;
            break;
        }
        if (rate->senders[i].hour_ms < rate->senders[place].hour_ms)
            place = i;
    }
    if (rate->senders[place].sender != hash || is_over_hour(rate->senders[place].hour_ms, now_ms)) {
        rate->senders[place].sender = hash;
        rate->senders[place].hour_ms = now_ms;
        rate->senders[place].count = 0;
    }
    rate->senders[place].count++;
}
