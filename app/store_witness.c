/*
 * What the terminal was told by the server and is not in what it has read of the feed: a server
 * that does not know it was restored from a copy from before it was told.
 *
 * Where the cursor stands does not say that the server still knows it. An answer that was long on
 * its way may come when the feed of a server that was restored meanwhile has been read past its
 * number, and the request for a page may have left before. So it is named until the feed was read
 * to the end, and past it, by a request that named it: from then on the cursor speaks for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/store_internal.h"
#include "app/text.h"

#define MADE  "last-accepted"
#define SHOWN "last-shown"

int store_witness_read(struct store *store, struct store_witness *witness, struct error *error)
{
    char text[ID_TEXT_LENGTH + 32];
    int code = store_meta_get(store, MADE, text, sizeof(text), error);

    *witness = (struct store_witness){0};
    if (code == 0)
        code = store_meta_get(store, SHOWN, witness->shown, sizeof(witness->shown), error);
    if (code != 0)
        return code;
    shown_drop(witness->shown, "", 0);
    if (strlen(text) <= ID_TEXT_LENGTH)
        return 0;
    witness->made_seq = strtoll(text + ID_TEXT_LENGTH, NULL, 10);
    text[ID_TEXT_LENGTH] = '\0';
    if (!id_parse(&witness->made, text))
        *witness = (struct store_witness){0};
    return 0;
}

static int witness_write(struct store *store, const struct store_witness *before,
                         const struct store_witness *witness, struct error *error)
{
    char text[ID_TEXT_LENGTH + 32] = "";
    int code = 0;

    if (!id_is_empty(&witness->made))
        snprintf(text, sizeof(text), "%s %lld", witness->made.text, (long long)witness->made_seq);
    if (before->made_seq != witness->made_seq || !id_equal(&before->made, &witness->made))
        code = store_meta_put(store, MADE, text, error);
    if (code == 0 && strcmp(before->shown, witness->shown) != 0)
        code = store_meta_put(store, SHOWN, witness->shown, error);
    return code;
}

void store_witness_add(struct store_witness *witness, const struct store_outcome *outcomes,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct store_outcome *outcome = &outcomes[i];
        /* The lowest there is has no magnitude: no server of ours gives it. */
        int64_t seq = outcome->seq == INT64_MIN ? 0 : llabs(outcome->seq);

        /* An operation that the server knows does not show that it knows those before it: one that
         * was long on its way may come to a server that was restored meanwhile. A number of a stay
         * does. */
        if (outcome->shown != NULL) {
            /* That of one answer is said once. */
            if (i == 0 || outcome->shown != outcomes[i - 1].shown)
                shown_add_text(witness->shown, outcome->shown);
            continue;
        }
        if (outcome->record != NULL && outcome->record->seq > 0)
            shown_add(witness->shown, outcome->record->seq,
                      outcome->epoch != NULL ? outcome->epoch : "");
        /* What is applied now comes after all that was before, also where a restored server counts
         * lower. What is answered a second time keeps the number of the first. */
        if (outcome->refusal == MERGE_APPLIED && seq > 0 &&
            (!outcome->repeated || seq > witness->made_seq)) {
            witness->made = outcome->operation;
            witness->made_seq = seq;
        }
    }
}

int store_witness_note(struct store *store, const struct store_outcome *outcomes, size_t count,
                       struct error *error)
{
    struct store_witness before, witness;
    int code = store_witness_read(store, &before, error);

    if (code != 0)
        return code;
    witness = before;
    store_witness_add(&witness, outcomes, count);
    return witness_write(store, &before, &witness, error);
}

int store_shown_note(struct store *store, int64_t seq, const char *epoch, struct error *error)
{
    struct store_witness before, witness;
    int code = store_witness_read(store, &before, error);

    if (code != 0)
        return code;
    witness = before;
    shown_add(witness.shown, seq, epoch);
    if (strcmp(before.shown, witness.shown) == 0)
        return 0;
    /* Where a power cut takes it away, what it is to be known by goes too, and is read again. */
    database_relax(store->database, true);
    code = store_begin(store, error);
    if (code == 0)
        code = store_end(store, witness_write(store, &before, &witness, error), error);
    database_relax(store->database, false);
    return code;
}

bool store_witness_reached(const struct store_witness *witness, int64_t cursor)
{
    return (witness->made_seq > 0 && witness->made_seq <= cursor) ||
           shown_reached(witness->shown, cursor);
}

int store_witness_drop(struct store *store, const struct store_witness *named, int64_t cursor,
                       struct error *error)
{
    struct store_witness before, witness;
    int code = store_witness_read(store, &before, error);

    if (code != 0)
        return code;
    witness = before;
    shown_drop(witness.shown, named->shown, cursor);
    if (witness.made_seq <= cursor && witness.made_seq == named->made_seq &&
        id_equal(&witness.made, &named->made)) {
        witness.made = (struct id){0};
        witness.made_seq = 0;
    }
    return witness_write(store, &before, &witness, error);
}

int store_witness_forget(struct store *store, struct error *error)
{
    int code = store_meta_put(store, MADE, "", error);

    return code != 0 ? code : store_meta_put(store, SHOWN, "", error);
}
