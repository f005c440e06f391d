#include "ui/page.h"

#include "app/json.h"

#define ROWS_LIMIT 10000

void page_start(struct page *page, const struct paint *paint)
{
    page->paint = *paint;
    page->row = 0;
    page->links = page->section = 0;
    /* A link in sight takes it from here. */
    paint_cursor(paint, 0, 0);
}

/* Where a row of the page is in the area; outside it nothing is drawn. */
static int place(const struct page *page, int row)
{
    return row - page->scroll;
}

/* Keeps the scroll within, and draws what says that there is more; true when the scroll moved. */
static bool page_end(struct page *page)
{
    int scroll = page->scroll, most;

    page->height = page->row;
    if (page->chosen >= page->links)
        page->chosen = page->links == 0 ? 0 : page->links - 1;
    most = page->height > page->paint.rows ? page->height - page->paint.rows : 0;
    if (scroll > most)
        scroll = most;
    if (scroll < 0)
        scroll = 0;
    if (scroll != page->scroll) {
        page->scroll = scroll;
        return true;
    }
    if (scroll > 0)
        paint_right(&page->paint, 0, page->paint.columns - 2, 2, PAINT_DIM, " ↑");
    if (scroll < most)
        paint_right(&page->paint, page->paint.rows - 1, page->paint.columns - 2, 2, PAINT_DIM,
                    " ↓");
    return false;
}

void page_draw(struct page *page, const struct paint *paint,
               void (*draw)(struct screen *screen, const struct paint *paint),
               struct screen *screen)
{
    draw(screen, paint);
    if (!page_end(page))
        return;
    for (int row = 0; row < paint->rows; row++)
        paint_fill(paint, row, 0, -1, PAINT_TEXT);
    draw(screen, paint);
    page_end(page);
}

void page_blank(struct page *page)
{
    page->row++;
}

void page_heading(struct page *page, const char *text)
{
    if (page->row > 0)
        page_blank(page);
    paint_heading(&page->paint, place(page, page->row), text);
    page->row++;
}

void page_text(struct page *page, int indent, enum paint_style style, const char *text)
{
    page->row +=
        paint_wrapped(&page->paint, place(page, page->row), indent, -1, ROWS_LIMIT, style, text);
}

void page_labelled(struct page *page, int label_width, const char *label, enum paint_style style,
                   const char *value)
{
    int row = place(page, page->row), used;

    paint_text(&page->paint, row, 0, label_width - 1, PAINT_LABEL, label);
    used = paint_wrapped(&page->paint, row, label_width, -1, ROWS_LIMIT, style, value);
    page->row += used < 1 ? 1 : used;
}

struct paint page_rows(struct page *page, int rows, int *row)
{
    *row = place(page, page->row);
    page->row += rows;
    return page->paint;
}

void page_section(struct page *page)
{
    page->section = page->links;
}

/* Digits that mean another section's links now are dim. */
static void draw_number(const struct page *page, int row)
{
    bool meant =
        page->chosen < PAGE_LINKS_LIMIT && page->link_sections[page->chosen] == page->section;

    if (page->links - page->section < 9)
        paint_format(&page->paint, row, 1, 1, meant ? PAINT_KEY : PAINT_DIM, "%zu",
                     page->links - page->section + 1);
}

void page_link(struct page *page, const char *text, const char *remark)
{
    int row = place(page, page->row), used;

    if (page->links < PAGE_LINKS_LIMIT) {
        page->link_rows[page->links] = page->row;
        page->link_sections[page->links] = page->section;
        draw_number(page, row);
        if (page->links == page->chosen)
            paint_cursor(&page->paint, row, 0);
        page->links++;
    }
    used = 4 + paint_text(&page->paint, row, 4, -1, PAINT_TEXT, text);
    if (used + 4 < page->paint.columns)
        paint_text(&page->paint, row, used + 2, -1, PAINT_DIM, remark);
    if (page->links > 0 && page->links - 1 == page->chosen)
        paint_restyle(&page->paint, row, 0, -1, PAINT_SELECTION);
    page->row++;
}

void page_choose(struct page *page, size_t link, int above)
{
    int row;

    if (link >= page->links)
        return;
    page->chosen = link;
    row = page->link_rows[link];
    if (row - above < page->scroll)
        page->scroll = row > above ? row - above : 0;
    if (row >= page->scroll + page->paint.rows)
        page->scroll = row - page->paint.rows + 1;
}

/* The link that a digit means: of the section that the chosen one is in. */
static bool digit_link(const struct page *page, uint32_t code, size_t *link)
{
    size_t section = page->links == 0 ? 0 : page->link_sections[page->chosen];

    if (code < '1' || code > '9')
        return false;
    *link = section + (code - '1');
    return *link < page->links && page->link_sections[*link] == section;
}

static bool link_is_shown(const struct page *page, size_t link)
{
    int row = link < page->links ? place(page, page->link_rows[link]) : -1;

    return row >= 0 && row < page->paint.rows;
}

/* Down goes to the next link when it is in sight, else shows the next line; so a reader meets
 * every line and every link with one key. */
static void move(struct page *page, int direction)
{
    size_t next = page->chosen + (direction > 0 ? 1 : 0);

    if (page->links > 0 && !link_is_shown(page, page->chosen)) {
        for (size_t i = 0; i < page->links; i++) {
            size_t link = direction > 0 ? i : page->links - 1 - i;

            if (link_is_shown(page, link)) {
                page->chosen = link;
                return;
            }
        }
    } else if (direction > 0 && link_is_shown(page, next)) {
        page->chosen = next;
        return;
    } else if (direction < 0 && page->chosen > 0 && link_is_shown(page, page->chosen - 1)) {
        page->chosen--;
        return;
    }
    page->scroll += direction;
}

bool page_key(struct page *page, const struct input *input, int *opened)
{
    int step = page->paint.rows > 2 ? page->paint.rows - 2 : 1;
    size_t link;

    *opened = -1;
    switch (input->code) {
    case INPUT_UP:
        move(page, -1);
        break;
    case INPUT_DOWN:
        move(page, 1);
        break;
    case INPUT_PAGE_UP:
        page->scroll -= step;
        break;
    case INPUT_PAGE_DOWN:
    case ' ':
        page->scroll += step;
        break;
    case INPUT_HOME:
        page->scroll = 0;
        break;
    case INPUT_END:
        page->scroll = ROWS_LIMIT;
        break;
    case INPUT_TAB:
        page_choose(page, page->links > 0 ? (page->chosen + 1) % page->links : 0, 0);
        break;
    case INPUT_BACK_TAB:
        page_choose(page, page->links > 0 ? (page->chosen + page->links - 1) % page->links : 0, 0);
        break;
    case INPUT_ENTER:
        if (page->links > 0)
            *opened = (int)page->chosen;
        break;
    default:
        if (!digit_link(page, input->code, &link))
            return false;
        page_choose(page, link, 0);
        *opened = (int)page->chosen;
        break;
    }
    /* The end is known from the last drawing. */
    if (page->scroll > page->height - page->paint.rows)
        page->scroll = page->height - page->paint.rows;
    if (page->scroll < 0)
        page->scroll = 0;
    return true;
}

json_t *page_save(const struct page *page)
{
    return json_pack("{s:i, s:I}", "scroll", page->scroll, "chosen", (json_int_t)page->chosen);
}

void page_restore(struct page *page, const json_t *state)
{
    int64_t scroll = json_integer_or(state, "scroll", 0);
    int64_t chosen = json_integer_or(state, "chosen", 0);

    if (scroll >= 0 && scroll < ROWS_LIMIT)
        page->scroll = (int)scroll;
    if (chosen >= 0 && chosen < PAGE_LINKS_LIMIT)
        page->chosen = (size_t)chosen;
}
