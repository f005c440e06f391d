/* QR codes: what a reader of another maker read is pinned here. */
#include "app/qr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "tests/unit/unit.h"

/* With GUICHET_QR set, writes a picture (PBM) that a reader can be tried on. */
static void write_picture(const struct qr *qr, const char *name)
{
    const char *folder = getenv("GUICHET_QR");
    char path[256];
    FILE *file;

    if (folder == NULL)
        return;
    snprintf(path, sizeof(path), "%s/%s.pbm", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "P1\n%d %d\n", (qr->size + 8) * 4, (qr->size + 8) * 4);
    for (int y = 0; y < (qr->size + 8) * 4; y++)
        for (int x = 0; x < (qr->size + 8) * 4; x++)
            fprintf(file, "%d\n", qr_is_dark(qr, x / 4 - 4, y / 4 - 4));
    fclose(file);
}

static void test_what_readers_read(void **state)
{
    static const struct {
        const char *name, *text;
        int size;
        const char *digest; /* BLAKE2b of the modules, a byte each, of a code that was read */
    } cases[] = {
        {"one", "Guichet", 21, "43bed63c27223c1838bbdd1b2e6044aa"},
        {"two", "https://www.example.ca/", 25, "5e13e255e5ac9b2212c9285d5fa735bc"},
        {"three", "Un texte un peu plus long que les autres", 29,
         "c1534242e7dec55e5331183722b4db00"},
        {"four", "otpauth://totp/Guichet:marie?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 33,
         "b63afa9ac79a34b29c3e86ed23bcfbc3"},
        {"five",
         "otpauth://totp/Guichet:marie.tremblay.bis?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 37,
         "1ce195c324f0679d8aba8dda06242c3a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned char modules[QR_SIZE_MOST * QR_SIZE_MOST], hash[16];
        char digest[33];
        struct qr qr;
        size_t at = 0;

        assert_true(qr_make(&qr, cases[i].text));
        assert_int_equal(qr.size, cases[i].size);
        write_picture(&qr, cases[i].name);
        for (int y = 0; y < qr.size; y++)
            for (int x = 0; x < qr.size; x++)
                modules[at++] = qr_is_dark(&qr, x, y);
        crypto_generichash(hash, sizeof(hash), modules, at, NULL, 0);
        sodium_bin2hex(digest, sizeof(digest), hash, sizeof(hash));
        if (strcmp(digest, cases[i].digest) != 0)
            print_message("%s: %s\n", cases[i].name, digest);
        assert_string_equal(digest, cases[i].digest);
    }
}

static void test_how_much_fits(void **state)
{
    char text[QR_TEXT_MOST + 2];
    struct qr qr;

    (void)state;
    memset(text, 'a', sizeof(text));
    text[QR_TEXT_MOST] = '\0';
    assert_true(qr_make(&qr, text));
    assert_int_equal(qr.size, QR_SIZE_MOST);
    text[QR_TEXT_MOST] = 'a';
    text[QR_TEXT_MOST + 1] = '\0';
    assert_false(qr_make(&qr, text));
    assert_int_equal(qr.size, 0);
    assert_false(qr_is_dark(&qr, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_readers_read),
        cmocka_unit_test(test_how_much_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
