#include "tests/unit/ui_form_fixture.h"

#include "app/form_archive.h"
#include "tests/unit/form_fixture.h"

int ui_form_catalogue_get(void *context, enum record_type type, const struct id *id,
                          struct record **record, struct error *error)
{
    struct ui_fixture *fixture = context;

    return catalogue_get(fixture->desk.catalogue, type, id, record, error);
}

int ui_form_catalogue_publish(void *context, const struct record *record, struct error *error)
{
    struct ui_fixture *fixture = context;
    struct record *copy = record_copy(record);
    int64_t cursor = catalogue_cursor(fixture->desk.catalogue, error);
    struct record *page[] = {copy};
    int code;

    copy->seq = cursor + 1;
    code = catalogue_write_page(fixture->desk.catalogue, page, 1, cursor + 1, "feed", error);
    record_free(copy);
    return code;
}

void ui_form_publish(struct ui_fixture *fixture, int version, const char *rest)
{
    const struct import_target target = {
        .context = fixture, .get = ui_form_catalogue_get, .publish = ui_form_catalogue_publish};
    struct id id = id_from_key("form", "t/move");
    struct record *record = record_new(RECORD_FORM, &id);
    struct record *held = NULL;
    struct error error = ERROR_INIT;

    json_decref(record->body);
    record->body = fixture_json(rest);
    json_object_set_new(record->body, "key", json_string("t/move"));
    json_object_set_new(record->body, "code", json_string("MV-1"));
    json_object_set_new(record->body, "version", json_integer(version));
    json_object_set_new(
        record->body, "title",
        json_pack("{s:s, s:s}", "fr", "D\xc3\xa9m\xc3\xa9nagement", "en", "Moving"));
    record->rev = version;
    if (ui_form_catalogue_get(fixture, RECORD_FORM, &id, &held, NULL) == 0)
        assert_int_equal(form_archive_keep(&target, held, record, true, &error), 0);
    if (ui_form_catalogue_publish(fixture, record, &error) != 0)
        fail_msg("%s", error.message);
    record_free(held);
    record_free(record);
    ui_fixture_draw(fixture);
}

static int take(void *context, const struct record *record, enum store_pending pending)
{
    struct record **found = context;

    (void)pending;
    assert_null(*found);
    *found = record_copy(record);
    return 0;
}

struct record *ui_form_draft(struct ui_fixture *fixture)
{
    const struct store_query query = {.type = RECORD_SUBMISSION};
    struct record *found = NULL;

    assert_int_equal(store_each(fixture->desk.store, &query, take, &found, NULL), 0);
    assert_non_null(found);
    return found;
}
