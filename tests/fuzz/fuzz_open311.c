/*
 * Fuzzes the reader of what clients of Open311 post. What is checked beyond not crashing: what is
 * read is text without control characters, and whatever it says, the XML that tells of it is a
 * document in which it is the text of one element.
 */
#include "tests/fuzz/fuzz.h"

#include <libxml/parser.h>

#include "app/text.h"
#include "net/open311_document.h"
#include "net/open311_query.h"
#include "net/open311_request.h"

static void check_text(const char *text)
{
    FUZZ_HOLDS(text_is_utf8(text, strlen(text)));
    for (; *text != '\0'; text++)
        FUZZ_HOLDS(((unsigned char)*text >= ' ' && *text != 0x7F) || *text == '\n' ||
                   *text == '\t');
}

static void check_document(const json_t *facts)
{
    size_t length;
    char *text = open311_document(facts, "request", OPEN311_XML, &length);
    xmlDocPtr document;
    size_t count = 0;

    FUZZ_HOLDS(text != NULL && strlen(text) == length);
    document = xmlReadMemory(text, (int)length, NULL, NULL,
                             XML_PARSE_NOERROR | XML_PARSE_NONET | XML_PARSE_HUGE);
    FUZZ_HOLDS(document != NULL);
    for (xmlNodePtr each = xmlDocGetRootElement(document)->children; each != NULL;
         each = each->next) {
        FUZZ_HOLDS(each->children == NULL || each->children->type == XML_TEXT_NODE);
        FUZZ_HOLDS(each->children == NULL || each->children->next == NULL);
        count++;
    }
    FUZZ_HOLDS(count == json_object_size(facts));
    xmlFreeDoc(document);
    free(text);
}

static void check_query(const struct open311_pairs *pairs)
{
    struct open311_query query;
    json_t *errors = json_array();

    FUZZ_HOLDS(open311_query_read(&query, pairs, INT64_C(1795608000000), errors, NULL) == 0);
    FUZZ_HOLDS(query.limit >= 1 && query.limit <= OPEN311_PAGE_MOST && query.offset >= 0);
    FUZZ_HOLDS(json_array_size(errors) > 0 || query.ids != NULL || query.from_ms <= query.to_ms);
    open311_query_clear(&query);
    json_decref(errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct open311_pairs pairs = {0};
    struct open311_request request;
    json_t *errors = json_array();

    if (open311_pairs_read(&pairs, (const char *)data, size, NULL) == 0) {
        FUZZ_HOLDS(pairs.count <= OPEN311_PAIR_LIMIT);
        for (size_t i = 0; i < pairs.count; i++) {
            char code[OPEN311_NAME_LIMIT + 1];

            check_text(pairs.list[i].name);
            check_text(pairs.list[i].value);
            if (open311_pair_code(&pairs.list[i], code))
                FUZZ_HOLDS(open311_pair_is_attribute(&pairs.list[i], code));
        }
        open311_request_read(&request, &pairs, errors);
        if (json_array_size(errors) == 0) {
            json_t *facts = open311_request_facts(&request);

            FUZZ_HOLDS(facts != NULL);
            check_document(facts);
            json_decref(facts);
        }
        check_query(&pairs);
    }
    open311_pairs_clear(&pairs);
    json_decref(errors);
    return 0;
}
