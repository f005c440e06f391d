/*
 * Fuzzes records that say what somebody may do, and signed heads of an audit trail: first byte:
 * which; then JSON, of a role after a form feed the agent's. A role gives no permission that there
 * is not, and one that has ended gives none; a head that is read is written as it was.
 */
#include "tests/fuzz/fuzz.h"

#include <sodium.h>

#include "app/json.h"
#include "app/qr.h"
#include "app/role.h"
#include "net/audit_head.h"

static struct record *record_of(enum record_type type, const uint8_t *bytes, size_t length)
{
    json_t *body = json_loadb((const char *)bytes, length, 0, NULL);
    struct id id = id_from_key("fuzz", "record");
    struct record *record;

    if (!json_is_object(body)) {
        json_decref(body);
        return NULL;
    }
    record = record_new(type, &id);
    FUZZ_HOLDS(record != NULL);
    json_decref(record->body);
    record->body = body;
    return record;
}

static void try_role(const uint8_t *data, size_t size)
{
    const uint8_t *part;
    size_t length = fuzz_part(&data, &size, &part);
    struct record *record = record_of(RECORD_ROLE, part, length);
    struct record *agent = record_of(RECORD_AGENT, data, size);
    char key[RECORD_KEY_SIZE];
    struct role role = {0};
    bool ended;

    if (agent == NULL) {
        record_free(record);
        return;
    }
    ended = record != NULL && json_bool_or(record->body, "ended", false);
    role_key(agent, key);
    FUZZ_HOLDS(strlen(key) < sizeof(key));
    role_read(&role, agent, record);
    FUZZ_HOLDS(role.may >> PERMISSION_COUNT == 0);
    FUZZ_HOLDS(role.reach < ROLE_REACH_COUNT);
    FUZZ_HOLDS(!ended || role.may == 0);
    role_clear(&role);
    record_free(agent);
}

static void try_head(const uint8_t *data, size_t size)
{
    json_t *document = json_loadb((const char *)data, size, 0, NULL), *again;
    struct error error = ERROR_INIT;
    struct audit_head head, same;

    if (audit_head_from_json(&head, document, &error) == 0) {
        (void)audit_head_verify(&head);
        again = audit_head_to_json(&head);
        FUZZ_HOLDS(again != NULL && audit_head_from_json(&same, again, &error) == 0);
        FUZZ_HOLDS(head.size == same.size && strcmp(head.feed, same.feed) == 0 &&
                   memcmp(head.signature, same.signature, sizeof(head.signature)) == 0);
        json_decref(again);
    } else {
        FUZZ_HOLDS(error.message[0] != '\0');
    }
    json_decref(document);
}

/* What a provider wants to be shown as a square. */
static void try_square(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct qr qr;

    if (qr_make(&qr, text))
        FUZZ_HOLDS(qr.size >= 21 && qr.size <= QR_SIZE_MOST && qr_is_dark(&qr, 0, 0));
    else
        FUZZ_HOLDS(qr.size == 0 && strlen(text) > 0);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    FUZZ_HOLDS(sodium_init() >= 0);
    if (data[0] % 3 == 0)
        try_role(data + 1, size - 1);
    else if (data[0] % 3 == 1)
        try_head(data + 1, size - 1);
    else
        try_square(data + 1, size - 1);
    return 0;
}
