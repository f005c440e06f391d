/*
 * Makes the dictionary of net/packed.h: make_dictionary PROSE SHAPES > net/packed_dictionary.c
 *
 * PROSE has sentences, a line each, as people write them (from the sample catalogue: both
 * languages); SHAPES bodies as terminals send them, a line each, with "@" where the prose goes. A
 * dictionary that was shipped is not made anew under the same name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdict.h>

#include "app/text.h"
#include "net/packed.h"

#define LINES_MOST 4096
#define SIZE       12288

struct lines {
    char *line[LINES_MOST];
    size_t count;
};

static void read_lines(const char *path, struct lines *lines)
{
    char line[4096];
    FILE *file = fopen(path, "r");

    if (file == NULL)
        exit(1);
    while (lines->count < LINES_MOST && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        lines->line[lines->count++] = strdup(line);
    }
    fclose(file);
}

/* The shape with a few sentences in it, as packed_skeleton makes it. */
static void add_sample(struct text_buffer *samples, size_t *sizes, size_t *count,
                       const struct lines *shapes, const struct lines *prose, size_t number)
{
    const char *shape = shapes->line[number % shapes->count];
    const char *place = strchr(shape, '@');
    struct text_buffer body = {0};
    size_t length;
    char *skeleton;

    text_buffer_add(&body, shape, place != NULL ? (size_t)(place - shape) : strlen(shape));
    if (place != NULL) {
        text_buffer_add_text(&body, prose->line[number % prose->count]);
        text_buffer_add_text(&body, place + 1);
    }
    length = body.length;
    skeleton = packed_skeleton(body.bytes, &length);
    text_buffer_free(&body);
    if (skeleton == NULL)
        return;
    text_buffer_add(samples, skeleton, length);
    sizes[(*count)++] = length;
    free(skeleton);
}

int main(int argc, char **argv)
{
    static struct lines prose, shapes;
    static size_t sizes[LINES_MOST];
    static char dictionary[2 * SIZE];
    struct text_buffer samples = {0}, content = {0};
    ZDICT_params_t parameters = {.compressionLevel = 19, .dictID = 0};
    size_t count = 0, length;

    if (argc != 3)
        return 2;
    read_lines(argv[1], &prose);
    read_lines(argv[2], &shapes);
    for (size_t i = 0; i < prose.count; i++)
        add_sample(&samples, sizes, &count, &shapes, &prose, i);
    /* The shapes stand last, where they are found cheapest. */
    for (size_t i = 0; i < prose.count && content.length < SIZE - 4096; i++) {
        text_buffer_add_text(&content, prose.line[(i * 7) % prose.count]);
        text_buffer_add_text(&content, " ");
    }
    for (size_t i = shapes.count; i-- > 0;) {
        length = strlen(shapes.line[i]);
        char *skeleton = packed_skeleton(shapes.line[i], &length);
        text_buffer_add(&content, skeleton, length);
        free(skeleton);
    }
    length = ZDICT_finalizeDictionary(dictionary, sizeof dictionary, content.bytes, content.length,
                                      samples.bytes, sizes, (unsigned)count, parameters);
    if (ZDICT_isError(length)) {
        fprintf(stderr, "make_dictionary: %s\n", ZDICT_getErrorName(length));
        return 1;
    }
    printf("/* Made by tests/bench/make_dictionary.c: part of the coding \"" PACKED_NAME "\". */\n"
           "#include \"net/packed.h\"\n\n"
           "/* clang-format off */\nconst unsigned char packed_dictionary[] = {");
    for (size_t i = 0; i < length; i++)
        printf("%s%d,", i % 32 == 0 ? "\n" : "", (unsigned char)dictionary[i]);
    printf("\n};\n/* clang-format on */\nconst size_t packed_dictionary_size = "
           "sizeof(packed_dictionary);\n");
    return 0;
}
