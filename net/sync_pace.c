#include "net/sync_pace.h"

#include "app/error.h"

/* Longest that one exchange should take, in ms: what a person waits for a hand-off to leave. A
 * round trip of 2 s leaves room to grow. */
#define LONGEST_MS 5000
#define QUICK_MS   (LONGEST_MS / 8)

static void set_limit(struct sync_pace *pace, size_t limit)
{
    if (limit < pace->minimum)
        limit = pace->minimum;
    pace->limit = limit > pace->maximum ? pace->maximum : limit;
}

/* After a quick one, as much as would then be quick as well: more takes longer in proportion at
 * most. */
static size_t still_quick(const struct sync_pace *pace, int64_t took, size_t amount)
{
    double quick = (double)amount * QUICK_MS / (double)(took > 0 ? took : 1);

    return quick >= (double)pace->maximum ? pace->maximum : (size_t)quick;
}

static size_t larger(const struct sync_pace *pace, int64_t took, size_t amount)
{
    size_t quick = still_quick(pace, took, amount);

    return quick == pace->maximum || quick > pace->limit * 4 ? quick : pace->limit * 4;
}

void sync_pace_begin(struct sync_pace *pace, int64_t now)
{
    pace->began = now;
}

void sync_pace_done(struct sync_pace *pace, int64_t now, size_t amount)
{
    int64_t took = now - pace->began;

    pace->tried = true;
    pace->quick = took < QUICK_MS;
    if (took > LONGEST_MS)
        set_limit(pace, (size_t)((double)amount * LONGEST_MS / (double)took));
    else if (pace->quick)
        set_limit(pace, larger(pace, took, amount));
    else if (took < LONGEST_MS / 2)
        set_limit(pace, pace->limit * 2);
}

void sync_pace_learn(struct sync_pace *pace, int64_t took, size_t amount)
{
    size_t quick = still_quick(pace, took, amount);

    if (pace->tried || took >= QUICK_MS || quick <= pace->limit)
        return;
    pace->quick = true;
    pace->limit = quick;
}

void sync_pace_cut(struct sync_pace *pace)
{
    pace->tried = true;
    pace->quick = false;
    set_limit(pace, pace->limit / 4);
}

void sync_pace_failed(struct sync_pace *pace, int code)
{
    if (code == ERROR_OFFLINE || code == ERROR_TOO_LARGE)
        sync_pace_cut(pace);
}
