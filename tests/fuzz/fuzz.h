/* What the fuzz targets share: one function each, and bytes put where a decoder reads files. */
#ifndef GUICHET_TESTS_FUZZ_H
#define GUICHET_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that must hold whatever the input. */
#define FUZZ_HOLDS(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A folder of this process, in memory where that can be; made at the first call, the same after. */
static inline const char *fuzz_folder(void)
{
    static char folder[64];

    if (folder[0] == '\0') {
        (void)snprintf(folder, sizeof folder, "%s/guichet-fuzz-XXXXXX",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        FUZZ_HOLDS(mkdtemp(folder) != NULL);
    }
    return folder;
}

static inline void fuzz_remove(void)
{
    char command[96];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", fuzz_folder());
    if (system(command) != 0)
        (void)fprintf(stderr, "%s stays behind\n", fuzz_folder());
}

/* Writes a file of the folder and gives its path. */
static inline const char *fuzz_file(const char *name, const void *bytes, size_t length,
                                    char path[128])
{
    FILE *file;

    (void)snprintf(path, 128, "%s/%s", fuzz_folder(), name);
    file = fopen(path, "wb");
    FUZZ_HOLDS(file != NULL);
    FUZZ_HOLDS(fwrite(bytes, 1, length, file) == length);
    FUZZ_HOLDS(fclose(file) == 0);
    return path;
}

/* The bytes of a file: owned. */
static inline char *fuzz_bytes(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes;

    FUZZ_HOLDS(file != NULL && fseek(file, 0, SEEK_END) == 0);
    *length = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(*length);
    FUZZ_HOLDS(bytes != NULL && fread(bytes, 1, *length, file) == *length);
    FUZZ_HOLDS(fclose(file) == 0);
    return bytes;
}

/* The part of the input up to a form feed, which is left out; what follows stays in the input. */
static inline size_t fuzz_part(const uint8_t **data, size_t *size, const uint8_t **part)
{
    const uint8_t *end = *size > 0 ? memchr(*data, '\f', *size) : NULL;
    size_t length = end == NULL ? *size : (size_t)(end - *data);

    *part = *data;
    *data += end == NULL ? length : length + 1;
    *size -= end == NULL ? length : length + 1;
    return length;
}

#endif
