/*
 * Fuzzes the body of POST /v1/intake and the sidecar of a scanned page. What is checked beyond not
 * crashing: what is read has an id, and stays within its limits.
 */
#include "tests/fuzz/fuzz.h"

#include "app/json.h"
#include "net/intake_document.h"

#define ATTACHMENT_LIMIT 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct intake_limits limits = {ATTACHMENT_LIMIT, "text/*,application/pdf"};
    struct intake_document document;
    json_t *body;

    if (json_read(&body, (const char *)data, size, 65536, "the body", NULL) != 0)
        return 0;
    if (json_is_object(body) && intake_document_read(&document, body, &limits, NULL) == 0) {
        const struct intake_message *message = &document.message;

        FUZZ_HOLDS(message->message_id != NULL);
        FUZZ_HOLDS(message->attachment_count <= INTAKE_ATTACHMENTS_MOST);
        for (size_t i = 0; i < message->attachment_count; i++)
            FUZZ_HOLDS(message->attachments[i].bytes != NULL &&
                       message->attachments[i].length <= ATTACHMENT_LIMIT);
        for (size_t i = 0; i < message->reply_count; i++)
            FUZZ_HOLDS(message->replies_to[i] != NULL);
        intake_document_clear(&document);
    }
    json_decref(body);
    return 0;
}
