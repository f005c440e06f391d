#include "net/email_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What goes out, and the last line in which the server refused something. */
struct transfer {
    const char *bytes;
    size_t length, at;
    char answer[EMAIL_REASON_SIZE];
    const struct email_outgoing *outgoing;
    bool at_last; /* the last step was taken */
    int failed;   /* why not */
    struct error why;
};

static size_t give(char *buffer, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t left = transfer->length - transfer->at;
    size_t length = size * count < left ? size * count : left;

    /* With the rest of it the server may have it all. */
    if (length == left && !transfer->at_last && transfer->outgoing->last_step != NULL) {
        transfer->failed =
            transfer->outgoing->last_step(transfer->outgoing->last_context, &transfer->why);
        if (transfer->failed != 0)
            return CURL_READFUNC_ABORT;
    }
    transfer->at_last |= length == left;
    memcpy(buffer, transfer->bytes + transfer->at, length);
    transfer->at += length;
    return length;
}

/* SMTP answers come to libcurl's "headers", a line each. */
static size_t hear(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    char *clean;

    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        length--;
    clean =
        length > 0 && (line[0] == '4' || line[0] == '5') ? text_clean(line, length, false) : NULL;
    if (clean != NULL)
        text_copy(transfer->answer, sizeof(transfer->answer), clean);
    free(clean);
    return size * count;
}

/* A refusal for good is of this message: of its addresses (CURLE_SEND_ERROR) or of all of it; one
 * of who we are will pass when that is mended. */
static bool is_final(CURLcode result, long status, const struct transfer *transfer)
{
    if (status < 500 || status > 599)
        return false;
    if (result != CURLE_SEND_ERROR && transfer->at < transfer->length)
        return false;
    return status != 530 && status != 534 && status != 535 && status != 538;
}

static int judge(const struct email_account *account, CURL *easy, CURLcode result,
                 const struct transfer *transfer, enum email_sent *sent,
                 char reason[EMAIL_REASON_SIZE], struct error *error)
{
    struct error why = ERROR_INIT;
    long status = 0;
    int code;

    if (transfer->failed != 0)
        return error_set(error, transfer->failed, "%s", transfer->why.message);
    if (result == CURLE_OK) {
        *sent = EMAIL_SENT;
        return 0;
    }
    code = email_account_failed(account, result, &why);
    if (code == ERROR_CANCELLED)
        return error_set(error, code, "%s", why.message);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    *sent = is_final(result, status, transfer) ? EMAIL_BOUNCED : EMAIL_LATER;
    /* It had all of it, and said neither yes nor no. */
    if (transfer->at_last && status < 400)
        text_copy(reason, EMAIL_REASON_SIZE, EMAIL_ANSWER_UNKNOWN);
    else
        text_copy(reason, EMAIL_REASON_SIZE,
                  transfer->answer[0] != '\0' ? transfer->answer : why.message);
    return 0;
}

static int hand_over(const struct email_account *account, const struct email_outgoing *outgoing,
                     CURL *easy, struct transfer *transfer, enum email_sent *sent,
                     char reason[EMAIL_REASON_SIZE], struct error *error)
{
    struct curl_slist *to = curl_slist_append(NULL, outgoing->to);
    bool set;
    int code = 0;

    set = to != NULL && curl_easy_setopt(easy, CURLOPT_MAIL_FROM, outgoing->from) == CURLE_OK &&
          curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
          curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
          curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->length) ==
              CURLE_OK &&
          curl_easy_setopt(easy, CURLOPT_READFUNCTION, give) == CURLE_OK &&
          curl_easy_setopt(easy, CURLOPT_READDATA, transfer) == CURLE_OK &&
          curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, hear) == CURLE_OK &&
          curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK;
    code = set ? judge(account, easy, curl_easy_perform(easy), transfer, sent, reason, error)
               : error_set(error, ERROR_MEMORY, "no memory for a transfer of mail");
    curl_slist_free_all(to);
    return code;
}

int email_send(const struct email_account *account, const struct email_outgoing *outgoing,
               enum email_sent *sent, char reason[EMAIL_REASON_SIZE], struct error *error)
{
    struct text_buffer message = {0};
    struct error why = ERROR_INIT;
    int code = email_compose(outgoing, &message, &why);

    *sent = EMAIL_LATER;
    reason[0] = '\0';
    if (code == ERROR_INVALID) {
        *sent = EMAIL_BOUNCED;
        text_copy(reason, EMAIL_REASON_SIZE, why.message);
        code = 0;
    } else if (code != 0) {
        code = error_set(error, code, "%s", why.message);
    } else {
        struct transfer transfer = {
            .bytes = message.bytes, .length = message.length, .outgoing = outgoing};
        CURL *easy;

        code = email_account_handle(account, &easy, error);
        if (code == 0)
            code = hand_over(account, outgoing, easy, &transfer, sent, reason, error);
        curl_easy_cleanup(easy);
    }
    text_buffer_free(&message);
    return code;
}
