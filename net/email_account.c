#include "net/email_account.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "net/curl_common.h"

#define CONNECT_MS       20000L
#define TIMEOUT_MS       (INT64_C(10) * 60 * 1000)
#define STALL_SECONDS    60L
#define PROTOCOLS        "imap,imaps,smtp,smtps"
#define CREDENTIAL_LIMIT 320
/* A token goes by these, and by nothing that would want a password. */
#define BEARER_OPTIONS "AUTH=OAUTHBEARER;AUTH=XOAUTH2"

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* --- reading the settings --------------------------------------------------------------------- */

static int parts_check(CURLU *url, enum email_protocol protocol, const char *text, bool *plain,
                       bool *local, struct error *error)
{
    const char *name = protocol == EMAIL_IMAP ? "imap" : "smtp";
    char *scheme = NULL, *host = NULL, *path = NULL, *extra = NULL;
    int code = 0;

    if (curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        code = error_set(error, ERROR_INVALID, "not the URL of a mail server");
    else if (curl_url_get(url, CURLUPART_USER, &extra, 0) == CURLUE_OK ||
             curl_url_get(url, CURLUPART_OPTIONS, &extra, 0) == CURLUE_OK ||
             curl_url_get(url, CURLUPART_QUERY, &extra, 0) == CURLUE_OK ||
             curl_url_get(url, CURLUPART_FRAGMENT, &extra, 0) == CURLUE_OK ||
             (curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK && strcmp(path, "/") != 0))
        code = error_set(error, ERROR_INVALID,
                         "the URL of a mail server holds scheme, host and port alone");
    else if (strncmp(scheme, name, 4) != 0 || (scheme[4] != '\0' && strcmp(scheme + 4, "s") != 0))
        code =
            error_set(error, ERROR_INVALID, "the URL must begin with %ss:// or %s://", name, name);
    else {
        *plain = scheme[4] == '\0';
        *local = curl_common_is_loopback(host);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(path);
    curl_free(extra);
    return code;
}

static int url_check(enum email_protocol protocol, const char *text, bool *plain, bool *local,
                     struct error *error)
{
    CURLU *url = curl_url();
    int code;

    if (url == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a URL");
    code = parts_check(url, protocol, text, plain, local, error);
    curl_url_cleanup(url);
    return code;
}

/* The first line of a file, a password or a token, new. */
static int secret_read(const char *path, size_t limit, const char *what, char **secret,
                       struct error *error)
{
    char line[EMAIL_TOKEN_LIMIT + 3];
    FILE *file = fopen(path, "re");
    bool read;
    size_t length;

    if (file == NULL)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    /* It stays in no buffer but ours. */
    setvbuf(file, NULL, _IONBF, 0);
    read = fgets(line, sizeof(line), file) != NULL;
    fclose(file);
    length = read ? strcspn(line, "\r\n") : 0;
    line[length] = '\0';
    if (length > 0 && length <= limit)
        *secret = strdup(line);
    sodium_memzero(line, sizeof(line));
    if (length == 0 || length > limit)
        return error_set(error, ERROR_INVALID, "%s: the first line is to be a %s", path, what);
    return *secret != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a %s", what);
}

static void wipe(char *text)
{
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
}

static int credentials_read(struct email_account *account,
                            const struct email_account_options *options, struct error *error)
{
    char *token = NULL;
    int code;

    if (!is_given(options->user))
        return 0;
    if (strlen(options->user) > CREDENTIAL_LIMIT)
        return error_set(error, ERROR_INVALID, "the user's name is too long");
    if (is_given(options->password_file) == is_given(options->token_file))
        return error_set(error, ERROR_INVALID,
                         "a user signs in with the file of a password or of a token: one of them");
    account->user = strdup(options->user);
    if (account->user == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a mail account");
    if (is_given(options->password_file))
        return secret_read(options->password_file, EMAIL_PASSWORD_LIMIT, "password",
                           &account->password, error);
    account->token_file = strdup(options->token_file);
    if (account->token_file == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a mail account");
    /* That it is there is seen at the start; it may have been renewed by the time it is used. */
    code = secret_read(account->token_file, EMAIL_TOKEN_LIMIT, "token", &token, error);
    wipe(token);
    return code;
}

int email_account_open(struct email_account *account, enum email_protocol protocol,
                       const struct email_account_options *options, struct error *error)
{
    bool plain = false, local = false;
    int code = curl_common_start(error);

    *account = (struct email_account){.timeout_ms = TIMEOUT_MS};
    if (code == 0)
        code = url_check(protocol, options->url, &plain, &local, error);
    if (code != 0)
        return code;
    account->plain = plain && local && !is_given(options->ca_file);
    account->url = strdup(options->url);
    account->ca_file = is_given(options->ca_file) ? strdup(options->ca_file) : NULL;
    if (account->url == NULL || (is_given(options->ca_file) && account->ca_file == NULL))
        code = error_set(error, ERROR_MEMORY, "no memory for a mail account");
    if (code == 0)
        code = credentials_read(account, options, error);
    if (code != 0) {
        email_account_close(account);
        return code;
    }
    for (size_t length = strlen(account->url); account->url[length - 1] == '/'; length--)
        account->url[length - 1] = '\0';
    return 0;
}

void email_account_close(struct email_account *account)
{
    free(account->url);
    free(account->user);
    wipe(account->password);
    free(account->token_file);
    free(account->ca_file);
    *account = (struct email_account){0};
}

/* --- transfers -------------------------------------------------------------------------------- */

static int look_whether_stopped(void *context, curl_off_t down, curl_off_t down_now, curl_off_t up,
                                curl_off_t up_now)
{
    const struct email_account *account = context;

    (void)down;
    (void)down_now;
    (void)up;
    (void)up_now;
    return atomic_load(account->stopping) ? 1 : 0;
}

static bool set_encryption(CURL *easy, const struct email_account *account)
{
    if (account->plain)
        return curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, curl_common_open_loopback) ==
                   CURLE_OK;
    return curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           (account->ca_file == NULL ||
            (curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_CAINFO, account->ca_file) == CURLE_OK));
}

static bool set_all(CURL *easy, const struct email_account *account)
{
    if (account->stopping != NULL &&
        (curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) != CURLE_OK ||
         curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_whether_stopped) != CURLE_OK ||
         curl_easy_setopt(easy, CURLOPT_XFERINFODATA, account) != CURLE_OK))
        return false;
    return curl_easy_setopt(easy, CURLOPT_URL, account->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, PROTOCOLS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)account->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, STALL_SECONDS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS) == CURLE_OK &&
           (account->user == NULL ||
            curl_easy_setopt(easy, CURLOPT_USERNAME, account->user) == CURLE_OK) &&
           (account->password == NULL ||
            curl_easy_setopt(easy, CURLOPT_PASSWORD, account->password) == CURLE_OK) &&
           set_encryption(easy, account);
}

/* libcurl copies it, and wipes that with the handle. */
static int set_token(CURL *easy, const struct email_account *account, struct error *error)
{
    char *token = NULL;
    int code;

    if (account->token_file == NULL)
        return 0;
    code = secret_read(account->token_file, EMAIL_TOKEN_LIMIT, "token", &token, error);
    if (code == 0 && (curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, token) != CURLE_OK ||
                      curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, BEARER_OPTIONS) != CURLE_OK))
        code = error_set(error, ERROR_MEMORY, "no memory for a transfer of mail");
    wipe(token);
    return code;
}

int email_account_handle(const struct email_account *account, CURL **easy, struct error *error)
{
    int code;

    *easy = curl_easy_init();
    if (*easy != NULL && set_all(*easy, account))
        code = set_token(*easy, account, error);
    else
        code = error_set(error, ERROR_MEMORY, "no memory for a transfer of mail");
    if (code != 0) {
        curl_easy_cleanup(*easy);
        *easy = NULL;
    }
    return code;
}

int email_account_failed(const struct email_account *account, CURLcode result, struct error *error)
{
    if (result == CURLE_ABORTED_BY_CALLBACK)
        return error_set(error, ERROR_CANCELLED, "%s: stopped", account->url);
    if (result == CURLE_LOGIN_DENIED)
        return error_set(error, ERROR_REFUSED, "%s: the sign-in was refused", account->url);
    return error_set(error, ERROR_OFFLINE, "%s: %s", account->url, curl_easy_strerror(result));
}
