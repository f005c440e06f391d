#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/bench/marks.h"
#include "tests/bench/process.h"

struct marks *marks_open(const char *path, const char *library)
{
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct marks *marks;

    if (file < 0 || ftruncate(file, sizeof *marks) != 0 || access(library, R_OK) != 0)
        process_die("no file of marks, or no %s", library);
    marks = mmap(NULL, sizeof *marks, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (marks == MAP_FAILED)
        process_die("no memory for marks");
    setenv(MARKS_VARIABLE, path, 1);
    setenv("LD_PRELOAD", library, 1);
    return marks;
}

void marks_close(struct marks *marks)
{
    unsetenv(MARKS_VARIABLE);
    unsetenv("LD_PRELOAD");
    munmap(marks, sizeof *marks);
}

void marks_clear(struct marks *marks)
{
    size_t count = marks_count(marks);

    for (size_t i = 0; i < count; i++)
        __atomic_store_n(&marks->entries[i].kind, MARK_NONE, __ATOMIC_RELAXED);
    __atomic_store_n(&marks->count, 0, __ATOMIC_RELEASE);
}

size_t marks_count(const struct marks *marks)
{
    unsigned count = __atomic_load_n(&marks->count, __ATOMIC_ACQUIRE);

    return count < MARKS_LIMIT ? count : MARKS_LIMIT;
}
