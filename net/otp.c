#include "net/otp.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <sodium.h>

#define HASH_BYTES 20

bool otp_code(const unsigned char *secret, size_t length, uint64_t step, int digits, char code[9])
{
    static const uint32_t powers[] = {1000000, 10000000, 100000000};
    unsigned char counter[8], hash[HASH_BYTES] = {0};
    unsigned offset;
    uint32_t number;

    for (int i = 7; i >= 0; i--, step >>= 8)
        counter[i] = (unsigned char)(step & 0xFF);
    if (digits < 6 || digits > 8 ||
        gnutls_hmac_fast(GNUTLS_MAC_SHA1, secret, length, counter, sizeof(counter), hash) != 0)
        return false;
    offset = hash[HASH_BYTES - 1] & 0x0F;
    number = ((uint32_t)hash[offset] & 0x7F) << 24 | (uint32_t)hash[offset + 1] << 16 |
             (uint32_t)hash[offset + 2] << 8 | hash[offset + 3];
    number %= powers[digits - 6];
    code[digits] = '\0';
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        code[i] = (char)('0' + number % 10);
    sodium_memzero(hash, sizeof(hash));
    return true;
}

int64_t otp_match(const unsigned char secret[OTP_SECRET_SIZE], const char *code, int64_t now_ms,
                  int64_t last)
{
    int64_t now = now_ms / OTP_STEP_MS, found = -1;
    char right[9];

    if (strlen(code) != OTP_DIGITS || strspn(code, "0123456789") != OTP_DIGITS)
        return -1;
    for (int64_t step = now - 1; step <= now + 1; step++)
        if (step > 0 && otp_code(secret, OTP_SECRET_SIZE, (uint64_t)step, OTP_DIGITS, right) &&
            sodium_memcmp(right, code, OTP_DIGITS) == 0 && step > last)
            found = step;
    sodium_memzero(right, sizeof(right));
    return found;
}

void otp_text(const unsigned char secret[OTP_SECRET_SIZE], char text[OTP_TEXT_SIZE])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned bits = 0, held = 0;
    size_t at = 0;

    for (size_t i = 0; i < OTP_SECRET_SIZE; i++) {
        bits = (bits << 8 | secret[i]) & 0xFFFF;
        for (held += 8; held >= 5; held -= 5)
            text[at++] = letters[bits >> (held - 5) & 0x1F];
    }
    text[at] = '\0';
}

bool otp_uri(const unsigned char secret[OTP_SECRET_SIZE], const char *login, char *uri, size_t size)
{
    char text[OTP_TEXT_SIZE], name[3 * 128 + 1];
    size_t at = 0;
    int length;

    for (; *login != '\0' && at + 3 < sizeof(name); login++) {
        if (isalnum((unsigned char)*login) || strchr("-._~", *login) != NULL)
            name[at++] = *login;
        else
            at += (size_t)snprintf(name + at, sizeof(name) - at, "%%%02X",
                                   (unsigned)(unsigned char)*login);
    }
    name[at] = '\0';
    otp_text(secret, text);
    length = snprintf(uri, size, "otpauth://totp/Guichet:%s?secret=%s", name, text);
    sodium_memzero(text, sizeof(text));
    return length > 0 && (size_t)length < size;
}
