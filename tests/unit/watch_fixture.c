#include "tests/unit/watch_fixture.h"

#include <string.h>

#include "app/json.h"

void watch_set(struct ledger_fixture *f, const char *thresholds)
{
    json_t *list = json_loads(thresholds, 0, NULL);

    assert_non_null(list);
    fixture_publish(f, RECORD_QUEUE, "sample/q",
                    json_pack("{s:s, s:o}", "next_queue", "r", "thresholds", list));
}

struct id watch_offer(struct ledger_fixture *f, int64_t at_ms, const struct id *contact)
{
    json_t *body = fixture_handoff(f, ANNE, "sample/a", NULL, NULL, NULL, "sample/q");

    json_object_set_new(body, "offered_at", json_time(at_ms));
    if (contact != NULL)
        json_object_set_new(body, "contact", json_string(contact->text));
    return fixture_make(f, ANNE, RECORD_HANDOFF, body);
}

void watch_step(struct ledger_fixture *f, int64_t now_ms, int crossed, int over)
{
    struct ledger_watch watch;
    struct error error = ERROR_INIT;

    if (ledger_queues_watch(f->ledger, now_ms, &watch, &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(watch.crossed, crossed);
    assert_int_equal(watch.over, over);
    /* The same moment again: it was done. */
    assert_int_equal(ledger_queues_watch(f->ledger, now_ms, &watch, NULL), 0);
    assert_int_equal(watch.crossed, 0);
    assert_int_equal(watch.over, 0);
}

int64_t watch_next_after(struct ledger_fixture *f, int64_t now_ms)
{
    struct ledger_watch watch;

    assert_int_equal(ledger_queues_watch(f->ledger, now_ms, &watch, NULL), 0);
    return watch.next_ms;
}

size_t watch_alerts(struct ledger_fixture *f, enum fixture_agent who, const char *state,
                    json_t **last)
{
    int64_t since = 0, next;
    size_t found = 0;

    for (;;) {
        json_t *page = fixture_desk(f, who, since, 100, &next), *document;
        size_t i, count = json_array_size(page);

        json_array_foreach(page, i, document)
        {
            const json_t *body = json_object_get(document, "body");

            if (strcmp(json_text_or(document, "type", ""), "alert") != 0 ||
                (state != NULL && strcmp(json_text_or(body, "state", ""), state) != 0))
                continue;
            found++;
            if (last != NULL) {
                json_decref(*last);
                *last = json_incref(document);
            }
        }
        json_decref(page);
        if (count == 0 || next == since)
            return found;
        since = next;
    }
}
