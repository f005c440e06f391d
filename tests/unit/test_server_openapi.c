/* net/openapi.yaml is what the server's tables say. Run with GUICHET_WRITE=1 to write it anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/json.h"
#include "app/text.h"
#include "net/server_internal.h"
#include "tests/unit/unit.h"

#define HEADING                                                                                    \
    "# What guichetd answers. Written out of the tables of net/ by "                               \
    "tests/unit/test_server_openapi\n"                                                             \
    "# (GUICHET_WRITE=1), which fails when this file says something else than they do.\n"

static void write_value(struct text_buffer *out, const json_t *value, int depth, bool in_list);

static void indent(struct text_buffer *out, int depth)
{
    text_buffer_add_format(out, "%*s", 2 * depth, "");
}

/* A JSON scalar is a YAML scalar, and so are empty collections. */
static void write_scalar(struct text_buffer *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

    assert_non_null(text);
    text_buffer_add_format(out, " %s\n", text);
    free(text);
}

static bool is_block(const json_t *value)
{
    return (json_is_object(value) && json_object_size(value) > 0) ||
           (json_is_array(value) && json_array_size(value) > 0);
}

static void write_object(struct text_buffer *out, const json_t *value, int depth, bool in_list)
{
    const char *name;
    json_t *member;
    bool first = true;

    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        if (first && in_list)
            text_buffer_add_text(out, " ");
        else
            indent(out, depth);
        first = false;
        text_buffer_add_format(out, "\"%s\":", name);
        if (is_block(member)) {
            text_buffer_add_text(out, "\n");
            write_value(out, member, depth + 1, false);
        } else {
            write_scalar(out, member);
        }
    }
}

static void write_value(struct text_buffer *out, const json_t *value, int depth, bool in_list)
{
    if (json_is_object(value)) {
        write_object(out, value, depth, in_list);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);

        indent(out, depth);
        text_buffer_add_text(out, "-");
        if (is_block(item))
            write_value(out, item, depth + 1, true);
        else
            write_scalar(out, item);
    }
}

static char *file_path(char path[512])
{
    const char *top = getenv("abs_top_srcdir");

    snprintf(path, 512, "%s/net/openapi.yaml", top != NULL ? top : ".");
    return path;
}

static void test_file_agrees_with_the_tables(void **state)
{
    struct text_buffer out = {0};
    json_t *document = server_openapi();
    char path[512], *kept;
    FILE *file;
    size_t length;

    (void)state;
    assert_non_null(document);
    text_buffer_add_text(&out, HEADING);
    write_value(&out, document, 0, false);
    assert_false(out.failed);
    if (getenv("GUICHET_WRITE") != NULL) {
        file = fopen(file_path(path), "w");
        assert_non_null(file);
        fputs(out.bytes, file);
        fclose(file);
    }
    file = fopen(file_path(path), "r");
    assert_non_null(file);
    kept = calloc(1, out.length + 2);
    assert_non_null(kept);
    length = fread(kept, 1, out.length + 1, file);
    fclose(file);
    assert_int_equal(length, out.length);
    assert_string_equal(kept, out.bytes);
    free(kept);
    text_buffer_free(&out);
    json_decref(document);
}

/* Every reference in the document leads somewhere. */
static void check_references(const json_t *root, const json_t *value)
{
    const char *target = json_text_or(value, "$ref", NULL);
    const char *name;
    json_t *member;
    size_t index;

    if (target != NULL) {
        char copy[128], *rest = copy, *part;
        const json_t *at = root;

        text_copy(copy, sizeof(copy), target);
        assert_string_equal(strsep(&rest, "/"), "#");
        while ((part = strsep(&rest, "/")) != NULL)
            at = json_object_get(at, part);
        if (at == NULL)
            fail_msg("%s leads nowhere", target);
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        check_references(root, member);
    }
    json_array_foreach(value, index, member)
    {
        check_references(root, member);
    }
}

static void test_references(void **state)
{
    json_t *document = server_openapi();

    (void)state;
    check_references(document, document);
    json_decref(document);
}

static void test_every_route_is_told(void **state)
{
    json_t *document = server_openapi();
    size_t told = 0, routes = 0;
    const char *path;
    json_t *item;

    (void)state;
    for (; server_routes[routes] != NULL; routes++) {
        const struct route *route = server_routes[routes];
        const json_t *methods = json_object_get(json_object_get(document, "paths"), route->path);
        const json_t *found = NULL;
        const char *method;
        json_t *told_method;

        json_object_foreach((json_t *)(uintptr_t)methods, method,
                            told_method) if (strcasecmp(method, route->method) == 0) found =
            told_method;
        assert_string_equal(json_text_or(found, "operationId", ""), route->operation);
        assert_int_equal(json_object_get(found, "security") != NULL, route->open);
    }
    json_object_foreach(json_object_get(document, "paths"), path, item)
    {
        told += json_object_size(item);
    }
    assert_int_equal(told, routes);
    json_decref(document);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_agrees_with_the_tables),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_every_route_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
