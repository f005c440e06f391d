#include "app/import_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"

const char *import_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Reads all of a stream; what is over the limit is ERROR_TOO_LARGE. */
static int stream_read(FILE *stream, const char *path, size_t limit, char **bytes, size_t *length,
                       struct error *error)
{
    size_t capacity = 0;
    *bytes = NULL;
    *length = 0;
    while (!feof(stream)) {
        if (*length == capacity) {
            capacity = capacity ? capacity * 2 : 65536;
            char *larger = realloc(*bytes, capacity);
            if (!larger)
                return error_set(error, ERROR_MEMORY, "out of memory");
            *bytes = larger;
        }
        *length += fread(*bytes + *length, 1, capacity - *length, stream);
        if (ferror(stream))
            return error_set(error, ERROR_STORAGE, "%s: cannot be read: %s", path, strerror(errno));
        if (*length > limit)
            return error_set(error, ERROR_TOO_LARGE, "%s: over %zu bytes", path, limit);
    }
    return 0;
}

int import_file_read(json_t **document, const char *path, size_t limit, struct error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    *document = NULL;
    FILE *stream = fopen(path, "rbe");
    if (!stream)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE,
                         "%s: cannot be opened: %s", path, strerror(errno));
    int code = stream_read(stream, path, limit, &bytes, &length, error);
    fclose(stream);
    if (code == 0)
        code = json_read(document, bytes, length, limit, import_file_name(path), error);
    free(bytes);
    return code;
}
