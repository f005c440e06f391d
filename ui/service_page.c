/* The service page, from top to bottom. */
#include "ui/service_view.h"

#include <stdio.h>
#include <string.h>

#include "app/freshness.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/format_hours.h"
#include "ui/language.h"
#include "ui/screen_flag.h"

#define DETAIL_INDENT 4

static const char *localised(const struct record *record, const char *member)
{
    return format_localised(json_object_get(record->body, member));
}

static bool is_ended(const struct record *record)
{
    return json_bool_or(record->body, "ended", false);
}

/* --- parts ----------------------------------------------------------------------------------- */

/* The letter that goes to a part, the same in both languages. */
static const char part_letters[SERVICE_PARTS] = {
    [SERVICE_DOCUMENTS] = 'd', [SERVICE_FORMS] = 'f',     [SERVICE_OFFICES] = 'o',
    [SERVICE_RELATED] = 'r',   [SERVICE_PROCEDURE] = 'p',
};

static void begin_part(struct service *service, enum service_part part, const char *heading)
{
    char text[300];

    snprintf(text, sizeof(text), "%s (%c)", heading, part_letters[part]);
    page_heading(&service->page, text);
    page_section(&service->page);
    service->part_rows[part] = service->page.row - 1;
}

static void add_link(struct service *service, enum service_part part, const char *title,
                     const char *remark, const struct service_target *target)
{
    if (service->target_count == PAGE_LINKS_LIMIT)
        return;
    if (service->part_links[part] == PAGE_LINKS_LIMIT)
        service->part_links[part] = service->target_count;
    page_link(&service->page, title, remark);
    service->targets[service->target_count++] = *target;
}

/* --- head ------------------------------------------------------------------------------------ */

static bool agent_serves(const struct desk *desk, int64_t level)
{
    const json_t *levels = json_object_get(desk->agent->body, "levels"), *item;
    size_t index;

    if (level == 0 || json_array_size(levels) == 0)
        return true;
    json_array_foreach(levels, index, item)
    {
        if (json_integer_value(item) == level)
            return true;
    }
    return false;
}

/* What it was called before; and where the moves lead nowhere, that. */
static void draw_moves(struct service *service)
{
    const struct succession *succession = &service->succession;
    size_t count = succession->end == SUCCESSION_WHOLE ? succession->past_count : 0;
    char line[1024];

    if (count == 1)
        snprintf(line, sizeof(line), _("\"%s\" is now this service."),
                 localised(succession->past[0], "title"));
    else if (count > 1)
        snprintf(line, sizeof(line), _("\"%1$s\", later \"%2$s\", is now this service."),
                 localised(succession->past[0], "title"),
                 localised(succession->past[count - 1], "title"));
    if (count > 0)
        page_text(&service->page, 0, PAINT_WARNING, line);
    if (succession->end == SUCCESSION_LOOSE)
        page_text(&service->page, 0, PAINT_WARNING,
                  _("This service has moved, to one that is not in the catalogue here."));
    if (succession->end == SUCCESSION_CIRCLE)
        page_text(
            &service->page, 0, PAINT_WARNING,
            _("The catalogue says that this service moved in a circle. Tell its keeper (e)."));
}

/* A colleague has reported an error here that nobody has answered yet. */
static void draw_flag(struct service *service, struct desk *desk)
{
    const struct record *flag = service->flag;
    char text[FLAG_WARNING_SIZE];

    if (flag == NULL)
        return;
    flag_warning_text(desk, flag, text, sizeof(text));
    page_text(&service->page, 0, PAINT_WARNING, text);
}

static void draw_stale(struct service *service, const struct desk *desk)
{
    char text[WORK_STALE_SIZE];

    work_stale_text(desk, service->record, text, sizeof(text));
    if (*text != '\0')
        page_text(&service->page, 0, PAINT_WARNING, text);
}

/* How much is asked: "none" below "basic" below "verified". */
static int identity_rank(const char *word)
{
    return strcmp(word, "verified") == 0 ? 2 : strcmp(word, "basic") == 0 ? 1 : 0;
}

/* Whoever serves must have checked who the client is: said when the contact in progress says less.
 */
static void draw_identity(struct service *service, struct desk *desk)
{
    const char *needed = record_text(service->record, "identity");
    struct record *contact = work_get(desk, RECORD_CONTACT, desk->open.contact.text, NULL);
    char text[256];

    if (*needed != '\0') {
        const char *found = contact == NULL ? needed : record_text(contact, "identity");
        bool enough = identity_rank(found) >= identity_rank(needed);
        /* The words of a level name the identity that is usual for it. */
        bool usual =
            identity_rank(needed) + 1 == json_integer_or(service->record->body, "level", 0);

        if (enough && usual)
            goto done;
        snprintf(text, sizeof(text),
                 enough ? _("Identity to check: %1$s")
                        : _("Identity to check: %1$s. In this contact: %2$s"),
                 format_word(needed), format_word(*found == '\0' ? "none" : found));
        page_text(&service->page, 0, enough ? PAINT_DIM : PAINT_WARNING, text);
    }
done:
    record_free(contact);
}

static void add_part_text(struct text_buffer *line, const char *text)
{
    if (*text != '\0')
        text_buffer_add_format(line, "%s%s", line->length > 0 ? " · " : "", text);
}

static void draw_owner(struct service *service)
{
    const struct record *record = service->record;
    const json_t *audience = json_object_get(record->body, "audience"), *item;
    struct text_buffer line = {0};
    size_t index;

    add_part_text(
        &line, format_localised(json_object_get(json_object_get(record->body, "owner"), "title")));
    add_part_text(&line, record_text(record, "code"));
    json_array_foreach(audience, index, item)
    {
        add_part_text(&line, json_is_string(item) ? format_word(json_string_value(item)) : "");
    }
    if (line.length > 0 && !line.failed)
        page_text(&service->page, 0, PAINT_DIM, line.bytes);
    text_buffer_free(&line);
}

static void draw_head(struct service *service, struct desk *desk)
{
    const struct record *record = service->record;
    struct page *page = &service->page;
    int64_t level = json_integer_or(record->body, "level", 0);
    char line[512];

    draw_moves(service);
    if (is_ended(record))
        page_text(page, 0, PAINT_ERROR, _("No longer offered. What is in its place: r"));
    draw_stale(service, desk);
    draw_flag(service, desk);
    draw_owner(service);
    if (level > 0) {
        snprintf(line, sizeof(line), _("Level %1$d: %2$s"), (int)level, format_level(level));
        page_text(page, 0, agent_serves(desk, level) ? PAINT_DIM : PAINT_WARNING, line);
    }
    draw_identity(service, desk);
    if (!agent_serves(desk, level))
        page_text(page, 0, PAINT_WARNING, _("Not yours to serve: hand it off with F5."));
    page_blank(page);
    page_text(page, 0, PAINT_TEXT, localised(record, "summary"));
}

/* --- what to say, what to bring --------------------------------------------------------------- */

static void draw_say(struct service *service)
{
    const bool french = strcmp(service->say_language, "fr") == 0;
    char quoted[SERVICE_SAY_SIZE + 16], line[SERVICE_SAY_SIZE + 64];

    if (service->say[0] == '\0')
        return;
    page_blank(&service->page);
    /* The spaces within French quotes do not break. */
    snprintf(quoted, sizeof(quoted), french ? "«\u00a0%s\u00a0»" : "“%s”", service->say);
    snprintf(line, sizeof(line),
             strcmp(service->say_language, language_now()) == 0 ? _("Say (y): %s")
             : french                                           ? _("Say in French (y): %s")
                                                                : _("Say in English (y): %s"),
             quoted);
    page_text(&service->page, 0, PAINT_ACCENT, line);
}

static void draw_documents(struct service *service)
{
    const json_t *list = json_object_get(service->record->body, "documents"), *item;
    size_t index;

    if (json_array_size(list) == 0)
        return;
    begin_part(service, SERVICE_DOCUMENTS, _("To bring"));
    json_array_foreach(list, index, item)
    {
        int row = service->page.row;
        struct paint paint;

        if (*format_localised(item) == '\0')
            continue;
        paint = page_rows(&service->page, 0, &row);
        paint_text(&paint, row, 1, 1, PAINT_DIM, paint_is_plain(&paint) ? "-" : "·");
        page_text(&service->page, DETAIL_INDENT, PAINT_TEXT, format_localised(item));
    }
}

/* --- links ----------------------------------------------------------------------------------- */

static void draw_forms(struct service *service)
{
    if (service->form_count == 0)
        return;
    begin_part(service, SERVICE_FORMS, _("Forms"));
    for (size_t i = 0; i < service->form_count; i++)
        add_link(service, SERVICE_FORMS, service->forms[i].title, service->forms[i].remark,
                 &service->forms[i].target);
}

static void draw_office(struct service *service, struct desk *desk, struct office_item *item)
{
    const struct schedule *schedule = office_item_schedule(item, desk->catalogue);
    int64_t now_ms = desk_now(desk);
    struct service_target target = {.kind = "office"};
    char remark[160], distance[32], opening[64] = "";

    format_distance(distance, sizeof(distance), item->distance_km,
                    service->origin.place.within_km > 0);
    if (schedule != NULL) {
        struct schedule_state state;

        schedule_state_at(schedule, now_ms, &state);
        format_opening(opening, sizeof(opening), schedule, &state, now_ms);
    }
    snprintf(remark, sizeof(remark), "%s%s%s", distance,
             *distance != '\0' && *opening != '\0' ? " · " : "", opening);
    text_copy(target.key, sizeof(target.key), record_text(item->record, "key"));
    add_link(service, SERVICE_OFFICES, localised(item->record, "title"), remark, &target);
}

static void draw_offices(struct service *service, struct desk *desk)
{
    const struct office_list *list = &service->offices;
    struct service_target all = {.kind = "offices"};
    char text[128];

    if (list->count == 0)
        return;
    begin_part(service, SERVICE_OFFICES,
               service->origin.client ? _("Offices, nearest to the client first")
                                      : _("Offices, nearest first"));
    for (size_t i = 0; i < list->count && i < SERVICE_OFFICES_SHOWN; i++)
        draw_office(service, desk, &list->items[i]);
    snprintf(text, sizeof(text),
             language_plural("%d office, from a postal code", "All %d offices, from a postal code",
                             (int)list->count),
             (int)list->count);
    text_copy(all.key, sizeof(all.key), record_text(service->record, "key"));
    add_link(service, SERVICE_OFFICES, text, "o", &all);
}

/* Nothing is named in the place of what is gone: its own words may find something. */
static void draw_search(struct service *service)
{
    const struct service_target target = {.kind = "search"};
    bool gone = is_ended(service->record) || service->succession.end != SUCCESSION_WHOLE;
    char text[300];

    if (!gone || service->group_count > 0)
        return;
    begin_part(service, SERVICE_RELATED, _("In its place, perhaps"));
    snprintf(text, sizeof(text), _("Search: %s"), localised(service->record, "title"));
    add_link(service, SERVICE_RELATED, text, "", &target);
}

static void draw_related(struct service *service)
{
    for (size_t i = 0; i < service->group_count; i++) {
        const struct service_group *group = &service->groups[i];

        if (i == 0)
            begin_part(service, SERVICE_RELATED, group->heading);
        else
            page_heading(&service->page, group->heading);
        for (size_t j = 0; j < group->count; j++)
            add_link(service, SERVICE_RELATED, group->links[j].title, group->links[j].remark,
                     &group->links[j].target);
    }
    if (service->related_more)
        page_text(&service->page, 2, PAINT_DIM, _("Others: with the life events, key l."));
}

/* --- the rest -------------------------------------------------------------------------------- */

static const char *step_label(const char *step)
{
    static const char *const labels[][2] = {
        {"registration", N_("registration")}, {"authentication", N_("authentication")},
        {"application", N_("application")},   {"decision", N_("decision")},
        {"issuance", N_("issuance")},         {"feedback", N_("feedback")},
    };

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (strcmp(labels[i][0], step) == 0)
            return _(labels[i][1]);
    return step;
}

static void draw_steps(struct service *service)
{
    json_t *steps = json_object_get(service->record->body, "steps_online"), *value;
    struct text_buffer text = {0};
    const char *name;

    json_object_foreach(steps, name, value)
    {
        if (json_is_true(value))
            text_buffer_add_format(&text, "%s%s", text.length == 0 ? "" : ", ", step_label(name));
    }
    if (text.length > 0 && !text.failed) {
        page_blank(&service->page);
        page_labelled(&service->page, 17, _("Steps online"), PAINT_TEXT, text.bytes);
    }
    text_buffer_free(&text);
}

static void draw_source(struct service *service)
{
    const json_t *source = json_object_get(service->record->body, "source");
    struct calendar_day day;
    char text[512], when[48];

    if (!json_is_object(source))
        return;
    page_blank(&service->page);
    text_copy(when, sizeof(when), _("never"));
    if (freshness_day(service->record, &day))
        format_day(when, sizeof(when), &day);
    snprintf(text, sizeof(text), _("Source: %1$s, %2$s. Confirmed: %3$s"),
             json_text_or(source, "name", ""), json_text_or(source, "id", ""), when);
    page_text(&service->page, 0, PAINT_DIM, text);
}

static void draw_rest(struct service *service)
{
    const struct record *record = service->record;
    struct page *page = &service->page;
    const char *summary = localised(record, "summary");
    const char *description = localised(record, "description");

    if (*localised(record, "procedure") != '\0') {
        begin_part(service, SERVICE_PROCEDURE, _("Steps for staff"));
        page_text(page, DETAIL_INDENT, PAINT_TEXT, localised(record, "procedure"));
    }
    draw_steps(service);
    if (*description != '\0' && strcmp(description, summary) != 0) {
        page_heading(page, _("Description"));
        page_text(page, 0, PAINT_TEXT, description);
    }
    if (*localised(record, "url") != '\0') {
        page_blank(page);
        page_text(page, 0, PAINT_DIM, localised(record, "url"));
    }
    draw_source(service);
}

void service_draw_page(struct screen *screen, const struct paint *paint)
{
    struct service *service = screen->data;
    int64_t now_ms = desk_now(screen->desk);

    service->target_count = 0;
    for (int part = 0; part < SERVICE_PARTS; part++) {
        service->part_rows[part] = -1;
        service->part_links[part] = PAGE_LINKS_LIMIT;
    }
    page_start(&service->page, paint);
    page_blank(&service->page);
    draw_head(service, screen->desk);
    page_blank(&service->page);
    service_table_draw(service, screen->desk->channel, now_ms);
    draw_say(service);
    draw_documents(service);
    draw_forms(service);
    draw_offices(service, screen->desk);
    draw_related(service);
    draw_search(service);
    draw_rest(service);
}
