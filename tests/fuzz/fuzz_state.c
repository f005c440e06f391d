/*
 * Fuzzes what the desk remembers on this terminal: a JSON object of states by name ("screens",
 * "desk", drafts), as an older or a newer version may have left them. The desk is opened on them,
 * drawn and worked with. What is checked beyond not crashing: there is always a screen.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/unit/unit.h"

#include "app/json.h"
#include "tests/unit/ui_fixture.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct ui_fixture *fixture;

static void end(void)
{
    void *state = fixture;

    (void)ui_fixture_teardown(&state);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    void *state = NULL;

    (void)count;
    (void)arguments;
    (void)ui_fixture_setup(&state);
    fixture = state;
    (void)atexit(end);
    return 0;
}

static void put(const json_t *states, bool remove)
{
    struct error error = ERROR_INIT;
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)states, name, value)
    {
        (void)store_state_put(fixture->desk.store, name, remove ? NULL : value, &error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = ERROR_INIT;
    json_t *states = NULL;

    if (json_read(&states, (const char *)data, size, size + 1, "fuzz", &error) != 0)
        return 0;
    put(states, false);
    ui_fixture_return(fixture, true);
    FUZZ_HOLDS(ui_top(fixture->ui) != NULL);
    ui_fixture_draw(fixture);
    ui_fixture_type(fixture, "\033[B\tx\r\033[A");
    ui_tick(fixture->ui);
    ui_fixture_draw(fixture);
    put(states, true);
    (void)store_state_put(fixture->desk.store, "screens", NULL, &error);
    ui_fixture_return(fixture, true);
    json_decref(states);
    return 0;
}
