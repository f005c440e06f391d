/*
 * Where mail is fetched (IMAP) or handed over (SMTP), and how libcurl is told so. The password
 * comes from a file and stays in memory: it is in no argument, no URL and no log. Large providers
 * want a bearer token instead (OAUTHBEARER, XOAUTH2), which is good for an hour or so: its file is
 * read for each transfer, and whoever renews it replaces the file.
 */
#ifndef GUICHET_NET_EMAIL_ACCOUNT_H
#define GUICHET_NET_EMAIL_ACCOUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "app/error.h"

#define EMAIL_PASSWORD_LIMIT 1024
#define EMAIL_TOKEN_LIMIT    8192

enum email_protocol {
    EMAIL_IMAP,
    EMAIL_SMTP,
};

struct email_account {
    char *url;  /* imap://, imaps://, smtp:// or smtps://, without path; unencrypted on loopback
                   only */
    char *user; /* NULL: nobody signs in */
    char *password;
    char *token_file; /* holds a bearer token, instead of a password; NULL */
    char *ca_file;               /* PEM: only what it certifies is trusted; NULL: the system's */
    bool plain;                  /* this machine, without encryption */
    int64_t timeout_ms;          /* for all of one transfer */
    const atomic_bool *stopping; /* borrowed: transfers end when it becomes true; NULL: never */
};

struct email_account_options {
    const char *url, *user, *password_file, *token_file, *ca_file; /* NULL or "": none */
};

/* ERROR_INVALID for a URL that is none, holds more than scheme, host and port, or would send a
 * password to another machine unencrypted, or has both a password and a token: off loopback imap:// and smtp:// require STARTTLS. */
int email_account_open(struct email_account *account, enum email_protocol protocol,
                       const struct email_account_options *options, struct error *error);
/* Wipes and frees what it holds. Fine on a zeroed one. */
void email_account_close(struct email_account *account);

/* A handle for transfers with it: address, encryption, sign-in, time limits; to be cleaned up. The
 * error is of the token's file: ERROR_NOT_FOUND, ERROR_STORAGE, ERROR_INVALID. */
int email_account_handle(const struct email_account *account, CURL **easy, struct error *error);

/* What a transfer's failure means: ERROR_CANCELLED when stopped, ERROR_REFUSED when the sign-in
 * was, else ERROR_OFFLINE. */
int email_account_failed(const struct email_account *account, CURLcode result, struct error *error);

#endif
