#include "tests/search/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/import_gc_service_inventory.h"

static int take_record(void *context, struct record *record, const struct import_origin *origin,
                       struct error *error)
{
    (void)origin;
    struct inventory *inventory = context;
    struct record **grown =
        realloc(inventory->records, (inventory->count + 1) * sizeof(struct record *));

    if (grown == NULL) {
        record_free(record);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    record->rev = 1;
    inventory->records = grown;
    inventory->records[inventory->count++] = record;
    return 0;
}

static int take_key(void *context, enum record_type type, const char *key, struct error *error)
{
    (void)context;
    (void)type;
    (void)key;
    (void)error;
    return 0;
}

static int take_remark(void *context, const struct import_remark *remark, struct error *error)
{
    (void)context;
    (void)remark;
    (void)error;
    return 0;
}

static void take_rows(void *context, size_t count)
{
    (void)context;
    (void)count;
}

int inventory_read(struct inventory *inventory, bool *there, struct error *error)
{
    struct import_sink sink = {.context = inventory,
                               .record = take_record,
                               .keep = take_key,
                               .remark = take_remark,
                               .rows = take_rows};
    struct import_edition edition = {0};
    const char *shared = getenv("GUICHET_SHARED_DATA");
    const char *source = getenv("abs_top_srcdir");
    char folder[4096];
    char services[4200];
    char standards[4200];

    *inventory = (struct inventory){0};
    if (shared != NULL)
        snprintf(folder, sizeof folder, "%s", shared);
    else
        snprintf(folder, sizeof folder, "%s/../shared/data", source == NULL ? "." : source);
    snprintf(services, sizeof services, "%s/gc-service-inventory/services-2023-2024.csv", folder);
    snprintf(standards, sizeof standards, "%s/gc-service-inventory/standards-2023-2024.csv",
             folder);
    *there = access(services, R_OK) == 0;
    if (!*there)
        return 0;
    return import_gc_service_inventory(services, standards, &sink, &edition, error);
}

void inventory_free(struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++)
        record_free(inventory->records[i]);
    free(inventory->records);
    *inventory = (struct inventory){0};
}
