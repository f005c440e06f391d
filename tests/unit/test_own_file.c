#define _GNU_SOURCE /* memfd_create */
/* Files without a name until they are whole. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/own_file.h"

static char folder[64], path[128];

static int setup(void **state)
{
    (void)state;
    (void)strcpy(folder, "/tmp/guichet-own-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    (void)snprintf(path, sizeof(path), "%s/copy.html", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static void expect_file(const char *text)
{
    char bytes[100] = "";
    struct stat status;
    int file = open(path, O_RDONLY | O_NOFOLLOW);

    assert_true(file >= 0);
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(read(file, bytes, sizeof(bytes) - 1), strlen(text));
    assert_string_equal(bytes, text);
    close(file);
}

/* Of a file with or without a name in its folder; in memory where the file system has no such. */
static void named(int file)
{
    assert_true(file >= 0);
    assert_true(own_file_write(file, "whole", 5));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(own_file_name(file, path));
    expect_file("whole");
    /* Never over what is there, be it a link that leads nowhere. */
    assert_false(own_file_name(file, path));
    assert_int_equal(errno, EEXIST);
    expect_file("whole");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_false(own_file_name(file, path));
    assert_int_equal(errno, EEXIST);
    close(file);
    assert_int_equal(unlink(path), 0);
}

static void it_has_its_name_when_it_is_whole(void **state)
{
    (void)state;
    named(own_file_unnamed(path));
}

static void from_memory_it_is_copied(void **state)
{
    (void)state;
    named(memfd_create("copy", MFD_CLOEXEC));
}

static void its_folder_must_be_there(void **state)
{
    char missing[160];

    (void)state;
    (void)snprintf(missing, sizeof(missing), "%s/none/copy.html", folder);
    assert_int_equal(own_file_unnamed(missing), -1);
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_has_its_name_when_it_is_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(from_memory_it_is_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(its_folder_must_be_there, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
