#include "net/sync_body.h"

#include <string.h>

#include <sodium.h>

#include "app/clock.h"

size_t sync_put_text(char *body, size_t at, const char *text)
{
    size_t length = strlen(text);

    memcpy(body + at, text, length);
    return at + length;
}

static size_t put_string(char *body, size_t at, const char *text)
{
    static const char digits[] = "0123456789abcdef";

    body[at++] = '"';
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == '"' || byte == '\\') {
            at = sync_put_text(body, at, "\\u00");
            body[at++] = digits[byte >> 4];
            body[at++] = digits[byte & 15];
        } else {
            body[at++] = *text;
        }
    }
    body[at++] = '"';
    return at;
}

size_t sync_put_member(char *body, size_t at, const char *name, const char *value)
{
    return put_string(body, sync_put_text(body, at, name), value);
}

static size_t put_bytes(char *body, size_t at, const char *name, const unsigned char *bytes,
                        size_t length)
{
    char text[96];

    sodium_bin2base64(text, sizeof text, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return sync_put_member(body, at, name, text);
}

size_t sync_put_proof(char *body, size_t at, const char *name, const struct device_proof *proof)
{
    char time[TIMESTAMP_SIZE];

    timestamp_format(proof->at_ms, time);
    at = sync_put_text(body, at, name);
    at = put_bytes(body, at, "{\"key\":", proof->key, sizeof proof->key);
    at = sync_put_member(body, at, ",\"time\":", time);
    at = sync_put_member(body, at, ",\"nonce\":", proof->nonce);
    at = put_bytes(body, at, ",\"signature\":", proof->signature, sizeof proof->signature);
    return sync_put_text(body, at, "}");
}
