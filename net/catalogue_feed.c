#include "net/catalogue_feed.h"

#include "app/json.h"
#include "app/text.h"

#define DOCUMENT_LIMIT (2 * LEDGER_PAGE_BYTES)

static int page_visit(const struct ledger_page *page, catalogue_feed_visit visit, void *context,
                      struct error *error)
{
    struct text_buffer text = {0};
    json_t *documents = NULL;
    size_t index;
    json_t *document;
    int code;

    text_buffer_add_text(&text, "[");
    text_buffer_add(&text, page->records, page->length);
    text_buffer_add_text(&text, "]");
    code = text.failed ? error_set(error, ERROR_MEMORY, "no memory for a page of the catalogue")
                       : json_read(&documents, text.bytes, text.length, DOCUMENT_LIMIT,
                                   "a page of the catalogue", error);
    text_buffer_free(&text);
    json_array_foreach(documents, index, document)
    {
        if (code == 0)
            code = visit(context, document, error);
    }
    json_decref(documents);
    return code;
}

int catalogue_feed_read(struct ledger *ledger, int64_t *since, catalogue_feed_visit visit,
                        void *context, struct error *error)
{
    struct scope_set scopes = {0};
    bool more = true;
    int code = scope_set_add(&scopes, LEDGER_CATALOGUE_SCOPE, "", error);

    while (code == 0 && more) {
        struct ledger_page page;

        code = ledger_changes(ledger, &scopes, *since, LEDGER_PAGE_LIMIT, NULL, &page, error);
        if (code != 0)
            break;
        if (page.count > 0)
            code = page_visit(&page, visit, context, error);
        more = page.more;
        if (code == 0)
            *since = page.next;
        ledger_page_clear(&page);
    }
    scope_set_free(&scopes);
    return code;
}
