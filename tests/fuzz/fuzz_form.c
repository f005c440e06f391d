/*
 * Fuzzes a form as a whole: its definition comes from outside, and so do answers and keys. The
 * input is a JSON array: the body of a form, answers to begin with, a client's file, a string whose
 * bytes are what the clerk does, and answers that another terminal sends. What is checked beyond
 * not crashing: undoing everything gives back what was there, what is told is what changed, and
 * every line can be put into words in both languages.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/error.h"
#include "forms/fill.h"
#include "forms/form.h"
#include "forms/form_migrate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const typed_texts[] = {
    "",          "oui",    "3 avril 87", "g1r4p5", "(514) 555-0199",
    "1 234,50",  "a@b.ca", "x",          "[1]",    "12a",
    "{\"a\":1}", "-0.1",   "2026-11-24", "9h30",   "\xc3\xa9t\xc3\xa9",
    "null"};

static void words_read(struct fill *fill)
{
    for (size_t i = 0; i < fill_line_count(fill); i++) {
        const struct fill_line *line = fill_line(fill, i);

        free(fill_label(fill, i));
        free(fill_text(fill, i));
        if (line->kind == FILL_FIELD && fill_value(fill, i) != NULL)
            free(answer_spoken(line->element->control, fill_value(fill, i), FORM_FRENCH));
        if (line->pointer == NULL || line->page >= fill_page_count(fill))
            abort();
    }
    free(fill_to_text(fill, 40));
}

/* Everything that changed is told, and told as it stands. */
static void changes_told(struct fill *fill, json_t *mirror)
{
    const char *name;
    const json_t *value;

    while (fill_next_change(fill, &name, &value)) {
        if (value == NULL)
            json_object_del(mirror, name);
        else
            json_object_set_new(mirror, name, json_deep_copy(value));
    }
    if (json_equal(mirror, fill_answers(fill)) != 1)
        abort();
}

static void key_pressed(struct fill *fill, unsigned char key, const json_t *received)
{
    size_t current = fill_current(fill);

    if (current > fill_line_count(fill))
        abort();
    switch (key % 20) {
    case 0:
    case 1:
        fill_type(fill, typed_texts[key / 20 % 16]);
        free(fill_understood(fill));
        break;
    case 2:
    case 3:
        fill_next(fill);
        break;
    case 4:
        fill_previous(fill);
        break;
    case 5:
        fill_item_add(fill);
        break;
    case 6:
        fill_item_remove(fill);
        break;
    case 7:
        fill_item_move(fill, key < 128 ? 1 : -1);
        break;
    case 8:
        fill_undo(fill);
        break;
    case 9:
        fill_redo(fill);
        break;
    case 10:
        fill_next_fault(fill);
        break;
    case 11:
        fill_go_page(fill, key / 20);
        break;
    case 12:
        fill_toggle_choice(fill, key / 20);
        break;
    case 13:
        fill_offer_take_all(fill);
        break;
    case 14:
        fill_set_language(fill, key < 128 ? FORM_FRENCH : FORM_ENGLISH);
        break;
    case 15:
        fill_receive(fill, received, NULL);
        break;
    case 16:
        fill_review(fill);
        break;
    case 17:
        fill_answer(fill, NULL);
        break;
    case 18:
        fill_go(fill, (size_t)key % (fill_line_count(fill) + 1));
        break;
    default:
        fill_take(fill);
    }
}

/* The faults are those that the same answers have from the start. */
static void faults_right(struct fill *fill)
{
    struct fill *fresh;
    json_t *state;

    fill_take(fill);
    if (fill_new(&fresh, fill_form(fill), fill_answers(fill), fill_context(fill), NULL) != 0)
        return;
    /* Which variants were chosen stands in the state. */
    state = fill_state(fill);
    fill_restore(fresh, state);
    json_decref(state);
    for (size_t i = 0; i < fill_line_count(fill); i++) {
        const struct fill_line *line = fill_line(fill, i);
        const char *fault;

        if ((line->kind != FILL_FIELD && line->kind != FILL_LIST) ||
            fill_line_count(fresh) != fill_line_count(fill) ||
            strcmp(fill_line(fresh, i)->pointer, line->pointer) != 0)
            continue;
        fault = fill_line(fresh, i)->fault;
        if ((fault == NULL) != (line->fault == NULL) ||
            (fault != NULL && strcmp(fault, line->fault) != 0))
            abort();
    }
    fill_free(fresh);
}

/* Undoing all of it gives back what was there, unless another terminal had its say. */
static void all_undone(struct fill *fill, const json_t *before, bool received)
{
    while (fill_undo(fill))
        continue;
    if (!received && json_equal(before, fill_answers(fill)) != 1)
        abort();
    while (fill_redo(fill))
        continue;
}

static void form_filled(const struct form *form, const json_t *root)
{
    const struct answer_context context = {FORM_ENGLISH, {2026, 11, 24}, -300};
    const char *keys = json_string_value(json_array_get(root, 3));
    size_t length = json_string_length(json_array_get(root, 3));
    const json_t *received = json_array_get(root, 4);
    bool other = false;
    json_t *mirror;
    json_t *before;
    struct fill *fill;

    if (fill_new(&fill, form, json_array_get(root, 1), &context, NULL) != 0)
        return;
    mirror = json_deep_copy(fill_answers(fill));
    before = json_deep_copy(fill_answers(fill));
    fill_offer(fill, json_array_get(root, 2), NULL);
    words_read(fill);
    for (size_t i = 0; i < length && i < 60; i++) {
        key_pressed(fill, (unsigned char)keys[i], json_is_object(received) ? received : NULL);
        /* What came from elsewhere is in the record already. */
        if ((unsigned char)keys[i] % 20 == 15) {
            json_decref(mirror);
            mirror = json_deep_copy(fill_answers(fill));
            other = true;
        }
        changes_told(fill, mirror);
    }
    words_read(fill);
    faults_right(fill);
    all_undone(fill, before, other);
    changes_told(fill, mirror);
    fill_strip_hidden(fill);
    changes_told(fill, mirror);
    words_read(fill);
    json_decref(mirror);
    json_decref(before);
    fill_free(fill);
}

static void answers_migrated(const struct form *form, const json_t *answers)
{
    struct form_migration migration;

    for (int64_t from = 0; from < form_version(form) && from < 4; from++) {
        if (form_migrate(form, from, answers, &migration, NULL) != 0)
            continue;
        if (!json_is_object(migration.answers) || !json_is_object(migration.aside))
            abort();
        form_migration_clear(&migration);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *root = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
    struct error error = ERROR_INIT;
    struct form *form;

    if (json_is_array(root) && json_is_object(json_array_get(root, 0)) &&
        form_compile(&form, json_array_get(root, 0), &error) == 0) {
        form_filled(form, root);
        answers_migrated(form, json_array_get(root, 1));
        form_free(form);
    }
    json_decref(root);
    return 0;
}
