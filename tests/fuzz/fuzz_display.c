/*
 * Fuzzes what a public screen shows of the server's answer: first byte: the size of the screen and
 * whether it has block characters; then views, JSON documents with a form feed between them, of
 * which each follows on the one before.
 */
#include <jansson.h>

#include "tests/fuzz/fuzz_canvas.h"
#include "ui/display.h"

#define NOW INT64_C(1800000000000)

static void look(const struct display *display, uint8_t shape, int64_t now_ms)
{
    static const int sizes[][2] = {{24, 80}, {1, 1}, {60, 200}, {5, 30}};
    const int *size = sizes[shape % (sizeof(sizes) / sizeof(sizes[0]))];
    struct canvas *canvas = canvas_new(size[0], size[1]);

    FUZZ_HOLDS(canvas != NULL);
    display_draw(display, canvas, now_ms);
    fuzz_canvas_holds(canvas);
    canvas_free(canvas);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct display display = {.link = DISPLAY_LINK_UP};
    int64_t now_ms = NOW;
    uint8_t shape;

    if (size == 0)
        return 0;
    shape = *data;
    display.blocks = (shape & 0x80) != 0;
    data++;
    size--;
    while (size > 0) {
        const uint8_t *part;
        size_t length = fuzz_part(&data, &size, &part);

        display_take(&display, json_loadb((const char *)part, length, 0, NULL), now_ms);
        display.heard_ms = now_ms;
        look(&display, shape, now_ms);
        now_ms += DISPLAY_NEW_MS;
    }
    look(&display, shape, now_ms + DISPLAY_STALE_MS);
    display_clear(&display);
    return 0;
}
