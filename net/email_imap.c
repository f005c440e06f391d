#include "net/email_imap.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAILBOX_LIMIT 200
#define COMMAND_SIZE  (MAILBOX_LIMIT + 100)
/* A line of an answer that we ask for is far shorter. */
#define LINE_SIZE 512
/* Numbers that are listed at a time. */
#define WINDOW 2000

struct email_imap {
    const struct email_account *account; /* borrowed */
    CURL *easy;
    char *mailbox;
    char *path; /* the mailbox, as a URL has it */
    uint32_t validity;

    /* What an answer to a command goes into, line by line. */
    void (*line)(struct email_imap *imap, const char *line);
    char part[LINE_SIZE];
    size_t length;

    struct email_imap_entry *entries; /* borrowed, sorted */
    size_t limit, count;
    uint32_t first;

    struct text_buffer *message; /* borrowed */
    size_t message_limit;
    bool too_large;
};

bool email_imap_mailbox_is_plain(const char *mailbox)
{
    size_t length = strlen(mailbox);

    if (length == 0 || length > MAILBOX_LIMIT)
        return false;
    for (const char *at = mailbox; *at != '\0'; at++)
        if (*at < ' ' || *at > '~' || strchr("\"\\%*", *at) != NULL)
            return false;
    return true;
}

int email_imap_open(struct email_imap **result, const struct email_account *account,
                    const char *mailbox, struct error *error)
{
    struct email_imap *imap = calloc(1, sizeof(*imap));

    *result = NULL;
    if (imap == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a mailbox");
    imap->account = account;
    imap->easy = email_account_handle(account, error);
    imap->mailbox = strdup(mailbox);
    imap->path = imap->easy != NULL ? curl_easy_escape(imap->easy, mailbox, 0) : NULL;
    if (imap->mailbox == NULL || imap->path == NULL) {
        email_imap_close(imap);
        return error_set(error, ERROR_MEMORY, "no memory for a mailbox");
    }
    *result = imap;
    return 0;
}

void email_imap_close(struct email_imap *imap)
{
    if (imap == NULL)
        return;
    curl_easy_cleanup(imap->easy);
    curl_free(imap->path);
    free(imap->mailbox);
    free(imap);
}

/* --- transfers -------------------------------------------------------------------------------- */

static size_t take_lines(char *bytes, size_t size, size_t count, void *context)
{
    struct email_imap *imap = context;

    for (size_t i = 0; i < size * count; i++) {
        if (bytes[i] != '\n' && imap->length < LINE_SIZE - 1) {
            imap->part[imap->length++] = bytes[i];
        } else if (bytes[i] == '\n') {
            imap->part[imap->length] = '\0';
            if (imap->line != NULL)
                imap->line(imap, imap->part);
            imap->length = 0;
        }
    }
    return size * count;
}

static size_t take_message(char *bytes, size_t size, size_t count, void *context)
{
    struct email_imap *imap = context;

    if (size * count > imap->message_limit - imap->message->length) {
        imap->too_large = true;
        return 0;
    }
    text_buffer_add(imap->message, bytes, size * count);
    return imap->message->failed ? 0 : size * count;
}

/* The answer's lines go to `line`. A command that the server does not do is ERROR_NOT_FOUND. */
static int command(struct email_imap *imap, bool within, const char *words,
                   void (*line)(struct email_imap *, const char *), struct error *error)
{
    struct text_buffer url = {0};
    CURLcode result = CURLE_OUT_OF_MEMORY;

    text_buffer_add_format(&url, "%s/%s", imap->account->url, within ? imap->path : "");
    if (within && imap->validity != 0)
        text_buffer_add_format(&url, ";UIDVALIDITY=%" PRIu32, imap->validity);
    imap->line = line;
    imap->length = 0;
    if (!url.failed && curl_easy_setopt(imap->easy, CURLOPT_URL, url.bytes) == CURLE_OK &&
        curl_easy_setopt(imap->easy, CURLOPT_CUSTOMREQUEST, words) == CURLE_OK &&
        curl_easy_setopt(imap->easy, CURLOPT_WRITEFUNCTION, take_lines) == CURLE_OK &&
        curl_easy_setopt(imap->easy, CURLOPT_WRITEDATA, imap) == CURLE_OK)
        result = curl_easy_perform(imap->easy);
    text_buffer_free(&url);
    if (result == CURLE_OK)
        return 0;
    if (result == CURLE_QUOTE_ERROR)
        return error_set(error, ERROR_NOT_FOUND, "%s: the server does not do \"%.8s\"",
                         imap->account->url, words);
    return email_account_failed(imap->account, result, error);
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* The number behind a word ("UID 17"); 0 when there is none. */
static uint64_t number_after(const char *line, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = line; *at != '\0'; at++) {
        if (strncasecmp(at, word, length) == 0 && at > line && !isalnum((unsigned char)at[-1]) &&
            at[length] == ' ' && isdigit((unsigned char)at[length + 1]))
            return strtoull(at + length + 1, NULL, 10);
    }
    return 0;
}

static void validity_line(struct email_imap *imap, const char *line)
{
    const char *list = strrchr(line, '(');
    uint64_t number = list != NULL ? number_after(list, "UIDVALIDITY") : 0;

    if (strncasecmp(line, "* STATUS ", 9) == 0 && number > 0 && number <= UINT32_MAX)
        imap->validity = (uint32_t)number;
}

int email_imap_validity(struct email_imap *imap, uint32_t *validity, struct error *error)
{
    char words[COMMAND_SIZE];
    int code;

    snprintf(words, sizeof(words), "STATUS \"%s\" (UIDVALIDITY)", imap->mailbox);
    imap->validity = 0;
    code = command(imap, false, words, validity_line, error);
    *validity = imap->validity;
    if (code == ERROR_NOT_FOUND)
        return error_set(error, code, "%s: there is no mailbox \"%s\"", imap->account->url,
                         imap->mailbox);
    if (code == 0 && imap->validity == 0)
        code = error_set(error, ERROR_PROTOCOL, "%s: the mailbox has no UIDVALIDITY",
                         imap->account->url);
    return code;
}

/* Keeps the lowest numbers, sorted. */
static void entry_line(struct email_imap *imap, const char *line)
{
    uint64_t uid = number_after(line, "UID"), size = number_after(line, "RFC822.SIZE");
    size_t at = imap->count;

    if (uid < imap->first || uid > UINT32_MAX)
        return;
    while (at > 0 && imap->entries[at - 1].uid > uid)
        at--;
    if (at >= imap->limit || (at > 0 && imap->entries[at - 1].uid == uid))
        return;
    imap->count += imap->count < imap->limit;
    memmove(&imap->entries[at + 1], &imap->entries[at],
            (imap->count - 1 - at) * sizeof(imap->entries[0]));
    imap->entries[at] = (struct email_imap_entry){(uint32_t)uid, (size_t)size};
}

static int list_range(struct email_imap *imap, const char *last, struct error *error)
{
    char words[COMMAND_SIZE];

    snprintf(words, sizeof(words), "UID FETCH %" PRIu32 ":%s (UID RFC822.SIZE)", imap->first, last);
    return command(imap, true, words, entry_line, error);
}

int email_imap_list(struct email_imap *imap, uint32_t uid, struct email_imap_entry *entries,
                    size_t limit, size_t *count, struct error *error)
{
    char last[16];
    int code;

    imap->entries = entries;
    imap->limit = limit;
    imap->count = 0;
    imap->first = uid;
    /* Of a mailbox of a hundred thousand not all are listed for each batch; where numbers were
     * skipped the rest is. */
    snprintf(last, sizeof(last), "%" PRIu32, uid < UINT32_MAX - WINDOW ? uid + WINDOW : UINT32_MAX);
    code = list_range(imap, last, error);
    if (code == 0 && imap->count == 0)
        code = list_range(imap, "*", error);
    *count = imap->count;
    return code;
}

/* --- one message ------------------------------------------------------------------------------ */

int email_imap_fetch(struct email_imap *imap, uint32_t uid, size_t limit,
                     struct text_buffer *message, struct error *error)
{
    struct text_buffer url = {0};
    CURLcode result = CURLE_OUT_OF_MEMORY;

    text_buffer_add_format(&url, "%s/%s;UIDVALIDITY=%" PRIu32 "/;UID=%" PRIu32, imap->account->url,
                           imap->path, imap->validity, uid);
    imap->message = message;
    imap->message_limit = limit;
    imap->too_large = false;
    if (!url.failed && curl_easy_setopt(imap->easy, CURLOPT_URL, url.bytes) == CURLE_OK &&
        curl_easy_setopt(imap->easy, CURLOPT_CUSTOMREQUEST, NULL) == CURLE_OK &&
        curl_easy_setopt(imap->easy, CURLOPT_WRITEFUNCTION, take_message) == CURLE_OK &&
        curl_easy_setopt(imap->easy, CURLOPT_WRITEDATA, imap) == CURLE_OK)
        result = curl_easy_perform(imap->easy);
    text_buffer_free(&url);
    if (result == CURLE_OK)
        return 0;
    if (imap->too_large)
        return error_set(error, ERROR_TOO_LARGE, "it is over %zu KiB", limit / 1024);
    if (message->failed || result == CURLE_OUT_OF_MEMORY)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    if (result == CURLE_REMOTE_FILE_NOT_FOUND)
        return error_set(error, ERROR_NOT_FOUND, "it is not there any more");
    return email_account_failed(imap->account, result, error);
}

int email_imap_file(struct email_imap *imap, uint32_t uid, const char *folder, struct error *error)
{
    char words[COMMAND_SIZE];
    int code;

    snprintf(words, sizeof(words), "UID STORE %" PRIu32 " +FLAGS.SILENT (\\Seen)", uid);
    code = command(imap, true, words, NULL, error);
    if (code != 0 || folder == NULL)
        return code;
    snprintf(words, sizeof(words), "UID MOVE %" PRIu32 " \"%s\"", uid, folder);
    code = command(imap, true, words, NULL, error);
    /* Of a server without MOVE it stays where it is, seen: it is done with either way. */
    if (code == ERROR_NOT_FOUND)
        code = error_set(error, code, "%s: a message could not be moved to \"%s\"",
                         imap->account->url, folder);
    return code;
}
