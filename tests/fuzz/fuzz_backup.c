/*
 * Fuzzes the reading of a backup. First byte even: the rest is the file as it is. Odd: the rest are
 * changes to a true backup, of four bytes each: a place, what is done there (another byte, cut off
 * here, two chunks change places) and the byte. What comes out is what was written, from its
 * beginning, or it is refused; the end is taken of what was not changed alone.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdbool.h>

#include <sodium.h>

#include "net/backup_stream.h"

#define CONTENT 150000 /* more than two chunks */

static unsigned char identity[BACKUP_KEY_BYTES], content[CONTENT];
static unsigned char *backup; /* kept: a true one */
static size_t backup_size;

static void make_backup(void)
{
    unsigned char recipient[BACKUP_KEY_BYTES];
    struct error error = ERROR_INIT;
    struct backup_writer *writer = NULL;
    char path[128];
    int file;

    FUZZ_HOLDS(sodium_init() >= 0);
    memset(identity, 7, sizeof(identity));
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (unsigned char)(i * 31 >> 3);
    FUZZ_HOLDS(crypto_scalarmult_base(recipient, identity) == 0);
    (void)fuzz_file("true", "", 0, path);
    file = open(path, O_RDWR);
    FUZZ_HOLDS(file >= 0);
    FUZZ_HOLDS(backup_writer_open(&writer, file, &(struct backup_lock){.recipient = recipient},
                                  &error) == 0);
    FUZZ_HOLDS(backup_writer_add(writer, content, sizeof(content), &error) == 0);
    FUZZ_HOLDS(backup_writer_end(writer, &error) == 0);
    backup_writer_free(writer);
    backup_size = (size_t)lseek(file, 0, SEEK_END);
    backup = malloc(backup_size);
    FUZZ_HOLDS(pread(file, backup, backup_size, 0) == (ssize_t)backup_size);
    (void)close(file);
    (void)atexit(fuzz_remove);
}

/* Reads all that comes; true when the end was taken. */
static bool read_all(const void *bytes, size_t length)
{
    struct error error = ERROR_INIT;
    struct backup_reader *reader = NULL;
    unsigned char part[5000];
    char path[128];
    size_t done = 0;
    bool whole = false;
    int file = open(fuzz_file("read", bytes, length, path), O_RDONLY);

    FUZZ_HOLDS(file >= 0);
    if (backup_reader_open(&reader, file, &(struct backup_lock){.identity = identity}, &error) ==
        0) {
        while (done + sizeof(part) <= sizeof(content) &&
               backup_reader_get(reader, part, sizeof(part), &error) == 0) {
            FUZZ_HOLDS(memcmp(part, content + done, sizeof(part)) == 0);
            done += sizeof(part);
        }
        whole = done == sizeof(content) && backup_reader_end(reader, &error) == 0;
    }
    FUZZ_HOLDS(whole || error.message[0] != '\0');
    backup_reader_free(reader);
    (void)close(file);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *changed;
    size_t length;
    bool same;

    if (backup == NULL)
        make_backup();
    if (size == 0 || data[0] % 2 == 0) {
        if (size > 0)
            (void)read_all(data + 1, size - 1);
        return 0;
    }
    changed = malloc(backup_size);
    memcpy(changed, backup, backup_size);
    length = backup_size;
    for (data++, size--; size >= 4; data += 4, size -= 4) {
        size_t place = ((size_t)data[0] << 10 | (size_t)data[1] << 2 | data[3] % 4) % backup_size;

        if (data[2] % 3 == 0)
            changed[place] ^= data[3];
        else if (data[2] % 3 == 1)
            length = place < length ? place : length;
        else
            memmove(changed + place, changed, (backup_size - place) / 2);
    }
    same = length == backup_size && memcmp(changed, backup, backup_size) == 0;
    FUZZ_HOLDS(read_all(changed, length) == same);
    free(changed);
    return 0;
}
