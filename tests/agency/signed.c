#include "tests/agency/signed.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Puts the value of a signed component on the base; false when there is none. */
static bool base_add(struct MHD_Connection *connection, const char *scheme, const char *method,
                     const char *url, const char *name, char *base, size_t size)
{
    size_t length = strlen(base);
    const char *value = header(connection, name);
    int added;

    if (strcmp(name, "@target-uri") == 0)
        added = snprintf(base + length, size - length, "\"%s\": %s://%s%s\n", name, scheme,
                         header(connection, "Host"), url);
    else if (strcmp(name, "@method") == 0)
        added = snprintf(base + length, size - length, "\"%s\": %s\n", name, method);
    else if (value != NULL)
        added = snprintf(base + length, size - length, "\"%s\": %s\n", name, value);
    else
        return false;
    return added > 0 && (size_t)added < size - length;
}

static bool covers(const char *input, const struct signed_wanted *wanted)
{
    char text[128];

    for (const char *const *name = wanted->components; *name != NULL; name++) {
        snprintf(text, sizeof(text), "\"%s\"", *name);
        if (strstr(input, text) == NULL)
            return false;
    }
    snprintf(text, sizeof(text), ";tag=\"%s\"", wanted->tag);
    return strstr(input, text) != NULL;
}

static bool digest_fits(const char *given, const char *body, size_t length)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char base64[64], right[128];

    crypto_hash_sha256(hash, (const unsigned char *)body, length);
    sodium_bin2base64(base64, sizeof(base64), hash, sizeof(hash), sodium_base64_VARIANT_ORIGINAL);
    snprintf(right, sizeof(right), "sha-256=:%s:", base64);
    return given != NULL && strcmp(given, right) == 0;
}

static bool signature_fits(const char *base, const char *signature, const unsigned char *key)
{
    unsigned char bytes[crypto_sign_BYTES];
    size_t length = 0;
    const char *colon = signature != NULL ? strchr(signature, ':') : NULL;

    return colon != NULL && strncmp(signature, "guichet=:", 9) == 0 &&
           sodium_base642bin(bytes, sizeof(bytes), colon + 1, strcspn(colon + 1, ":"), NULL,
                             &length, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           length == sizeof(bytes) &&
           crypto_sign_verify_detached(bytes, (const unsigned char *)base, strlen(base), key) == 0;
}

const char *signed_check(struct MHD_Connection *connection, const struct signed_wanted *wanted,
                         const char *method, const char *url, const char *body, size_t length)
{
    const char *input = header(connection, "Signature-Input");
    const char *created = input != NULL ? strstr(input, ";created=") : NULL;
    char base[16384] = "", names[2048];
    char *rest = names;
    char *name;

    if (created == NULL || strncmp(input, "guichet=(", 9) != 0 || !covers(input, wanted))
        return "not signed over what it must be";
    if (labs(strtol(created + 9, NULL, 10) - (long)time(NULL)) > 300)
        return "signed at another time";
    snprintf(names, sizeof(names), "%.*s", (int)strcspn(input + 9, ")"), input + 9);
    while ((name = strsep(&rest, " ")) != NULL) {
        name[strlen(name) - 1] = '\0';
        if (!base_add(connection, wanted->scheme, method, url, name + 1, base, sizeof(base)))
            return "a signed header is missing";
    }
    snprintf(base + strlen(base), sizeof(base) - strlen(base), "\"@signature-params\": %s",
             input + 8);
    if (!signature_fits(base, header(connection, "Signature"), wanted->key))
        return "the signature does not fit";
    if (body != NULL && !digest_fits(header(connection, "Content-Digest"), body, length))
        return "the digest does not fit";
    return NULL;
}

int signed_key_read(unsigned char *key, const char *path)
{
    static const char head[] = "-----BEGIN PUBLIC KEY-----\n";
    unsigned char der[64];
    char pem[1024] = "";
    FILE *file = fopen(path, "r");
    const char *from;
    size_t length = 0;

    if (file == NULL)
        return -1;
    pem[fread(pem, 1, sizeof(pem) - 1, file)] = '\0';
    fclose(file);
    from = strstr(pem, head);
    if (from == NULL)
        return -1;
    from += strlen(head);
    if (sodium_base642bin(der, sizeof(der), from, strcspn(from, "-"), "\n", &length, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        length != 12 + crypto_sign_PUBLICKEYBYTES)
        return -1;
    memcpy(key, der + 12, crypto_sign_PUBLICKEYBYTES);
    return 0;
}
