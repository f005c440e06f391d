/*
 * Fuzzes the file of the catalogue with its index of words: changes (place of three bytes, byte) to
 * a good one, which is then opened, searched, completed, walked and written to. Whatever was
 * altered is an error or another answer, and never more.
 */
#include "tests/fuzz/fuzz.h"

#include "app/catalogue.h"
#include "app/json.h"
#include "app/search.h"

#define SERVICES 60

int LLVMFuzzerInitialize(int *count, char ***arguments);

static char *good;
static size_t good_length;

/* Many words that begin alike, so that there are blocks, top lists and more than one segment. */
static struct record *make_service(int number, int64_t rev)
{
    static const char *const words[] = {"naissance", "certificat", "certifié", "mariage", "décès",
                                        "permis",    "passeport",  "adresse",  "impôt",   "école"};
    char key[40], title[120];
    struct record *record;
    struct id id;

    (void)snprintf(key, sizeof key, "fuzz/s%d", number);
    (void)snprintf(title, sizeof title, "%s de %s numéro %d mot%d", words[number % 10],
                   words[number / 10 % 10], number, number * 7);
    id = id_from_key("service", key);
    record = record_new(RECORD_SERVICE, &id);
    FUZZ_HOLDS(record != NULL);
    json_decref(record->body);
    record->body = json_pack("{s:s, s:{s:s, s:s}, s:{s:s}, s:i}", "key", key, "title", "fr", title,
                             "en", title, "summary", "fr", title, "level", 1 + number % 3);
    FUZZ_HOLDS(record->body != NULL);
    record->rev = rev;
    record->seq = number + 1;
    return record;
}

static int write_some(struct catalogue *catalogue, int from, int count, int64_t rev)
{
    struct record *page[SERVICES];
    int code;

    for (int i = 0; i < count; i++)
        page[i] = make_service(from + i, rev);
    code = catalogue_write_page(catalogue, page, (size_t)count, from + count, "feed", NULL);
    for (int i = 0; i < count; i++)
        record_free(page[i]);
    return code;
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    struct catalogue *catalogue = NULL;
    char path[128];

    (void)count;
    (void)arguments;
    (void)atexit(fuzz_remove);
    (void)snprintf(path, sizeof path, "%s/good.db", fuzz_folder());
    FUZZ_HOLDS(catalogue_open(&catalogue, path, true, NULL) == 0);
    for (int i = 0; i < SERVICES; i += 20)
        FUZZ_HOLDS(write_some(catalogue, i, 20, 1) == 0);
    catalogue_close(catalogue);
    good = fuzz_bytes(path, &good_length);
    return 0;
}

static void search(struct catalogue *catalogue, const char *query)
{
    const struct search_request request = {.query = query, .language = "fr", .limit = 40};
    struct search_results *results = NULL;
    struct search_completion *completion = NULL;

    if (search_run(catalogue, &request, &results, NULL) == 0)
        search_results_free(results);
    if (search_complete(catalogue, "fr", query, strlen(query), &completion, NULL) == 0)
        search_completion_free(completion);
}

static int see(void *context, const struct record *record)
{
    (void)context;
    FUZZ_HOLDS(record->body != NULL);
    return 0;
}

static void use(struct catalogue *catalogue)
{
    bool more = false;

    search(catalogue, "certificat nais");
    search(catalogue, "m");
    search(catalogue, "");
    (void)catalogue_each(catalogue, RECORD_SERVICE, see, NULL, NULL);
    (void)write_some(catalogue, 3, 2, 2);
    (void)catalogue_tidy(catalogue, &more, NULL);
    search(catalogue, "mot21");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    struct catalogue *catalogue = NULL;
    unsigned char *bytes = malloc(good_length);
    char path[128], other[160];

    FUZZ_HOLDS(bytes != NULL);
    memcpy(bytes, good, good_length);
    for (; size >= 4; data += 4, size -= 4)
        bytes[((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % good_length] = data[3];
    (void)fuzz_file("catalogue.db", bytes, good_length, path);
    free(bytes);
    if (catalogue_open(&catalogue, path, false, NULL) == 0) {
        use(catalogue);
        catalogue_close(catalogue);
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        (void)snprintf(other, sizeof other, "%s%s", path, endings[i]);
        (void)unlink(other);
    }
    return 0;
}
