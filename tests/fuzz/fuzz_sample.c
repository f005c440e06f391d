/* Fuzzes the importer of the sample's folder: its files in the order below, form feeds between.
 * Importing the same again must change nothing. */
#include "tests/fuzz/fuzz_import.h"

#include "app/import_sample.h"

static const char *const files[] = {"services.json",   "forms.json",  "offices.json",
                                    "agents.json",     "queues.json", "calendars.json",
                                    "life-events.json"};

static int import(const struct import_sink *sink, struct import_edition *edition,
                  struct error *error)
{
    return import_sample(fuzz_folder(), sink, edition, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char empty[] = "{\"confirmed\":\"2026-11-01\",\"records\":[]}";
    char path[128];

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const uint8_t *part;
        size_t length = fuzz_part(&data, &size, &part);
        if (length == 0)
            (void)fuzz_file(files[i], empty, sizeof empty - 1, path);
        else
            (void)fuzz_file(files[i], part, length, path);
    }
    fuzz_import(import);
    return 0;
}
