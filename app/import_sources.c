#include "app/import_sources.h"

#include <string.h>

#include "app/import_csv.h"
#include "app/import_gc_service_inventory.h"
#include "app/import_hsds.h"
#include "app/import_sample.h"

static int inventory_read(const char *const *arguments, size_t count,
                          const struct import_sink *sink, struct import_edition *edition,
                          struct error *error)
{
    (void)count;
    return import_gc_service_inventory(arguments[0], arguments[1], sink, edition, error);
}

static int sample_read(const char *const *arguments, size_t count, const struct import_sink *sink,
                       struct import_edition *edition, struct error *error)
{
    return import_sample(count > 0 ? arguments[0] : GUICHET_DATA_DIRECTORY "/sample", sink, edition,
                         error);
}

static int hsds_read(const char *const *arguments, size_t count, const struct import_sink *sink,
                     struct import_edition *edition, struct error *error)
{
    return import_hsds(arguments[0], count > 1 ? arguments[1] : NULL,
                       count > 2 ? arguments[2] : NULL, sink, edition, error);
}

static int csv_read(const char *const *arguments, size_t count, const struct import_sink *sink,
                    struct import_edition *edition, struct error *error)
{
    (void)count;
    return import_csv(arguments[0], sink, edition, error);
}

const struct import_source import_sources[] = {
    {IMPORT_GC_SERVICE_INVENTORY, "SERVICES.csv STANDARDS.csv",
     "The Government of Canada service inventory and its standards.", 2, 2, inventory_read},
    {IMPORT_HSDS, "FILE.json|FOLDER [PUBLISHER [fr|en]]",
     "Open Referral HSDS 3.0 (211): a JSON document, or the folder of a tabular data package.", 1,
     3, hsds_read},
    {IMPORT_CSV, "FILE.csv", "Services in our own CSV; its columns are in the manual page.", 1, 1,
     csv_read},
    {IMPORT_SAMPLE, "[DIRECTORY]", "The shipped sample, or one like it.", 0, 1, sample_read},
    {NULL, NULL, NULL, 0, 0, NULL},
};

int import_source_run(struct import *import, const char *const *words, size_t count,
                      const struct import_target *target, const struct import_options *options,
                      struct error *error)
{
    const struct import_source *source = import_sources;
    struct import_edition edition;
    if (count == 0)
        return error_set(error, ERROR_INVALID, "no source named to import");
    while (source->name && strcmp(source->name, words[0]) != 0)
        source++;
    if (!source->name)
        return error_set(error, ERROR_INVALID, "\"%s\" is not a source that can be imported",
                         words[0]);
    if (count - 1 < source->fewest || count - 1 > source->most)
        return error_set(error, ERROR_INVALID, "%s is imported with: %s", source->name,
                         source->arguments);
    struct import_sink sink = import_sink(import);
    int code = source->read(words + 1, count - 1, &sink, &edition, error);
    return code ? code : import_publish(import, &edition, target, options, error);
}
