#include "app/shown.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shown {
    int64_t seq;
    char stay[SHOWN_STAY_SIZE];
};

struct shown_list {
    struct shown items[SHOWN_MOST + 1];
    size_t count;
};

/* Up to a comma. Only letters and digits come from a server. */
static void stay_copy(char stay[SHOWN_STAY_SIZE], const char *text)
{
    size_t length = 0;

    while (length + 1 < SHOWN_STAY_SIZE && isalnum((unsigned char)text[length])) {
        stay[length] = text[length];
        length++;
    }
    stay[text[length] == '\0' || text[length] == ',' ? length : 0] = '\0';
}

static void list_read(struct shown_list *list, const char *text)
{
    list->count = 0;
    while (list->count < SHOWN_MOST) {
        struct shown *item = &list->items[list->count];
        char *end;

        item->seq = strtoll(text, &end, 10);
        if (end == text || item->seq < 1)
            return;
        /* A blank is of the version before. */
        end += *end == '.' || *end == ' ' ? 1 : 0;
        stay_copy(item->stay, end);
        list->count++;
        text = end + strcspn(end, ",");
        text += *text == ',' ? 1 : 0;
    }
}

/* The highest first; the lowest is left out where they are too many. */
static void list_write(struct shown_list *list, char text[SHOWN_SIZE])
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < list->count && i < SHOWN_MOST; i++) {
        for (size_t k = i + 1; k < list->count; k++)
            if (list->items[k].seq > list->items[i].seq) {
                struct shown higher = list->items[k];

                list->items[k] = list->items[i];
                list->items[i] = higher;
            }
        used += (size_t)snprintf(text + used, SHOWN_SIZE - used, "%s%lld%s%s", i > 0 ? "," : "",
                                 (long long)list->items[i].seq,
                                 list->items[i].stay[0] != '\0' ? "." : "", list->items[i].stay);
    }
}

void shown_add(char text[SHOWN_SIZE], int64_t seq, const char *stay)
{
    struct shown_list list;
    struct shown added = {.seq = seq};
    size_t place = 0;

    stay_copy(added.stay, stay);
    list_read(&list, text);
    while (place < list.count && strcmp(list.items[place].stay, added.stay) != 0)
        place++;
    if (place < list.count && list.items[place].seq >= seq)
        return;
    list.items[place] = added;
    list.count += place == list.count ? 1 : 0;
    list_write(&list, text);
}

void shown_add_text(char text[SHOWN_SIZE], const char *told)
{
    struct shown_list list;

    list_read(&list, told);
    for (size_t i = 0; i < list.count; i++)
        shown_add(text, list.items[i].seq, list.items[i].stay);
}

static bool list_has(const struct shown_list *list, const struct shown *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].seq == item->seq && strcmp(list->items[i].stay, item->stay) == 0)
            return true;
    return false;
}

void shown_drop(char text[SHOWN_SIZE], const char *named, int64_t cursor)
{
    struct shown_list list, spoken;
    size_t kept = 0;

    list_read(&list, text);
    list_read(&spoken, named);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].seq > cursor || !list_has(&spoken, &list.items[i]))
            list.items[kept++] = list.items[i];
    list.count = kept;
    list_write(&list, text);
}

bool shown_reached(const char *text, int64_t place)
{
    struct shown_list list;

    list_read(&list, text);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].seq <= place)
            return true;
    return false;
}
