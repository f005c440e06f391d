/*
 * Continuing elsewhere: the code with which a client picks their draft up on the web.
 *
 * A code is twelve characters in three groups of four, of an alphabet of thirteen that sound alike
 * in no pair, in French and in English, by letter and by look: 2 3 4 6 7 8 9 F K M R T X. (Left
 * out: 0/O, 1/I/L, 5/S and 5/9, B/8, B/D/P/V/C/Z beside T, G/J and E/I, which change places between
 * the languages, A/H/K/8, M/N, Q, U/W and Y.) The last character makes the sum of every value
 * times its place, 1 to 12, divisible by thirteen: one wrong character, and any two that changed
 * places, are always noticed, for thirteen is a prime.
 *
 * The first group is the code's public half: it says which drafts may be meant, and may be read by
 * whoever reads the draft. The other seven free characters are the secret: 13^7 = 62,748,517
 * possibilities. They are nowhere but on the screen that made the code; the draft holds Argon2id of
 * the whole code under a salt of its own. What the server allows in wrong attempts, and the odds
 * that this leaves, stand in net/ledger_continue.h.
 *
 * The grant is the draft's field `continue`: so a new code ends the old one, a code is given and
 * taken back without the server too (and usable once the server has it), and it follows the draft
 * wherever a hand-off takes it.
 */
#ifndef GUICHET_APP_CONTINUE_H
#define GUICHET_APP_CONTINUE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/author.h"
#include "app/calendar.h"

#define CONTINUE_LENGTH 12
#define CONTINUE_GROUP  4

/* Its characters in capitals, without gaps. Plain value: wipe it (sodium_memzero) after use. */
struct continue_code {
    char text[CONTINUE_LENGTH + 1];
};

/* The characters, in the order of their values. */
extern const char continue_alphabet[];

/* A new code, from the system's random numbers. */
struct continue_code continue_code_make(void);

enum continue_reading {
    CONTINUE_READ,
    CONTINUE_MISTYPED, /* a code, but for a character that is wrong or in another's place */
    CONTINUE_NO_CODE,  /* too short, too long, or with characters that no code has */
};

/* Reads what was typed: in any case, with blanks, dashes, dots or commas anywhere. */
enum continue_reading continue_code_read(struct continue_code *code, const char *typed);

#define CONTINUE_SHOWN_SIZE (CONTINUE_LENGTH + CONTINUE_LENGTH / CONTINUE_GROUP)
/* "F7K2 9MRT X346". */
void continue_code_show(const struct continue_code *code, char text[CONTINUE_SHOWN_SIZE]);

#define CONTINUE_SALT_BYTES 16
#define CONTINUE_HASH_BYTES 32

/* What the draft says of its code. Plain value. */
struct continue_grant {
    char group[CONTINUE_GROUP + 1];
    unsigned char salt[CONTINUE_SALT_BYTES];
    unsigned char hash[CONTINUE_HASH_BYTES];
    struct id made_by; /* agent */
    int64_t made_ms;
    int64_t expires_ms;
};

/* Argon2id: about 20 ms and 16 MiB. ERROR_MEMORY. */
int continue_code_hash(const struct continue_code *code,
                       const unsigned char salt[CONTINUE_SALT_BYTES],
                       unsigned char hash[CONTINUE_HASH_BYTES], struct error *error);
/* True when it is the code of this grant; takes as long when it is not. */
bool continue_code_fits(const struct continue_code *code, const struct continue_grant *grant);

/* Makes a code with its grant, by this agent. ERROR_MEMORY. */
int continue_grant_make(struct continue_code *code, struct continue_grant *grant,
                        const struct id *agent, int64_t now_ms, int64_t expires_ms,
                        struct error *error);
/* A grant as records hold it, and back; false when it is none that makes sense. New reference. */
json_t *continue_grant_to_json(const struct continue_grant *grant);
bool continue_grant_from_json(const json_t *value, struct continue_grant *grant);

/* Reads the draft's grant; false when it has none, or none that makes sense. Whether it has expired
 * is the caller's to ask. */
bool continue_grant_read(const struct record *submission, struct continue_grant *grant);

/* --- what an agent does ----------------------------------------------------------------------- */

/* Gives a new code for a draft; the one before no longer fits. ERROR_REFUSED for what is no draft
 * any more. */
int continue_give(struct batch *batch, const struct author *author, const struct record *submission,
                  int64_t expires_ms, struct continue_code *code, struct error *error);
/* Takes it back; adds nothing when there is none. */
int continue_revoke(struct batch *batch, const struct author *author,
                    const struct record *submission, struct error *error);

/* --- how long --------------------------------------------------------------------------------- */

enum continue_unit {
    CONTINUE_SECONDS,
    CONTINUE_MINUTES,
    CONTINUE_HOURS,
    CONTINUE_DAYS,
    CONTINUE_BUSINESS_DAYS,
};

struct continue_validity {
    int64_t count;
    enum continue_unit unit;
};

/* No code lives longer, whatever a terminal says. */
#define CONTINUE_LONGEST_MS (INT64_C(92) * 24 * 3600 * 1000)

/* Reads "10 business-days", "14 days", "48 hours", "30 minutes" or "5 seconds"; false when it is
 * nothing of that, zero, or longer than CONTINUE_LONGEST_MS. */
bool continue_validity_parse(struct continue_validity *validity, const char *text);

/* When a code made now expires. Days and business days (`calendar` may be NULL) end with the last
 * second of the local day: nobody is cut off in the middle of one. */
int64_t continue_expiry(const struct continue_validity *validity, const struct calendar *calendar,
                        int64_t now_ms);

/* --- the web as an author --------------------------------------------------------------------- */

/* Who makes the operations that come from the web: a name without an account, which nobody can
 * sign in as. Their channel is "web". */
extern const struct id continue_web_agent;

#endif
