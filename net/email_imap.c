#include "net/email_imap.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAILBOX_LIMIT 200
#define COMMAND_SIZE  (MAILBOX_LIMIT + 100)
/* Of EMAIL_IMAP_WINDOW numbers of ten digits. */
#define LINE_SIZE (16 * 1024)

struct email_imap {
    const struct email_account *account; /* borrowed */
    CURL *easy;
    char *mailbox;
    char *path; /* the mailbox, as a URL has it */
    uint32_t validity, next;

    /* What an answer to a command goes into, line by line. */
    void (*line)(struct email_imap *imap, const char *line);
    char part[LINE_SIZE];
    size_t length;

    uint32_t *uids; /* borrowed, sorted */
    size_t count;
    uint32_t first, last;

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
    int code;

    *result = NULL;
    if (imap == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a mailbox");
    imap->account = account;
    code = email_account_handle(account, &imap->easy, error);
    imap->mailbox = strdup(mailbox);
    imap->path = code == 0 ? curl_easy_escape(imap->easy, mailbox, 0) : NULL;
    if (code == 0 && (imap->mailbox == NULL || imap->path == NULL))
        code = error_set(error, ERROR_MEMORY, "no memory for a mailbox");
    if (code != 0) {
        email_imap_close(imap);
        return code;
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

static void status_line(struct email_imap *imap, const char *line)
{
    const char *list = strrchr(line, '(');
    uint64_t validity = list != NULL ? number_after(list, "UIDVALIDITY") : 0;
    uint64_t next = list != NULL ? number_after(list, "UIDNEXT") : 0;

    if (strncasecmp(line, "* STATUS ", 9) != 0 || validity > UINT32_MAX || next > UINT32_MAX)
        return;
    imap->validity = (uint32_t)validity;
    imap->next = (uint32_t)next;
}

int email_imap_status(struct email_imap *imap, uint32_t *validity, uint32_t *next,
                      struct error *error)
{
    char words[COMMAND_SIZE];
    int code;

    snprintf(words, sizeof(words), "STATUS \"%s\" (UIDVALIDITY UIDNEXT)", imap->mailbox);
    imap->validity = imap->next = 0;
    code = command(imap, false, words, status_line, error);
    *validity = imap->validity;
    *next = imap->next;
    if (code == ERROR_NOT_FOUND)
        return error_set(error, code, "%s: there is no mailbox \"%s\"", imap->account->url,
                         imap->mailbox);
    if (code == 0 && (imap->validity == 0 || imap->next == 0))
        code = error_set(error, ERROR_PROTOCOL, "%s: the mailbox has no UIDVALIDITY or UIDNEXT",
                         imap->account->url);
    return code;
}

/* Keeps a number, sorted. */
static void uid_keep(struct email_imap *imap, uint64_t uid)
{
    size_t at = imap->count;

    if (uid < imap->first || uid > imap->last)
        return;
    while (at > 0 && imap->uids[at - 1] > uid)
        at--;
    if (imap->count == EMAIL_IMAP_WINDOW || (at > 0 && imap->uids[at - 1] == uid))
        return;
    memmove(&imap->uids[at + 1], &imap->uids[at], (imap->count - at) * sizeof(imap->uids[0]));
    imap->uids[at] = (uint32_t)uid;
    imap->count++;
}

static void search_line(struct email_imap *imap, const char *line)
{
    if (strncasecmp(line, "* SEARCH", 8) != 0)
        return;
    line += 8;
    while (*line == ' ' && isdigit((unsigned char)line[1])) {
        char *end;

        uid_keep(imap, strtoull(line + 1, &end, 10));
        line = end;
    }
}

int email_imap_list(struct email_imap *imap, uint32_t first, uint32_t last,
                    uint32_t uids[EMAIL_IMAP_WINDOW], size_t *count, struct error *error)
{
    char words[COMMAND_SIZE];
    int code;

    imap->uids = uids;
    imap->count = 0;
    imap->first = first;
    imap->last = last;
    snprintf(words, sizeof(words), "UID SEARCH UID %" PRIu32 ":%" PRIu32, first, last);
    code = command(imap, true, words, search_line, error);
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
