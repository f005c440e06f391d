/* The outside of a backup: a key of its own each time, and all of it or nothing. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "net/backup_stream.h"
#include "tests/unit/unit.h"

#define CHUNK 65536
/* The title, and how it is locked; then what unlocks it. */
#define UNLOCK_AT 17

static const char secret[] = "Zephyrine Bellefleur, 12 rue des Lilas";

/* A backup of `size` bytes; the file is at its beginning. */
static FILE *make(const struct backup_lock *lock, size_t size)
{
    static unsigned char bytes[3 * CHUNK];
    FILE *file = tmpfile();
    struct backup_writer *writer;

    assert_non_null(file);
    memcpy(bytes, secret, sizeof(secret));
    assert_int_equal(backup_writer_open(&writer, fileno(file), lock, NULL), 0);
    assert_int_equal(backup_writer_add(writer, bytes, size, NULL), 0);
    assert_int_equal(backup_writer_end(writer, NULL), 0);
    backup_writer_free(writer);
    assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
    return file;
}

static void unlock_read(FILE *file, unsigned char *unlock, size_t length)
{
    assert_int_equal(pread(fileno(file), unlock, length, UNLOCK_AT), (ssize_t)length);
}

/* What its recipient alone opens is a key that nobody guesses, and another one each time. */
static void a_recipient_gets_a_key_of_its_own(void **state)
{
    unsigned char recipient[BACKUP_KEY_BYTES], identity[BACKUP_KEY_BYTES];
    unsigned char sealed[BACKUP_KEY_BYTES + crypto_box_SEALBYTES], keys[2][BACKUP_KEY_BYTES];
    const struct backup_lock lock = {.recipient = recipient};

    (void)state;
    crypto_box_keypair(recipient, identity);
    for (int i = 0; i < 2; i++) {
        FILE *file = make(&lock, 100);

        unlock_read(file, sealed, sizeof(sealed));
        assert_int_equal(crypto_box_seal_open(keys[i], sealed, sizeof(sealed), recipient, identity),
                         0);
        assert_false(sodium_is_zero(keys[i], sizeof(keys[i])));
        fclose(file);
    }
    assert_memory_not_equal(keys[0], keys[1], BACKUP_KEY_BYTES);
}

static void the_same_passphrase_makes_other_keys(void **state)
{
    const struct backup_lock lock = {.passphrase = "correct horse battery staple"};
    unsigned char salts[2][crypto_pwhash_SALTBYTES];

    (void)state;
    for (int i = 0; i < 2; i++) {
        FILE *file = make(&lock, 100);

        unlock_read(file, salts[i], sizeof(salts[i]));
        fclose(file);
    }
    assert_memory_not_equal(salts[0], salts[1], crypto_pwhash_SALTBYTES);
}

/* It is read back to its end, which is there; what is left over is not passed over. */
static void it_is_read_to_its_end(void **state)
{
    static unsigned char bytes[3 * CHUNK];
    unsigned char recipient[BACKUP_KEY_BYTES], identity[BACKUP_KEY_BYTES];
    const struct backup_lock lock = {.recipient = recipient};
    const struct backup_lock key = {.identity = identity};

    (void)state;
    crypto_box_keypair(recipient, identity);
    for (size_t size = CHUNK - 1; size < CHUNK + 2; size++)
        for (size_t less = 0; less < 2; less++) {
            FILE *file = make(&lock, size);
            struct backup_reader *reader;

            assert_int_equal(backup_reader_open(&reader, fileno(file), &key, NULL), 0);
            assert_int_equal(backup_reader_get(reader, bytes, size - less, NULL), 0);
            assert_memory_equal(bytes, secret, sizeof(secret));
            assert_int_equal(backup_reader_end(reader, NULL), less == 0 ? 0 : ERROR_INVALID);
            backup_reader_free(reader);
            fclose(file);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recipient_gets_a_key_of_its_own),
        cmocka_unit_test(the_same_passphrase_makes_other_keys),
        cmocka_unit_test(it_is_read_to_its_end),
    };

    assert_true(sodium_init() >= 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
