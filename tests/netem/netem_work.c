/*
 * What tests/netem.sh needs done to files:
 *
 *     netem_work make STORE PASSWORD   puts a case, 20 notes and then a hand-off into the outbox
 *     netem_work check SERVER-DATABASE 0 when each is there once and the hand-off came before the
 *                                      notes
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/case.h"
#include "app/client.h"
#include "app/handoff.h"
#include "app/note.h"
#include "app/store.h"

#define NOTES 20

static void must(int code, const struct error *error)
{
    if (code == 0)
        return;
    (void)fprintf(stderr, "netem_work: %s\n", error->message);
    exit(1);
}

static void keep(struct store *store, struct batch *batch)
{
    struct error error = ERROR_INIT;

    must(store_apply(store, batch->operations, batch->count, NULL, &error), &error);
    batch_clear(batch);
}

static int make(const char *path, const char *password)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct error error = ERROR_INIT;
    struct seal_key *key = NULL;
    struct store *store = NULL;
    struct id_generator ids = {0};
    struct clock clock;
    struct batch batch = {0};
    struct case_start start = {.subject = "acte de naissance"};
    struct id matter, id;

    must(seal_start(&error), &error);
    must(store_read_wrapped(path, wrapped, &error), &error);
    must(seal_key_unwrap(&key, password, wrapped, sizeof wrapped, &error), &error);
    must(store_open(&store, path, key, &error), &error);
    clock_init(&clock, clock_system, NULL);
    struct author author = {.agent = *store_agent(store),
                            .device = *store_device(store),
                            .office = "sample/quebec",
                            .channel = "counter",
                            .clock = &clock,
                            .ids = &ids};
    must(case_open(&batch, &author, &start, &matter, &error), &error);
    keep(store, &batch);
    for (int i = 1; i <= NOTES; i++) {
        char text[160];
        struct note_draft draft = {.kind = "contact", .text = text, .matter = matter};
        (void)snprintf(text, sizeof text,
                       "Note %d : la cliente rappelle au sujet de l’acte demandé il y a deux "
                       "semaines ; rien reçu encore.",
                       i);
        must(note_write(&batch, &author, &draft, &id, &error), &error);
        keep(store, &batch);
    }
    struct handoff_offer offer = {.target = {.queue = "sample/front-line"},
                                  .matter = matter,
                                  .summary = "à continuer",
                                  .context = "tout est dit"};
    must(handoff_offer(&batch, &author, &offer, &id, &error), &error);
    keep(store, &batch);
    store_close(store);
    seal_key_free(key);
    return 0;
}

static int check(const char *path)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *row = NULL;

    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database,
                           "SELECT count(*) FILTER (WHERE type = 'note'),"
                           " count(*) FILTER (WHERE type = 'handoff'),"
                           " count(DISTINCT record) FILTER (WHERE type = 'note'),"
                           " max(seq) FILTER (WHERE type = 'handoff') <"
                           " min(seq) FILTER (WHERE type = 'note'),"
                           " count(refusal) FROM operation",
                           -1, &row, NULL) != SQLITE_OK ||
        sqlite3_step(row) != SQLITE_ROW) {
        (void)fprintf(stderr, "netem_work: %s\n", sqlite3_errmsg(database));
        return 1;
    }
    int notes = sqlite3_column_int(row, 0), handoffs = sqlite3_column_int(row, 1);
    bool once = notes == sqlite3_column_int(row, 2), first = sqlite3_column_int(row, 3) == 1;
    int refused = sqlite3_column_int(row, 4);
    (void)printf("netem: %d notes and %d hand-off at the server, %d refused, the hand-off %s\n",
                 notes, handoffs, refused, first ? "first" : "not first");
    sqlite3_finalize(row);
    sqlite3_close(database);
    return notes == NOTES && handoffs == 1 && once && first && refused == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "make") == 0)
        return make(argv[2], argv[3]);
    if (argc == 3 && strcmp(argv[1], "check") == 0)
        return check(argv[2]);
    (void)fputs("usage: netem_work make STORE PASSWORD | check DATABASE\n", stderr);
    return 2;
}
