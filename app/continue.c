#include "app/continue.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "app/json.h"
#include "app/submission.h"

/* Argon2id in the cost that a terminal's screen bears and a server answers thousands of. */
#define HASH_PASSES 3
#define HASH_MEMORY ((size_t)16 * 1024 * 1024)

const char continue_alphabet[] = "2346789FKMRTX";
#define BASE ((int)(sizeof(continue_alphabet) - 1))

const struct id continue_web_agent = {"00000000-0000-8000-8000-776562000000"};

/* --- the code --------------------------------------------------------------------------------- */

/* The sum of values times places, modulo the size of the alphabet. */
static int weighted_sum(const char *text, int length)
{
    int sum = 0;

    for (int i = 0; i < length; i++)
        sum += (int)(strchr(continue_alphabet, text[i]) - continue_alphabet) * (i + 1);
    return sum % BASE;
}

struct continue_code continue_code_make(void)
{
    struct continue_code code = {{0}};
    int last = CONTINUE_LENGTH - 1;

    for (int i = 0; i < last; i++)
        code.text[i] = continue_alphabet[randombytes_uniform((uint32_t)BASE)];
    /* The last place weighs 12, which is -1 modulo 13: its value is the sum of the others. */
    code.text[last] = continue_alphabet[weighted_sum(code.text, last)];
    return code;
}

enum continue_reading continue_code_read(struct continue_code *code, const char *typed)
{
    size_t length = 0;

    *code = (struct continue_code){{0}};
    for (; *typed != '\0'; typed++) {
        char character = (char)toupper((unsigned char)*typed);

        if (strchr(" \t-.,", character) != NULL)
            continue;
        if (length == CONTINUE_LENGTH || strchr(continue_alphabet, character) == NULL)
            return CONTINUE_NO_CODE;
        code->text[length++] = character;
    }
    if (length < CONTINUE_LENGTH)
        return CONTINUE_NO_CODE;
    return weighted_sum(code->text, CONTINUE_LENGTH) == 0 ? CONTINUE_READ : CONTINUE_MISTYPED;
}

void continue_code_show(const struct continue_code *code, char text[CONTINUE_SHOWN_SIZE])
{
    size_t used = 0;

    for (size_t i = 0; i < CONTINUE_LENGTH; i++) {
        if (i > 0 && i % CONTINUE_GROUP == 0)
            text[used++] = ' ';
        text[used++] = code->text[i];
    }
    text[used] = '\0';
}

int continue_code_hash(const struct continue_code *code,
                       const unsigned char salt[CONTINUE_SALT_BYTES],
                       unsigned char hash[CONTINUE_HASH_BYTES], struct error *error)
{
    if (crypto_pwhash(hash, CONTINUE_HASH_BYTES, code->text, CONTINUE_LENGTH, salt, HASH_PASSES,
                      HASH_MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return error_set(error, ERROR_MEMORY, "no memory to hash a code");
    return 0;
}

bool continue_code_fits(const struct continue_code *code, const struct continue_grant *grant)
{
    unsigned char hash[CONTINUE_HASH_BYTES];

    return continue_code_hash(code, grant->salt, hash, NULL) == 0 &&
           sodium_memcmp(hash, grant->hash, sizeof(hash)) == 0;
}

/* --- the grant -------------------------------------------------------------------------------- */

static bool read_hex(const json_t *value, const char *member, unsigned char *bytes, size_t size)
{
    const char *text = json_text_or(value, member, "");
    size_t length = 0;

    return strlen(text) == 2 * size &&
           sodium_hex2bin(bytes, size, text, strlen(text), NULL, &length, NULL) == 0 &&
           length == size;
}

bool continue_grant_from_json(const json_t *value, struct continue_grant *grant)
{
    const char *group = json_text_or(value, "group", "");

    *grant = (struct continue_grant){.made_ms = 0};
    if (strlen(group) != CONTINUE_GROUP || strspn(group, continue_alphabet) != CONTINUE_GROUP ||
        !read_hex(value, "salt", grant->salt, CONTINUE_SALT_BYTES) ||
        !read_hex(value, "hash", grant->hash, CONTINUE_HASH_BYTES) ||
        !id_parse(&grant->made_by, json_text_or(value, "made_by", "")) ||
        !timestamp_parse(json_text_or(value, "made_at", ""), &grant->made_ms) ||
        !timestamp_parse(json_text_or(value, "expires_at", ""), &grant->expires_ms))
        return false;
    memcpy(grant->group, group, CONTINUE_GROUP);
    return true;
}

bool continue_grant_read(const struct record *submission, struct continue_grant *grant)
{
    return continue_grant_from_json(json_object_get(submission->body, "continue"), grant);
}

json_t *continue_grant_to_json(const struct continue_grant *grant)
{
    char salt[2 * CONTINUE_SALT_BYTES + 1], hash[2 * CONTINUE_HASH_BYTES + 1];

    sodium_bin2hex(salt, sizeof(salt), grant->salt, sizeof(grant->salt));
    sodium_bin2hex(hash, sizeof(hash), grant->hash, sizeof(grant->hash));
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "group", grant->group, "salt", salt, "hash",
                     hash, "made_by", grant->made_by.text, "made_at", json_time(grant->made_ms),
                     "expires_at", json_time(grant->expires_ms));
}

static int put_grant(struct batch *batch, const struct author *author,
                     const struct record *submission, json_t *value, struct error *error)
{
    struct operation *operation;

    if (!submission_is_draft(submission)) {
        json_decref(value);
        return error_set(error, ERROR_REFUSED, "this form was submitted");
    }
    operation = author_change(author, OPERATION_FIELDS, submission);
    if (operation == NULL) {
        json_decref(value);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    if (json_object_set_new(operation->body, "continue", value) != 0 ||
        json_object_set_new(operation->body, "given_back_at", json_null()) != 0) {
        operation_free(operation);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    return batch_add(batch, operation, error);
}

int continue_grant_make(struct continue_code *code, struct continue_grant *grant,
                        const struct id *agent, int64_t now_ms, int64_t expires_ms,
                        struct error *error)
{
    *grant =
        (struct continue_grant){.made_by = *agent, .made_ms = now_ms, .expires_ms = expires_ms};
    *code = continue_code_make();
    memcpy(grant->group, code->text, CONTINUE_GROUP);
    randombytes_buf(grant->salt, sizeof(grant->salt));
    return continue_code_hash(code, grant->salt, grant->hash, error);
}

int continue_give(struct batch *batch, const struct author *author, const struct record *submission,
                  int64_t expires_ms, struct continue_code *code, struct error *error)
{
    struct continue_grant grant;
    int status = continue_grant_make(code, &grant, &author->agent, author_now(author), expires_ms,
                                     error);

    if (status == 0)
        status = put_grant(batch, author, submission, continue_grant_to_json(&grant), error);
    if (status != 0)
        sodium_memzero(code, sizeof(*code));
    return status;
}

int continue_revoke(struct batch *batch, const struct author *author,
                    const struct record *submission, struct error *error)
{
    if (json_object_get(submission->body, "continue") == NULL)
        return 0;
    return put_grant(batch, author, submission, json_null(), error);
}

/* --- how long --------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    int64_t ms;
} units[] = {
    [CONTINUE_SECONDS] = {"seconds", 1000},
    [CONTINUE_MINUTES] = {"minutes", 60 * 1000},
    [CONTINUE_HOURS] = {"hours", 3600 * 1000},
    [CONTINUE_DAYS] = {"days", 24 * 3600 * 1000},
    [CONTINUE_BUSINESS_DAYS] = {"business-days", 24 * 3600 * 1000},
};

bool continue_validity_parse(struct continue_validity *validity, const char *text)
{
    char *rest;
    long long count = strtoll(text, &rest, 10);

    while (*rest == ' ')
        rest++;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(rest, units[i].word) != 0)
            continue;
        *validity = (struct continue_validity){count, (enum continue_unit)i};
        return text[0] >= '1' && text[0] <= '9' && count <= CONTINUE_LONGEST_MS / units[i].ms;
    }
    return false;
}

int64_t continue_expiry(const struct continue_validity *validity, const struct calendar *calendar,
                        int64_t now_ms)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct calendar_day day;
    struct tm local;

    if (validity->unit < CONTINUE_DAYS || localtime_r(&seconds, &local) == NULL)
        return now_ms + validity->count * units[validity->unit].ms;
    day = (struct calendar_day){local.tm_year + 1900, local.tm_mon + 1, local.tm_mday};
    if (validity->unit == CONTINUE_BUSINESS_DAYS)
        day = calendar_add_business_days(calendar, &day, (int)validity->count);
    else
        day = calendar_day_from_number(calendar_day_number(&day) + validity->count);
    local = (struct tm){.tm_year = day.year - 1900,
                        .tm_mon = day.month - 1,
                        .tm_mday = day.day,
                        .tm_hour = 23,
                        .tm_min = 59,
                        .tm_sec = 59,
                        .tm_isdst = -1};
    return (int64_t)mktime(&local) * 1000;
}
