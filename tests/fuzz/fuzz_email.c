/*
 * Fuzzes mail as it comes in. What is checked beyond not crashing: what was read is harmless and
 * within its bounds, and what was refused says why.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/email/harmless.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct email_self self = {.address = "bureau@ville.example"};
    struct email_limits limits = email_default_limits;
    struct email_message message;
    struct error error = ERROR_INIT;

    /* Small ones, so that small inputs come to them. */
    limits.header_bytes = 2000;
    limits.parts = 12;
    limits.depth = 4;
    limits.text_bytes = 300;
    limits.attachments = 3;
    limits.attachment_bytes = 200;
    limits.attachments_bytes = 400;
    if (email_parse(&message, data, size, &limits, &self, &error) != 0) {
        FUZZ_HOLDS(error.message[0] != '\0');
        FUZZ_HOLDS(error.code == ERROR_INVALID || error.code == ERROR_TOO_LARGE);
        return 0;
    }
    FUZZ_HOLDS(harmless_message(&message, &limits));
    email_message_clear(&message);
    return 0;
}
