#include "app/note.h"

#include <string.h>

#include "app/record_fields.h"
#include "app/text.h"

static int check(const struct note_draft *draft, struct error *error)
{
    size_t length = strlen(draft->text);

    if (!word_is_among(draft->kind, note_kind_words))
        return error_set(error, ERROR_INVALID, "kind: \"%s\" is none", draft->kind);
    if (length > NOTE_TEXT_LIMIT)
        return error_set(error, ERROR_TOO_LARGE, "text: %zu bytes, at most %d", length,
                         NOTE_TEXT_LIMIT);
    if (draft->text[strspn(draft->text, " \n\t")] == '\0')
        return error_set(error, ERROR_INVALID, "text: nothing is written");
    if (!text_is_utf8(draft->text, length))
        return error_set(error, ERROR_INVALID, "text: not UTF-8");
    if (id_is_empty(&draft->matter) && id_is_empty(&draft->contact) && id_is_empty(&draft->client))
        return error_set(error, ERROR_INVALID, "case: the note belongs to nothing");
    if (!id_is_empty(&draft->corrects) && strcmp(draft->kind, "correction") != 0)
        return error_set(error, ERROR_INVALID, "corrects: only a correction does");
    return 0;
}

bool note_is_restricted(const struct record *note)
{
    return note->type == RECORD_NOTE && strcmp(record_text(note, "visibility"), "restricted") == 0;
}

int note_write(struct batch *batch, const struct author *author, const struct note_draft *draft,
               struct id *id, struct error *error)
{
    struct operation *operation;
    int code = check(draft, error);

    if (code != 0)
        return code;
    operation = author_append(author, RECORD_NOTE);
    operation_put_id(operation, "case", &draft->matter);
    operation_put_id(operation, "contact", &draft->contact);
    operation_put_id(operation, "client", &draft->client);
    operation_put_id(operation, "handoff", &draft->handoff);
    operation_put_id(operation, "corrects", &draft->corrects);
    operation_put_text(operation, "channel", author->channel);
    operation_put_text(operation, "kind", draft->kind);
    if (draft->restricted)
        operation_put_text(operation, "visibility", "restricted");
    if (draft->due_ms > 0)
        operation_put_time(operation, "due_at", draft->due_ms);
    operation_put_text(operation, "text", draft->text);
    operation_put_id(operation, "author", &author->agent);
    operation_put_text(operation, "office", author->office);
    operation_put_time(operation, "at", author_now(author));
    if (operation != NULL)
        *id = operation->record;
    return batch_add(batch, operation, error);
}
