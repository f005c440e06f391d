#include "forms/form_pointer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool form_pointer_token(const char **cursor, char *token, size_t size)
{
    const char *from = *cursor;
    size_t length = 0;

    if (*from != '/')
        return false;
    from++;
    while (*from != '\0' && *from != '/') {
        char byte = *from++;

        if (byte == '~') {
            if (*from != '0' && *from != '1')
                return false;
            byte = *from++ == '0' ? '~' : '/';
        }
        if (length + 1 >= size)
            return false;
        token[length++] = byte;
    }
    token[length] = '\0';
    *cursor = from;
    return true;
}

/* The index that a token names in an array, or SIZE_MAX. */
static size_t array_index(const json_t *array, const char *token)
{
    char *end;
    unsigned long index;

    if (token[0] < '0' || token[0] > '9' || (token[0] == '0' && token[1] != '\0'))
        return SIZE_MAX;
    index = strtoul(token, &end, 10);
    if (*end != '\0' || index >= json_array_size(array))
        return SIZE_MAX;
    return index;
}

static json_t *child(const json_t *value, const char *token)
{
    if (json_is_object(value))
        return json_object_get(value, token);
    if (json_is_array(value)) {
        size_t index = array_index(value, token);

        return index == SIZE_MAX ? NULL : json_array_get(value, index);
    }
    return NULL;
}

json_t *form_pointer_get(const json_t *root, const char *pointer)
{
    union {
        const json_t *borrowed;
        json_t *value;
    } here = {root};
    char token[FORM_POINTER_SIZE];

    while (*pointer != '\0') {
        if (!form_pointer_token(&pointer, token, sizeof(token)))
            return NULL;
        here.value = child(here.borrowed, token);
        if (here.value == NULL)
            return NULL;
    }
    return here.value;
}

static bool put_child(json_t *value, const char *token, json_t *new_child)
{
    if (json_is_array(value)) {
        size_t index = array_index(value, token);

        return index != SIZE_MAX && new_child != NULL &&
               json_array_set(value, index, new_child) == 0;
    }
    if (!json_is_object(value))
        return false;
    if (new_child == NULL)
        return json_object_del(value, token) == 0;
    return json_object_set(value, token, new_child) == 0;
}

bool form_pointer_put(json_t *root, const char *pointer, json_t *value)
{
    char token[FORM_POINTER_SIZE];
    json_t *next;

    if (!form_pointer_token(&pointer, token, sizeof(token)))
        return false;
    if (*pointer == '\0')
        return put_child(root, token, value);
    next = child(root, token);
    if (next == NULL || json_is_null(next)) {
        if (value == NULL)
            return false;
        next = json_object();
        if (next == NULL || !put_child(root, token, next)) {
            json_decref(next);
            return false;
        }
        json_decref(next);
    }
    if (!form_pointer_put(next, pointer, value))
        return false;
    if (value == NULL && json_is_object(root) && json_is_object(next) &&
        json_object_size(next) == 0)
        json_object_del(root, token);
    return true;
}

bool form_pointer_push(char *buffer, size_t size, const char *token)
{
    size_t length = strlen(buffer);

    if (length + 1 >= size)
        return false;
    buffer[length++] = '/';
    for (; *token != '\0'; token++) {
        bool escaped = *token == '~' || *token == '/';

        if (length + (escaped ? 2 : 1) >= size) {
            buffer[length] = '\0';
            return false;
        }
        if (escaped)
            buffer[length++] = '~';
        buffer[length++] = *token == '~' ? '0' : *token == '/' ? '1' : *token;
    }
    buffer[length] = '\0';
    return true;
}

bool form_pointer_within(const char *pointer, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(pointer, prefix, length) == 0 &&
           (pointer[length] == '\0' || pointer[length] == '/');
}
