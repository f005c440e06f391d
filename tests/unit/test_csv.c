#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/csv.h"
#include "app/csv_writer.h"

static int open_bytes(struct csv_reader **reader, const char *bytes, size_t length,
                      const struct csv_limits *limits, struct error *error)
{
    FILE *stream = tmpfile();
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, length, stream), length);
    rewind(stream);
    return csv_open_stream(reader, stream, "test.csv", limits, error);
}

/* Reads everything and writes it as "a|b/c|d/" for comparing; returns the last code. */
static int read_all(const char *bytes, size_t length, const struct csv_limits *limits, char *out,
                    size_t size, struct error *error)
{
    struct csv_reader *reader;
    out[0] = '\0';
    int code = open_bytes(&reader, bytes, length, limits, error);
    if (code)
        return code;
    while ((code = csv_next(reader, error)) == 1) {
        for (size_t i = 0; i < csv_column_count(reader); i++) {
            size_t used = strlen(out);
            snprintf(out + used, size - used, "%s%s", i ? "|" : "", csv_field(reader, i));
        }
        strcat(out, "/");
    }
    csv_close(reader);
    return code;
}

static void expect_rows(const char *text, const char *rows)
{
    char out[512];
    struct error error = ERROR_INIT;
    int code = read_all(text, strlen(text), NULL, out, sizeof out, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(code, 0);
    assert_string_equal(out, rows);
}

static void expect_refusal(const char *bytes, size_t length, int code, const char *message)
{
    char out[512];
    struct error error = ERROR_INIT;
    assert_int_equal(read_all(bytes, length, NULL, out, sizeof out, &error), code);
    assert_string_equal(error.message, message);
}

static void test_reads_rows(void **state)
{
    (void)state;
    expect_rows("a,b\r\n1,2\r\n3,4\r\n", "1|2/3|4/");
    expect_rows("a,b\n1,2\n3,4", "1|2/3|4/");
    expect_rows("\xEF\xBB\xBF"
                "a,b\n1,2\n",
                "1|2/");
    expect_rows("a,b\n,\n", "|/");
    expect_rows("a,b\n", "");
    expect_rows("a,b", "");
    expect_rows("a,b\n\"x, y\",\"say \"\"no\"\"\"\n", "x, y|say \"no\"/");
    expect_rows("a,b\n\"one\r\ntwo\n\",\"\"\n", "one\r\ntwo\n|/");
    expect_rows("a,b\nété,🍁\n", "été|🍁/");
}

static void test_finds_columns_by_name(void **state)
{
    (void)state;
    struct csv_reader *reader;
    struct error error = ERROR_INIT;
    const char *text = "\xEF\xBB\xBFid,name\n1,x\n";
    assert_int_equal(open_bytes(&reader, text, strlen(text), NULL, &error), 0);
    size_t column = 9;
    assert_int_equal(csv_column(reader, "id", &column, &error), 0);
    assert_int_equal(column, 0);
    assert_int_equal(csv_column(reader, "name", &column, &error), 0);
    assert_int_equal(column, 1);
    assert_int_equal(csv_column(reader, "Name", &column, &error), ERROR_INVALID);
    assert_string_equal(error.message, "test.csv: the column \"Name\" is missing");
    assert_int_equal(csv_next(reader, &error), 1);
    assert_string_equal(csv_field(reader, 7), "");
    csv_close(reader);
}

static void test_knows_lines_and_the_last_line_end(void **state)
{
    (void)state;
    struct csv_reader *reader;
    struct error error = ERROR_INIT;
    const char *text = "a\n\"1\n2\n3\"\r\nx\ny";
    assert_int_equal(open_bytes(&reader, text, strlen(text), NULL, &error), 0);
    assert_int_equal(csv_next(reader, &error), 1);
    assert_int_equal(csv_line(reader), 2);
    assert_int_equal(csv_next(reader, &error), 1);
    assert_int_equal(csv_line(reader), 5);
    assert_int_equal(csv_next(reader, &error), 1);
    assert_int_equal(csv_line(reader), 6);
    assert_int_equal(csv_next(reader, &error), 0);
    assert_false(csv_ended_with_newline(reader));
    csv_close(reader);
    assert_int_equal(open_bytes(&reader, "a\n1\n", 4, NULL, &error), 0);
    assert_int_equal(csv_next(reader, &error), 1);
    assert_int_equal(csv_next(reader, &error), 0);
    assert_true(csv_ended_with_newline(reader));
    csv_close(reader);
}

static void test_refuses_bad_quotes(void **state)
{
    (void)state;
    static const char open_quote[] = "a,b\n1,\"two\nthree";
    static const char inside[] = "a,b\n1,tw\"o\n";
    static const char after[] = "a,b\n\"1\"x,2\n";
    static const char carriage[] = "a,b\n1\rx,2\n";
    expect_refusal(open_quote, strlen(open_quote), ERROR_INVALID,
                   "test.csv: the file ends inside the quotes opened at line 2, column 3");
    expect_refusal(inside, strlen(inside), ERROR_INVALID,
                   "test.csv: line 2, column 5: a quote inside an unquoted field");
    expect_refusal(after, strlen(after), ERROR_INVALID,
                   "test.csv: line 2, column 4: text after a closing quote");
    expect_refusal(carriage, strlen(carriage), ERROR_INVALID,
                   "test.csv: line 2, column 2: a carriage return without a line feed");
}

static void test_refuses_bad_bytes(void **state)
{
    (void)state;
    static const char nul[] = "a,b\nx\0,2\n";
    static const char latin[] = "a,b\n\xC3\xA9\xE9,2\n";
    static const char overlong[] = "a,b\n\xC0\xAF,2\n";
    static const char surrogate[] = "a,b\n1,\xED\xA0\x80\n";
    static const char cut[] = "a,b\n1,\xE2\x82";
    expect_refusal(nul, sizeof nul - 1, ERROR_INVALID, "test.csv: line 2, column 2: a NUL byte");
    expect_refusal(latin, strlen(latin), ERROR_INVALID, "test.csv: line 2, column 2: not UTF-8");
    expect_refusal(overlong, strlen(overlong), ERROR_INVALID,
                   "test.csv: line 2, column 1: not UTF-8");
    expect_refusal(surrogate, strlen(surrogate), ERROR_INVALID,
                   "test.csv: line 2, column 3: not UTF-8");
    expect_refusal(cut, strlen(cut), ERROR_INVALID,
                   "test.csv: line 2, column 3: the file ends inside a character");
}

static void test_refuses_bad_shapes(void **state)
{
    (void)state;
    static const char few[] = "a,b\n1,2\n3\n";
    static const char many[] = "a,b\n1,2,3\n";
    static const char twice[] = "a,b,a\n";
    expect_refusal(few, strlen(few), ERROR_INVALID,
                   "test.csv: line 3: 1 fields where the header names 2");
    expect_refusal(many, strlen(many), ERROR_INVALID,
                   "test.csv: line 2: 3 fields where the header names 2");
    expect_refusal(twice, strlen(twice), ERROR_INVALID, "test.csv: columns 1 and 3 are both \"a\"");
    expect_refusal("", 0, ERROR_INVALID, "test.csv: the file is empty");
}

static void test_keeps_limits(void **state)
{
    (void)state;
    static const struct csv_limits limits = {.field = 4, .row = 6, .columns = 3};
    char out[64];
    struct error error = ERROR_INIT;
    static const char fits[] = "a,b\n1234,56\n";
    static const char field[] = "a,b\n12345,6\n";
    static const char row[] = "a,b,c\n1234,1234,1234\n";
    static const char columns[] = "a,b,c,d\n";
    assert_int_equal(read_all(fits, strlen(fits), &limits, out, sizeof out, &error), 0);
    assert_string_equal(out, "1234|56/");
    assert_int_equal(read_all(field, strlen(field), &limits, out, sizeof out, &error),
                     ERROR_TOO_LARGE);
    assert_string_equal(error.message, "test.csv: line 2: field 1 is over 4 bytes");
    assert_int_equal(read_all(row, strlen(row), &limits, out, sizeof out, &error), ERROR_TOO_LARGE);
    assert_string_equal(error.message, "test.csv: line 2: the row is over 6 bytes");
    assert_int_equal(read_all(columns, strlen(columns), &limits, out, sizeof out, &error),
                     ERROR_TOO_LARGE);
    assert_string_equal(error.message, "test.csv: line 1: over 3 fields");
}

/* Quoted fields that are read across the edges of the reader's buffer. */
static void test_reads_across_buffers(void **state)
{
    (void)state;
    size_t rows = 5000;
    char *text = malloc(rows * 32 + 8);
    assert_non_null(text);
    size_t length = (size_t)sprintf(text, "a,b\r\n");
    for (size_t i = 0; i < rows; i++)
        length += (size_t)sprintf(text + length, "%zu,\"é\"\"é,\r\n%zu\"\r\n", i, i);
    struct csv_reader *reader;
    struct error error = ERROR_INIT;
    assert_int_equal(open_bytes(&reader, text, length, NULL, &error), 0);
    char expected[64];
    for (size_t i = 0; i < rows; i++) {
        assert_int_equal(csv_next(reader, &error), 1);
        snprintf(expected, sizeof expected, "é\"é,\r\n%zu", i);
        assert_string_equal(csv_field(reader, 1), expected);
        assert_int_equal(csv_line(reader), 2 + 2 * i);
    }
    assert_int_equal(csv_next(reader, &error), 0);
    csv_close(reader);
    free(text);
}

static void test_names_a_missing_file(void **state)
{
    (void)state;
    struct csv_reader *reader;
    struct error error = ERROR_INIT;
    assert_int_equal(csv_open(&reader, "/nonexistent/x.csv", NULL, &error), ERROR_NOT_FOUND);
    assert_null(reader);
    assert_non_null(strstr(error.message, "/nonexistent/x.csv: cannot be opened"));
}

/* What a spreadsheet would take for a formula is text to it, and comes back as it was. */
static void test_formulas_are_harmless_and_come_back(void **state)
{
    static const char *const fields[] = {"=HYPERLINK(\"http://evil.example\")",
                                         "+cmd|' /C calc'!A0",
                                         "-2+3+cmd|x",
                                         "@SUM(1,2)",
                                         "\t=1+1",
                                         "\r=1",
                                         "'=1",
                                         "''@x",
                                         "+1 418 555-0101",
                                         "-5",
                                         "(418) 555-0101",
                                         "'quoted'",
                                         "l'été",
                                         "=",
                                         "-",
                                         ""};
    enum { COUNT = sizeof(fields) / sizeof(fields[0]) };
    char *bytes = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&bytes, &length);
    struct csv_reader *reader;
    struct error error = ERROR_INIT;
    char header[200] = "";

    (void)state;
    for (int i = 0; i < COUNT; i++)
        snprintf(header + strlen(header), sizeof(header) - strlen(header), "%sc%d",
                 i > 0 ? "," : "", i);
    fprintf(stream, "%s\r\n", header);
    csv_write_row(stream, fields, COUNT);
    fclose(stream);
    for (const char *at = strchr(bytes, '\n'); at != NULL && *at != '\0';
         at = strpbrk(at + 1, ",\n")) {
        const char *begin = at + 1 + (at[1] == '"');

        assert_true(*begin != '=' && *begin != '@' && *begin != '\t');
    }
    assert_non_null(strstr(bytes, ",+1 418 555-0101,-5,"));
    assert_int_equal(csv_open_stream(&reader, fmemopen(bytes, length, "r"), "m", NULL, &error), 0);
    assert_int_equal(csv_next(reader, &error), 1);
    for (int i = 0; i < COUNT; i++)
        assert_string_equal(csv_field(reader, (size_t)i), fields[i]);
    csv_close(reader);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_rows),
        cmocka_unit_test(test_finds_columns_by_name),
        cmocka_unit_test(test_knows_lines_and_the_last_line_end),
        cmocka_unit_test(test_refuses_bad_quotes),
        cmocka_unit_test(test_refuses_bad_bytes),
        cmocka_unit_test(test_refuses_bad_shapes),
        cmocka_unit_test(test_keeps_limits),
        cmocka_unit_test(test_reads_across_buffers),
        cmocka_unit_test(test_names_a_missing_file),
        cmocka_unit_test(test_formulas_are_harmless_and_come_back),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
