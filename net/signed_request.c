#include "net/signed_request.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#define LABEL "guichet"

void signed_request_line(struct signed_request *made, const char *name, const char *value)
{
    struct text_buffer line = {0};
    size_t count = 0;

    while (made->lines[count] != NULL)
        count++;
    text_buffer_add_format(&line, "%s: %s", name, value);
    made->lines[count] = text_buffer_take(&line);
    made->headers[count] = made->lines[count];
}

bool signed_request_sign(struct signed_request *made, const struct signature_key *key,
                         const char *tag, const struct signature_component *components,
                         size_t count, int64_t now_ms)
{
    const struct signature_parameters parameters = {now_ms / 1000, key->id, tag};
    struct text_buffer input = {0}, signature = {0}, line = {0}, proof = {0};
    size_t lines = 0;

    for (size_t i = 0; i < count; i++)
        if (components[i].name[0] != '@' && strcmp(components[i].name, "content-type") != 0) {
            signed_request_line(made, components[i].name, components[i].value);
            lines++;
        }
    signature_make(key, components, count, &parameters, &input, &signature);
    text_buffer_add_format(&line, LABEL "=%s", input.bytes != NULL ? input.bytes : "");
    text_buffer_add_format(&proof, LABEL "=:%s:", signature.bytes != NULL ? signature.bytes : "");
    if (!signature.failed && !line.failed && !proof.failed) {
        signed_request_line(made, "signature-input", line.bytes);
        signed_request_line(made, "signature", proof.bytes);
    }
    text_buffer_free(&input);
    text_buffer_free(&signature);
    text_buffer_free(&line);
    text_buffer_free(&proof);
    return made->lines[lines + 1] != NULL;
}

void signed_request_clear(struct signed_request *made)
{
    for (size_t i = 0; i < SIGNED_HEADER_LIMIT; i++)
        free(made->lines[i]);
    if (made->body != NULL)
        sodium_memzero(made->body, strlen(made->body));
    free(made->body);
    free(made->path);
    *made = (struct signed_request){0};
}
