/*
 * One-time codes by time: TOTP (RFC 6238) over HOTP (RFC 4226) with SHA-1, as authenticator
 * programs have them.
 */
#ifndef GUICHET_NET_OTP_H
#define GUICHET_NET_OTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OTP_SECRET_SIZE 20
#define OTP_STEP_MS     INT64_C(30000)
#define OTP_DIGITS      6

/* The code of a step, in decimal with leading zeros; `digits` is 6 to 8. False when the machine
 * has no SHA-1. */
bool otp_code(const unsigned char *secret, size_t length, uint64_t step, int digits, char code[9]);

/*
 * Which step a code of OTP_DIGITS is of, at this time or one step before or after it (clocks
 * differ), and after `last`, the step that was taken last: a code is taken once. -1 for none. Takes
 * equally long whichever it is.
 */
int64_t otp_match(const unsigned char secret[OTP_SECRET_SIZE], const char *code, int64_t now_ms,
                  int64_t last);

/* A secret in base 32 (RFC 4648), without padding. */
#define OTP_TEXT_SIZE 33
void otp_text(const unsigned char secret[OTP_SECRET_SIZE], char text[OTP_TEXT_SIZE]);

/* "otpauth://totp/Guichet:LOGIN?secret=...", the login in percent-encoding. False
 * when it does not fit. */
bool otp_uri(const unsigned char secret[OTP_SECRET_SIZE], const char *login, char *uri, size_t size);

#endif
