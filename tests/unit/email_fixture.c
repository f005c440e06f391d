#include "tests/unit/email_fixture.h"

#include <stdio.h>
#include <stdlib.h>

void email_fixture_open(struct email_fixture *fixture, int64_t per_hour)
{
    const struct email_desk desk = {
        .source = EMAIL_FIXTURE_ADDRESS,
        .address = EMAIL_FIXTURE_ADDRESS,
        .queue = "sample/q",
        .limits = email_default_limits,
        .per_hour = per_hour,
    };
    struct error error = ERROR_INIT;

    *fixture = (struct email_fixture){0};
    fixture_open(&fixture->ledger);
    fixture_publish(&fixture->ledger, RECORD_QUEUE, "sample/q",
                    json_pack("{s:[s]}", "offices", "b"));
    assert_int_equal(email_taker_new(&fixture->taker, &desk, fixture->ledger.ledger, &error), 0);
}

void email_fixture_close(struct email_fixture *fixture)
{
    email_taker_free(fixture->taker);
    fixture_close(&fixture->ledger);
}

void email_fixture_read(const char *name, struct text_buffer *bytes)
{
    const char *source = getenv("abs_top_srcdir");
    char path[512], block[4096];
    size_t length;

    snprintf(path, sizeof(path), "%s/tests/email/thread/%s", source != NULL ? source : ".", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((length = fread(block, 1, sizeof(block), file)) > 0)
        text_buffer_add(bytes, block, length);
    fclose(file);
}

enum email_taken email_fixture_take(struct email_fixture *fixture, const void *bytes, size_t length,
                                    char reason[EMAIL_TAKEN_REASON_SIZE])
{
    struct error error = ERROR_INIT;
    enum email_taken taken;

    fixture->ledger.clock_ms += 1000;
    if (email_take(fixture->taker, bytes, length, "1.1", fixture->ledger.clock_ms, &taken, reason,
                   &error) != 0)
        fail_msg("%s", error.message);
    return taken;
}
