/* Formats: what the public suite does not ask, and that each is there. */
#include <string.h>

#include "forms/format.h"
#include "tests/unit/unit.h"

static const struct {
    const char *format;
    const char *text;
    bool valid;
} cases[] = {
    {"date", "2024-02-29", true},
    {"date", "0000-01-01", true},
    {"time", "23:59:60-00:01", false},
    {"time", "23:58:60-00:01", true},
    {"date-time", "2026-03-31T14:30:00.5-04:00", true},
    {"date-time", "2026-03-31 14:30:00Z", false},
    {"duration", "P1Y2D", false},
    {"duration", "P1W", true},
    {"duration", "PT", false},
    {"email", "a@b", true},
    {"email", "a@[IPv6:::g]", false},
    {"email", "\"a\\\"b\"@example.ca", true},
    {"email", "\"a@example.ca", false},
    {"email", "\xC3\xA9@example.ca", false},
    {"idn-email", "\xC3\xA9@example.ca", true},
    {"idn-email", "a@b@c", false},
    {"hostname", "a.b-c.d1", true},
    {"hostname", "a..b", false},
    {"hostname", "xn--caf-dma.example", true},
    {"hostname", "xn--caf-dmb.example", false},
    {"idn-hostname", "caf\xC3\xA9.example", true},
    {"idn-hostname", "Caf\xC3\xA9.example", false},
    {"ipv4", "1.2.3.04", false},
    {"ipv6", "1::2:3:4:5:6:7", true},
    {"ipv6", "1::2:3:4:5:6:7:8", false},
    {"ipv6", "::1:", false},
    {"uri", "a:", true},
    {"uri", "http://[v1.x:y]/", true},
    {"uri", "http://[v.x]/", false},
    {"uri", "http://a:80:80/", false},
    {"uri-reference", "a/b:c", true},
    {"iri", "http://\xC3\xA9/\xEE\x80\x80", false},
    {"iri", "http://\xC3\xA9/?\xEE\x80\x80", true},
    {"uri-template", "/{id}{?q*,n:3}", true},
    {"uri-template", "{a%4}", false},
    {"uuid", "00000000-0000-0000-0000-00000000000g", false},
    {"json-pointer", "/a~01", true},
    {"relative-json-pointer", "0", true},
    {"relative-json-pointer", "0a", false},
    {"relative-json-pointer", "1-2/name", true},
    {"relative-json-pointer", "0+1#", true},
    {"relative-json-pointer", "0+0", false},
    {"relative-json-pointer", "0+", false},
    {"email", "a@[ipv6:::1]", true},
    {"idn-email",
     "a@b\xE3\x80\x82"
     "c",
     false},
    {"regex", "^[A-Z]{2}$", true},
    {"regex", "(?i)a", false},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct format *format = format_find(cases[i].format);

        assert_non_null(format);
        if (format->check(cases[i].text, strlen(cases[i].text)) != cases[i].valid)
            fail_msg("%s: %s should be %s", cases[i].format, cases[i].text,
                     cases[i].valid ? "valid" : "invalid");
    }
    assert_null(format_find("color"));
}

static void test_nul_is_a_character(void **state)
{
    static const char *const names[] = {"date", "time",     "date-time", "duration", "email",
                                        "uri",  "hostname", "ipv4",      "ipv6",     "uuid"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_false(format_find(names[i])->check("\0", 1));
        assert_false(format_find(names[i])->check("a\0", 2));
    }
    assert_true(format_check_json_pointer("/\0", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_nul_is_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
