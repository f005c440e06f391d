/*
 * A page of text that scrolls, with numbered links in it. It is drawn anew each time from top to
 * bottom by calls in order; the page keeps scroll and chosen link. Plain value; zero-initialise.
 */
#ifndef GUICHET_UI_PAGE_H
#define GUICHET_UI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "ui/input.h"
#include "ui/paint.h"

#define PAGE_LINKS_LIMIT 64

struct page {
    int scroll;    /* rows above the first one shown */
    size_t chosen; /* link */
    /* of the last drawing */
    size_t links;
    int link_rows[PAGE_LINKS_LIMIT];
    size_t link_sections[PAGE_LINKS_LIMIT]; /* the first link of the section that each is in */
    size_t section;                         /* the first link of the present one */
    int height;
    struct paint paint;
    int row; /* where the next line goes, on the page */
};

struct screen;

/* Draws a page: calls `draw`, which begins with page_start and adds its lines, and again when the
 * scroll had to move. */
void page_draw(struct page *page, const struct paint *paint,
               void (*draw)(struct screen *screen, const struct paint *paint),
               struct screen *screen);

void page_start(struct page *page, const struct paint *paint);

void page_blank(struct page *page);
void page_heading(struct page *page, const char *text);
/* Wrapped text from `indent` on; nothing for "". */
void page_text(struct page *page, int indent, enum paint_style style, const char *text);
void page_labelled(struct page *page, int label_width, const char *label, enum paint_style style,
                   const char *value);
/* The area of `rows` rows, for what the page has no call for (a table); clipped as it scrolls. */
struct paint page_rows(struct page *page, int rows, int *row);
/* Begins a section: its links are numbered from 1 again, and digits mean those of the section that
 * the chosen link is in (page_choose). */
void page_section(struct page *page);
/* A numbered row that Enter or its digit opens. */
void page_link(struct page *page, const char *text, const char *remark);

/* Scrolls and moves between links. Enter and the digits 1 to 9 set `*opened` to a link, else it is
 * -1. True when used. */
bool page_key(struct page *page, const struct input *input, int *opened);

/* Chooses a link of the last drawing and brings it into sight, `above` rows above it too. */
void page_choose(struct page *page, size_t link, int above);

json_t *page_save(const struct page *page);
void page_restore(struct page *page, const json_t *state);

#endif
