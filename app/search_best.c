#include "app/search_best.h"

static inline bool is_worse(const struct search_nominee *left, const struct search_nominee *right)
{
    return left->score != right->score ? left->score < right->score : left->place > right->place;
}

/* Puts a nominee in the place of the worst one, on top of the heap, and lets it sink. */
static void sift(struct search_nominee *heap, size_t count, const struct search_nominee *nominee)
{
    size_t at = 0;
    size_t child;

    for (; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && is_worse(&heap[child + 1], &heap[child]))
            child++;
        if (!is_worse(&heap[child], nominee))
            break;
        heap[at] = heap[child];
    }
    heap[at] = *nominee;
}

void search_best_add(struct search_best *best, float score, uint32_t place)
{
    const struct search_nominee nominee = {score, place};
    struct search_nominee *heap = best->heap;
    size_t at;

    if (best->count == best->most) {
        if (is_worse(&heap[0], &nominee))
            sift(heap, best->count, &nominee);
        return;
    }
    for (at = best->count++; at > 0 && is_worse(&nominee, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = nominee;
}

/* The worst goes to the end again and again. */
void search_best_order(struct search_best *best)
{
    for (size_t count = best->count; count > 1; count--) {
        const struct search_nominee last = best->heap[count - 1];

        best->heap[count - 1] = best->heap[0];
        sift(best->heap, count - 1, &last);
    }
}
