/*
 * Looks for personal strings, in every writing that a program may have given them, in files and in
 * the memory of a process.
 *
 *   scan NEEDLES files PATH...         every file below the paths
 *   scan NEEDLES memory PID            all that /proc/PID/mem gives to read
 *   scan NEEDLES key STORE PASSWORD memory PID
 *                                      the key of a store, and what the password makes of it
 *   scan NEEDLES plant PATH            writes each writing of each needle to a file of its own:
 * what a scan of them must find
 *
 * NEEDLES is a file, a string a line. Prints what was found where; status 1 when anything was.
 */
#define _GNU_SOURCE /* memmem, nftw */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#include "app/seal.h"
#include "app/store.h"
#include "app/text.h"

struct needle {
    char *bytes; /* owned */
    size_t length;
    char what[120]; /* the writing and the string, for people */
};

static struct needle *needles;
static size_t needle_count;
static size_t found_count;

static void add(const char *writing, const char *string, const void *bytes, size_t length)
{
    if (length < 5) /* too short to mean anything */
        return;
    for (size_t i = 0; i < needle_count; i++)
        if (needles[i].length == length && memcmp(needles[i].bytes, bytes, length) == 0)
            return;
    needles = realloc(needles, (needle_count + 1) * sizeof(*needles));
    needles[needle_count].bytes = malloc(length);
    memcpy(needles[needle_count].bytes, bytes, length);
    needles[needle_count].length = length;
    snprintf(needles[needle_count].what, sizeof(needles[0].what), "%s of \"%s\"", writing, string);
    needle_count++;
}

/* --- writings -------------------------------------------------------------------------------- */

static void add_utf16(const char *string, const char *text)
{
    size_t count = 0;
    uint16_t *units = u8_to_u16((const uint8_t *)text, strlen(text), NULL, &count);
    uint16_t *swapped = malloc(count * sizeof(*swapped) + 1);

    for (size_t i = 0; i < count; i++)
        swapped[i] = (uint16_t)(units[i] << 8 | units[i] >> 8);
    add("UTF-16", string, units, count * sizeof(*units));
    add("UTF-16 swapped", string, swapped, count * sizeof(*units));
    free(units);
    free(swapped);
}

/* As wide characters, which ncurses keeps, in an array of them and with its attributes between. */
static void add_utf32(const char *string, const char *text)
{
    size_t count = 0;
    uint32_t *units = u8_to_u32((const uint8_t *)text, strlen(text), NULL, &count);

    add("UTF-32", string, units, count * sizeof(*units));
    free(units);
}

static void add_json(const char *string, const char *text)
{
    struct text_buffer escaped = {0};

    for (size_t at = 0, length = strlen(text); at < length;) {
        ucs4_t character;
        int size = u8_mbtouc(&character, (const uint8_t *)text + at, length - at);

        if (character < 0x80)
            text_buffer_add(&escaped, text + at, 1);
        else
            text_buffer_add_format(&escaped, "\\u%04x", (unsigned)character);
        at += (size_t)size;
    }
    add("JSON", string, escaped.bytes, escaped.length);
    for (size_t i = 0; i + 6 <= escaped.length; i++)
        if (escaped.bytes[i] == '\\')
            for (size_t j = i + 2; j < i + 6; j++)
                escaped.bytes[j] = (char)toupper((unsigned char)escaped.bytes[j]);
    add("JSON in capitals", string, escaped.bytes, escaped.length);
    text_buffer_free(&escaped);
}

static void add_percent(const char *string, const char *text)
{
    struct text_buffer escaped = {0};

    for (const char *at = text; *at != '\0'; at++)
        if (isalnum((unsigned char)*at) || strchr("-._~@", *at) != NULL)
            text_buffer_add(&escaped, at, 1);
        else
            text_buffer_add_format(&escaped, "%%%02X", (unsigned)(unsigned char)*at);
    add("percent", string, escaped.bytes, escaped.length);
    text_buffer_free(&escaped);
}

/* Base64 of it wherever it stands in what was encoded: the characters that it alone decides. */
static void add_base64(const char *string, const char *text)
{
    size_t length = strlen(text);

    for (size_t shift = 0; shift < 3; shift++) {
        char *padded = calloc(1, length + 4);
        char encoded[1024];
        size_t first = (shift * 8 + 5) / 6, last = (shift + length) * 8 / 6;

        memcpy(padded + shift, text, length);
        if (sodium_base64_encoded_len(shift + length, sodium_base64_VARIANT_ORIGINAL) <
            sizeof(encoded)) {
            sodium_bin2base64(encoded, sizeof(encoded), (unsigned char *)padded, shift + length,
                              sodium_base64_VARIANT_ORIGINAL);
            add("base64", string, encoded + first, last - first);
        }
        free(padded);
    }
}

static void add_hex(const char *string, const char *text)
{
    char hex[2048];

    if (2 * strlen(text) + 1 > sizeof(hex))
        return;
    sodium_bin2hex(hex, sizeof(hex), (const unsigned char *)text, strlen(text));
    add("hexadecimal", string, hex, strlen(hex));
}

static void add_cased(const char *string, const char *text,
                      uint8_t *(*change)(const uint8_t *, size_t, const char *, uninorm_t,
                                         uint8_t *, size_t *),
                      const char *what)
{
    size_t length = 0;
    uint8_t *changed = change((const uint8_t *)text, strlen(text), NULL, NULL, NULL, &length);

    add(what, string, changed, length);
    free(changed);
}

static void add_all(const char *string)
{
    char *folded = text_fold(string, strlen(string));

    add("UTF-8", string, string, strlen(string));
    add_cased(string, string, u8_toupper, "capitals");
    add_cased(string, string, u8_tolower, "small letters");
    add("what is compared", string, folded, strlen(folded));
    free(folded);
    add_utf16(string, string);
    add_utf32(string, string);
    add_json(string, string);
    add_percent(string, string);
    add_base64(string, string);
    add_hex(string, string);
}

static bool read_needles(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[600];

    if (file == NULL)
        return false;
    while (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0')
            add_all(line);
    }
    fclose(file);
    return true;
}

/* --- looking --------------------------------------------------------------------------------- */

static void look(const char *where, uint64_t base, const char *bytes, size_t length)
{
    for (size_t i = 0; i < needle_count; i++) {
        const char *at = memmem(bytes, length, needles[i].bytes, needles[i].length);

        if (at == NULL)
            continue;
        found_count++;
        printf("%s at %" PRIu64 ": %s\n", where, base + (uint64_t)(at - bytes), needles[i].what);
    }
}

static int look_file(const char *path, const struct stat *status, int type, struct FTW *place)
{
    FILE *file;
    char *bytes;

    (void)place;
    look("the name of a file", 0, path, strlen(path));
    if (type != FTW_F || !S_ISREG(status->st_mode))
        return 0;
    file = fopen(path, "r");
    bytes = malloc((size_t)status->st_size + 1);
    if (file == NULL || bytes == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    look(path, 0, bytes, fread(bytes, 1, (size_t)status->st_size, file));
    free(bytes);
    fclose(file);
    return 0;
}

/* A range at a time, whole: a string may lie across two pages. */
static void look_range(int memory, uint64_t from, uint64_t to, const char *name)
{
    char *bytes = malloc(to - from);
    size_t got = 0;
    char where[600];

    while (bytes != NULL && got < to - from) {
        ssize_t part = pread(memory, bytes + got, to - from - got, (off_t)(from + got));

        if (part <= 0)
            break;
        got += (size_t)part;
    }
    snprintf(where, sizeof(where), "memory %s", *name != '\0' ? name : "(anonymous)");
    if (bytes != NULL)
        look(where, from, bytes, got);
    free(bytes);
}

static int look_memory(const char *pid)
{
    char path[64], line[600];
    uint64_t seen = 0;
    FILE *maps;
    int memory;

    snprintf(path, sizeof(path), "/proc/%s/mem", pid);
    memory = open(path, O_RDONLY);
    snprintf(path, sizeof(path), "/proc/%s/maps", pid);
    maps = fopen(path, "r");
    if (memory < 0 || maps == NULL) {
        fprintf(stderr, "the memory of %s cannot be read: %s\n", pid, strerror(errno));
        return 2;
    }
    while (fgets(line, sizeof(line), maps) != NULL) {
        uint64_t from, to;
        char mode[8], name[500] = "";

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %499s", &from, &to, mode, name) <
                3 ||
            mode[0] != 'r' || mode[1] != 'w' || to - from > (1ULL << 30))
            continue;
        seen += to - from;
        look_range(memory, from, to, name);
    }
    fclose(maps);
    close(memory);
    fprintf(stderr, "%" PRIu64 " KiB of memory looked through\n", seen / 1024);
    return seen == 0 ? 2 : 0;
}

static bool add_key(const char *path, const char *password)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct seal_key *key;
    struct error error = ERROR_INIT;

    if (store_read_wrapped(path, wrapped, &error) != 0 ||
        seal_key_unwrap(&key, password, wrapped, sizeof(wrapped), &error) != 0) {
        fprintf(stderr, "%s\n", error.message);
        return false;
    }
    add("bytes", "the store's key", seal_key_bytes(key), SEAL_KEY_SIZE);
    add("half of the bytes", "the store's key", seal_key_bytes(key), SEAL_KEY_SIZE / 2);
    seal_key_free(key);
    return true;
}

static void plant(const char *folder)
{
    for (size_t i = 0; i < needle_count; i++) {
        char path[300];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%zu", folder, i);
        file = fopen(path, "w");
        fwrite("before ", 1, 7, file);
        fwrite(needles[i].bytes, 1, needles[i].length, file);
        fclose(file);
    }
    printf("%zu\n", needle_count);
}

int main(int argc, char **argv)
{
    int status = 0;

    if (argc < 4 || seal_start(NULL) != 0 || !read_needles(argv[1])) {
        fputs("usage: scan NEEDLES files|memory|key|plant ...\n", stderr);
        return 2;
    }
    if (strcmp(argv[2], "plant") == 0) {
        plant(argv[3]);
    } else if (strcmp(argv[2], "memory") == 0) {
        status = look_memory(argv[3]);
    } else if (strcmp(argv[2], "key") == 0 && argc == 7) {
        needle_count = 0;
        status = add_key(argv[3], argv[4]) ? look_memory(argv[6]) : 2;
    } else {
        for (int i = 3; i < argc; i++)
            nftw(argv[i], look_file, 20, FTW_PHYS);
    }
    return status != 0 ? status : found_count > 0 ? 1 : 0;
}
