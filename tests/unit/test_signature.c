/* Signatures against the examples of their standards, and the key file. */
#include "net/signature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "tests/unit/unit.h"

static void seed_read(const char *base64url, unsigned char seed[SIGNATURE_SEED_SIZE])
{
    size_t length;

    assert_int_equal(sodium_base642bin(seed, SIGNATURE_SEED_SIZE, base64url, strlen(base64url),
                                       NULL, &length, NULL,
                                       sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                     0);
    assert_int_equal(length, SIGNATURE_SEED_SIZE);
}

/* RFC 9421 appendix B.2.6, with the key of B.1.4. */
static void test_rfc9421_b26(void **state)
{
    static const struct signature_component components[] = {
        {"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
        {"@method", "POST"},
        {"@path", "/foo"},
        {"@authority", "example.com"},
        {"content-type", "application/json"},
        {"content-length", "18"},
    };
    const struct signature_parameters parameters = {1618884473, "test-key-ed25519", NULL};
    struct text_buffer input = {0}, signature = {0};
    unsigned char seed[SIGNATURE_SEED_SIZE];
    struct signature_key key;

    (void)state;
    seed_read("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU", seed);
    signature_key_from_seed(&key, seed);
    signature_make(&key, components, 6, &parameters, &input, &signature);
    assert_string_equal(input.bytes,
                        "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
                        "\"content-length\");created=1618884473;keyid=\"test-key-ed25519\"");
    assert_string_equal(signature.bytes, "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1"
                                         "u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==");
    text_buffer_free(&input);
    text_buffer_free(&signature);
}

/* RFC 8037 appendix A: the seed of A.1 and its thumbprint of A.3. */
static void test_key_id(void **state)
{
    unsigned char seed[SIGNATURE_SEED_SIZE];
    struct signature_key key;

    (void)state;
    seed_read("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", seed);
    signature_key_from_seed(&key, seed);
    assert_string_equal(key.id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

/* RFC 9530 appendix D has this body and digest. */
static void test_content_digest(void **state)
{
    char digest[CONTENT_DIGEST_SIZE];

    (void)state;
    content_digest("{\"hello\": \"world\"}", 18, digest);
    assert_string_equal(digest, "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
}

static void expect_read(const char *path, int code, const char *words)
{
    struct signature_key key;
    struct error error = ERROR_INIT;

    assert_int_equal(signature_key_read(&key, path, &error), code);
    assert_non_null(strstr(error.message, words));
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_key_file(void **state)
{
    /* RFC 9421 appendix B.1.4. */
    static const char published[] =
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n"
        "-----END PRIVATE KEY-----\n";
    char folder[] = "/tmp/guichet-signature-XXXXXX";
    char path[64];
    struct signature_key made, read;
    struct text_buffer pem = {0};
    struct stat status;
    struct error error = ERROR_INIT;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/key.pem", folder);
    expect_read(path, ERROR_NOT_FOUND, path);
    assert_int_equal(signature_key_make(&made, path, NULL), 0);
    assert_int_equal(signature_key_make(&read, path, &error), ERROR_CONFLICT);
    assert_int_equal(signature_key_read(&read, path, NULL), 0);
    assert_memory_equal(made.secret, read.secret, sizeof(made.secret));
    assert_string_equal(made.id, read.id);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    put(path, published);
    assert_int_equal(signature_key_read(&read, path, NULL), 0);
    signature_public_pem(&read, &pem);
    assert_string_equal(pem.bytes, "-----BEGIN PUBLIC KEY-----\n"
                                   "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
                                   "-----END PUBLIC KEY-----\n");
    text_buffer_free(&pem);
    put(path, "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n");
    expect_read(path, ERROR_INVALID, "no Ed25519");
    put(path, "hello");
    expect_read(path, ERROR_INVALID, "no Ed25519");
    chmod(path, 0644);
    expect_read(path, ERROR_REFUSED, "by others");
    unlink(path);
    rmdir(folder);
}

static int start(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc9421_b26),
        cmocka_unit_test(test_key_id),
        cmocka_unit_test(test_content_digest),
        cmocka_unit_test(test_key_file),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
