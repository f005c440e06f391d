/* How long an offer stands, and the window of a call-back, as they are typed. */
#include "ui/screen_handoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/promise_state.h"

#define MINUTE_MS    INT64_C(60000)
#define DAY_MS       (24 * 60 * MINUTE_MS)
#define HALF_HOUR_MS (30 * MINUTE_MS)
#define WEEK_MINUTES (7 * 24 * 60)
/* When neither the queue nor the sender says how long. */
#define AGENT_MINUTES  5
#define OFFICE_MINUTES 15

int64_t handoff_preset_minutes(struct desk *desk, const struct target *target)
{
    struct record *queue = NULL;
    int64_t minutes;

    if (target->kind != MATCH_QUEUE)
        return target->kind == MATCH_AGENT ? AGENT_MINUTES : OFFICE_MINUTES;
    if (catalogue_get_by_key(desk->catalogue, RECORD_QUEUE, target->key, &queue, NULL) != 0)
        return 0;
    minutes = json_integer_or(queue->body, "offer_minutes", 0);
    record_free(queue);
    return minutes > 0 && minutes <= WEEK_MINUTES ? minutes : 0;
}

/* What runs for the case already, with its pauses; 0 when nothing does. */
static int64_t running_promise(struct desk *desk, const char *service, const struct record *matter)
{
    struct promise_here here;
    int64_t due_ms = 0;

    if (matter == NULL || strcmp(record_text(matter, "service"), service) != 0 ||
        !promise_here_read(&here, desk->store, desk->catalogue, matter, desk_now(desk)))
        return 0;
    if (here.standing.state == PROMISE_RUNNING || here.standing.state == PROMISE_PAUSED)
        due_ms = here.standing.due_ms;
    promise_here_clear(&here);
    return due_ms;
}

int64_t handoff_promise(struct desk *desk, const char *service, const struct record *matter)
{
    struct record *record = NULL, *office = NULL;
    int64_t from_ms = desk_now(desk), promise = running_promise(desk, service, matter);

    if (promise > 0)
        return promise;
    if (*service == '\0' ||
        catalogue_get_by_key(desk->catalogue, RECORD_SERVICE, service, &record, NULL) != 0)
        return 0;
    if (matter != NULL)
        timestamp_parse(record_text(matter, "opened_at"), &from_ms);
    catalogue_get_by_key(desk->catalogue, RECORD_OFFICE, desk_office(desk), &office, NULL);
    promise = promise_ms(desk->catalogue, record, desk->channel, office, from_ms);
    record_free(office);
    record_free(record);
    return promise;
}

bool handoff_minutes_read(const char *text, int64_t *minutes)
{
    char *end;

    *minutes = 0;
    text += strspn(text, " ");
    if (*text == '\0')
        return true;
    *minutes = strtoll(text, &end, 10);
    return end != text && end[strspn(end, " ")] == '\0' && *minutes > 0 && *minutes <= WEEK_MINUTES;
}

/* The next time that clocks here show this, from `after_ms` on. */
static int64_t moment_of(int hour, int minute, int64_t after_ms)
{
    time_t seconds = (time_t)(after_ms / 1000);
    struct tm local;
    int64_t ms;

    if (localtime_r(&seconds, &local) == NULL)
        return 0;
    local.tm_hour = hour;
    local.tm_min = minute;
    local.tm_sec = 0;
    local.tm_isdst = -1;
    ms = (int64_t)mktime(&local) * 1000;
    return ms >= after_ms ? ms : ms + DAY_MS;
}

bool handoff_window_read(const char *text, int64_t now_ms, int64_t *from_ms, int64_t *to_ms)
{
    int hours[2], minutes[2], used = 0;

    if (sscanf(text, " %2d:%2d - %2d:%2d %n", &hours[0], &minutes[0], &hours[1], &minutes[1],
               &used) != 4 ||
        text[used] != '\0')
        return false;
    for (int i = 0; i < 2; i++)
        if (hours[i] < 0 || hours[i] > 23 || minutes[i] < 0 || minutes[i] > 59)
            return false;
    *to_ms = moment_of(hours[1], minutes[1], now_ms);
    *from_ms = moment_of(hours[0], minutes[0], *to_ms - DAY_MS + MINUTE_MS);
    return *from_ms < *to_ms;
}

void handoff_window_preset(int64_t now_ms, char *text, size_t size)
{
    int64_t from_ms = (now_ms / HALF_HOUR_MS + 1) * HALF_HOUR_MS;
    time_t from = (time_t)(from_ms / 1000), to = from + 3600;
    struct tm first, last;

    *text = '\0';
    if (localtime_r(&from, &first) != NULL && localtime_r(&to, &last) != NULL)
        snprintf(text, size, "%02d:%02d-%02d:%02d", first.tm_hour, first.tm_min, last.tm_hour,
                 last.tm_min);
}
