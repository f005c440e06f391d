#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/handoff_bench.h"
#include "tests/bench/marks.h"

#define SAMPLES_LIMIT 100
#define PAGE          4096

/* The end of each stage of a hand-off; a stage begins where the one before it ends. */
enum stage {
    STAGE_KEY,
    STAGE_MADE,
    STAGE_KEPT,
    STAGE_SENT,
    STAGE_CAME,
    STAGE_WRITTEN,
    STAGE_SYNCED,
    STAGE_TOLD,
    STAGE_HEARD,
    STAGE_RUNG,
    STAGE_PAINTED,
    STAGE_COUNT
};

static const char *const names[STAGE_COUNT] = {
    [STAGE_KEY] = "sender: the key is read",
    [STAGE_MADE] = "sender: the offer is made and written, up to the first sync",
    [STAGE_KEPT] = "sender: on the disk, in its store",
    [STAGE_SENT] = "sender: the request leaves",
    [STAGE_CAME] = "server: the request is here",
    [STAGE_WRITTEN] = "server: judged and written, up to the sync",
    [STAGE_SYNCED] = "server: on the disk",
    [STAGE_TOLD] = "server: the receiver's bell is answered",
    [STAGE_HEARD] = "receiver: the answer is here",
    [STAGE_RUNG] = "receiver: in its store, the screen is told",
    [STAGE_PAINTED] = "receiver: the line is painted",
};

/* The same of what is announced ahead of it. */
enum ahead {
    AHEAD_KEY,
    AHEAD_LEFT,
    AHEAD_CAME,
    AHEAD_TOLD,
    AHEAD_HEARD,
    AHEAD_RUNG,
    AHEAD_PAINTED,
    AHEAD_COUNT
};

static const char *const ahead_names[AHEAD_COUNT] = {
    [AHEAD_KEY] = "ahead, sender: the key is read",
    [AHEAD_LEFT] = "ahead, sender: the offer is made, its announcement leaves",
    [AHEAD_CAME] = "ahead, server: it is here",
    [AHEAD_TOLD] = "ahead, server: judged, the receiver's bell is answered",
    [AHEAD_HEARD] = "ahead, receiver: the answer is here",
    [AHEAD_RUNG] = "ahead, receiver: the screen is told",
    [AHEAD_PAINTED] = "ahead, receiver: the line is painted",
};

/* Who waits for the disk between the key and the painted line. */
enum role { ROLE_SENDER, ROLE_SERVER, ROLE_RECEIVER, ROLE_COUNT };

struct stages {
    struct marks *marks;
    size_t count;
    double times[STAGE_COUNT][SAMPLES_LIMIT];
    double ahead[AHEAD_COUNT][SAMPLES_LIMIT];
    double syncs[ROLE_COUNT][SAMPLES_LIMIT];
    int file;                     /* of one's own, to see what the disk takes */
    double over[SAMPLES_LIMIT];   /* a page over another one, synced */
    double behind[SAMPLES_LIMIT]; /* a page behind the last one, synced */
};

struct stages *stages_new(struct handoff_bench *bench, const char *library)
{
    struct stages *stages = calloc(1, sizeof *stages);
    char path[96];

    if (stages == NULL)
        process_die("no memory for stages");
    snprintf(path, sizeof path, "%s/pages", bench->folder);
    stages->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    snprintf(path, sizeof path, "%s/marks", bench->folder);
    stages->marks = marks_open(path, library);
    return stages;
}

void stages_free(struct stages *stages)
{
    marks_close(stages->marks);
    close(stages->file);
    free(stages);
}

static double write_page(struct stages *stages, size_t number)
{
    static const char page[PAGE];
    double began = crowd_now();

    if (pwrite(stages->file, page, sizeof page, (off_t)(number * sizeof page)) != PAGE ||
        fdatasync(stages->file) != 0)
        process_die("no page can be written");
    return crowd_now() - began;
}

void stages_begin(struct stages *stages)
{
    marks_clear(stages->marks);
}

/* The first of a kind at or after a time, or the last before it; 0 when there is none. */
static double first(const struct marks *marks, pid_t pid, enum mark_kind kind, double from)
{
    double found = 0;

    for (size_t i = 0; i < marks_count(marks); i++) {
        const struct mark *mark = &marks->entries[i];
        if (mark->kind == (int)kind && mark->pid == pid && mark->ms >= from &&
            (found == 0 || mark->ms < found))
            found = mark->ms;
    }
    return found;
}

static double last(const struct marks *marks, pid_t pid, enum mark_kind kind, double until)
{
    double found = 0;

    for (size_t i = 0; i < marks_count(marks); i++) {
        const struct mark *mark = &marks->entries[i];
        if (mark->kind == (int)kind && mark->pid == pid && mark->ms <= until && mark->ms > found)
            found = mark->ms;
    }
    return found;
}

static double syncs(const struct marks *marks, pid_t pid, double from, double until)
{
    double count = 0;

    for (size_t i = 0; i < marks_count(marks); i++) {
        const struct mark *mark = &marks->entries[i];
        count += mark->kind == MARK_SYNC_BEGIN && mark->pid == pid && mark->ms >= from &&
                 mark->ms <= until;
    }
    return count;
}

static void note_stages(const double *ends, size_t count, const char *const *called, double typed,
                        double (*times)[SAMPLES_LIMIT], size_t at)
{
    double before = typed;

    for (size_t stage = 0; stage < count; stage++) {
        if (ends[stage] < before)
            process_die("no end was noted of \"%s\"", called[stage]);
        times[stage][at] = ends[stage] - before;
        before = ends[stage];
    }
}

void stages_ahead(struct stages *stages, const struct stages_who *who, double typed, double painted)
{
    const struct marks *marks = stages->marks;
    double ends[AHEAD_COUNT] = {0};

    if (stages->count >= SAMPLES_LIMIT)
        process_die("at most %d samples by stages", SAMPLES_LIMIT);
    ends[AHEAD_KEY] = first(marks, who->sender, MARK_KEY, typed);
    ends[AHEAD_LEFT] = first(marks, who->sender, MARK_ANNOUNCED, ends[AHEAD_KEY]);
    ends[AHEAD_CAME] = first(marks, who->server, MARK_ANNOUNCED, ends[AHEAD_LEFT]);
    ends[AHEAD_PAINTED] = painted;
    ends[AHEAD_HEARD] = first(marks, who->receiver, MARK_RECEIVED, ends[AHEAD_CAME]);
    ends[AHEAD_TOLD] = last(marks, who->server, MARK_SENT, ends[AHEAD_HEARD]);
    ends[AHEAD_RUNG] = first(marks, who->receiver, MARK_RUNG, ends[AHEAD_HEARD]);
    note_stages(ends, AHEAD_COUNT, ahead_names, typed, stages->ahead, stages->count);
}

void stages_end(struct stages *stages, const struct stages_who *who, double typed, double painted)
{
    const struct marks *marks = stages->marks;
    double ends[STAGE_COUNT] = {0};
    size_t at = stages->count++;

    if (at >= SAMPLES_LIMIT)
        process_die("at most %d samples by stages", SAMPLES_LIMIT);
    ends[STAGE_KEY] = first(marks, who->sender, MARK_KEY, typed);
    ends[STAGE_SENT] = first(marks, who->sender, MARK_OPERATIONS, ends[STAGE_KEY]);
    ends[STAGE_MADE] = first(marks, who->sender, MARK_SYNC_BEGIN, ends[STAGE_KEY]);
    ends[STAGE_KEPT] = last(marks, who->sender, MARK_SYNC_END, ends[STAGE_SENT]);
    ends[STAGE_CAME] = first(marks, who->server, MARK_OPERATIONS, ends[STAGE_SENT]);
    ends[STAGE_PAINTED] = painted;
    ends[STAGE_RUNG] = last(marks, who->receiver, MARK_RUNG, painted);
    /* What was announced may have been heard after the offer left, too. */
    ends[STAGE_HEARD] = last(marks, who->receiver, MARK_RECEIVED, ends[STAGE_RUNG]);
    ends[STAGE_TOLD] = last(marks, who->server, MARK_SENT, ends[STAGE_HEARD]);
    ends[STAGE_WRITTEN] = first(marks, who->server, MARK_SYNC_BEGIN, ends[STAGE_CAME]);
    ends[STAGE_SYNCED] = last(marks, who->server, MARK_SYNC_END, ends[STAGE_TOLD]);
    note_stages(ends, STAGE_COUNT, names, typed, stages->times, at);
    stages->syncs[ROLE_SENDER][at] = syncs(marks, who->sender, typed, ends[STAGE_SENT]);
    stages->syncs[ROLE_SERVER][at] = syncs(marks, who->server, ends[STAGE_CAME], ends[STAGE_TOLD]);
    stages->syncs[ROLE_RECEIVER][at] = syncs(marks, who->receiver, ends[STAGE_HEARD], painted);
    stages->behind[at] = write_page(stages, at);
    stages->over[at] = write_page(stages, at);
}

static void print_stages(const struct stages *stages, const char *const *called, size_t count,
                         double (*times)[SAMPLES_LIMIT])
{
    for (size_t stage = 0; stage < count; stage++) {
        double median = process_percentile(times[stage], stages->count, 50);

        printf("  %-62s %8.3f %8.3f\n", called[stage], median,
               process_percentile(times[stage], stages->count, 99));
    }
}

void stages_print(struct stages *stages)
{
    printf("  %-62s %8s %8s\n", "a stage: from the end of the one before it", "median", "99 %");
    print_stages(stages, ahead_names, AHEAD_COUNT, stages->ahead);
    print_stages(stages, names, STAGE_COUNT, stages->times);
    printf(
        "  times that the disk was waited for, median: sender %.0f, server %.0f, receiver %.0f\n",
        process_percentile(stages->syncs[ROLE_SENDER], stages->count, 50),
        process_percentile(stages->syncs[ROLE_SERVER], stages->count, 50),
        process_percentile(stages->syncs[ROLE_RECEIVER], stages->count, 50));
    printf("  %-62s %8.3f %8.3f\n", "beside it: a page is written over another one and synced",
           process_percentile(stages->over, stages->count, 50),
           process_percentile(stages->over, stages->count, 99));
    printf("  %-62s %8.3f %8.3f\n", "beside it: the same at the end of a file, which grows",
           process_percentile(stages->behind, stages->count, 50),
           process_percentile(stages->behind, stages->count, 99));
    fflush(stdout);
}
