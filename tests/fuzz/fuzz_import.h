/* How the fuzz targets of the importers publish what was read: into memory, twice. */
#ifndef GUICHET_TESTS_FUZZ_IMPORT_H
#define GUICHET_TESTS_FUZZ_IMPORT_H

#include "tests/fuzz/fuzz.h"

#include "tests/unit/unit.h"

#include "app/json.h"
#include "tests/unit/import_memory.h"

typedef int (*fuzz_importer)(const struct import_sink *sink, struct import_edition *edition,
                             struct error *error);

/* One import; true when it was published. Its account can be told in any case. */
static inline bool fuzz_import_once(fuzz_importer importer, struct memory *memory,
                                    struct import_summary *summary)
{
    struct import_target target = memory_target(memory);
    struct import_options options = {.allow_ending = true};
    struct import_edition edition = {0};
    struct error error = ERROR_INIT;
    struct import *import = import_new();
    struct import_sink sink = import_sink(import);

    int code = importer(&sink, &edition, &error);
    if (code == 0)
        code = import_publish(import, &edition, &target, &options, &error);
    if (code != 0)
        FUZZ_HOLDS(error.message[0] != '\0');
    *summary = *import_get_summary(import);
    FUZZ_HOLDS(code != 0 || memory->count <= MEMORY_LIMIT);
    json_t *told = import_to_json(import);
    FUZZ_HOLDS(told != NULL);
    json_decref(told);
    import_free(import);
    return code == 0;
}

/* The same edition again changes nothing, and each record can be told and read again. */
static inline void fuzz_import(fuzz_importer importer)
{
    static struct memory memory;
    struct import_summary summary;

    if (fuzz_import_once(importer, &memory, &summary)) {
        FUZZ_HOLDS(fuzz_import_once(importer, &memory, &summary));
        FUZZ_HOLDS(summary.added == 0 && summary.changed == 0 && summary.ended == 0);
        for (size_t i = 0; i < memory.count; i++) {
            struct error error = ERROR_INIT;
            struct record *again = NULL;
            json_t *told = record_to_json(memory.records[i]);
            FUZZ_HOLDS(record_from_json(&again, told, &error) == 0);
            json_decref(told);
            record_free(again);
        }
    }
    memory_free(&memory);
}

#endif
