#include "ui/notice.h"

#include <stdio.h>
#include <stdlib.h>

#include "ui/language.h"

static void keep_last(void *context, const struct store_notice *notice)
{
    *(struct store_notice *)context = *notice;
}

static void say(const struct store_notice *notice, char *text, size_t size)
{
    switch (notice->kind) {
    case STORE_NOTICE_SERVER_RESTORED:
        snprintf(text, size, _("The server was restored from a copy: %lld sent again (:seen)"),
                 (long long)notice->count);
        return;
    case STORE_NOTICE_DEVICE_RENEWED:
        snprintf(text, size, "%s",
                 _("These files were an older copy; unsent work is kept (:seen)"));
        return;
    case STORE_NOTICE_DEVICE_COPIED:
        snprintf(text, size, "%s", _("A copy of this terminal is at work elsewhere (:seen)"));
        return;
    case STORE_NOTICE_KEY_DEPOSITED:
        snprintf(text, size, "%s",
                 _("Your organisation can open what is kept here (:rekey, :seen)"));
        return;
    case STORE_NOTICE_KEY_TAKEN_BACK:
        snprintf(text, size, "%s", _("Your password alone opens what is kept here (:seen)"));
        return;
    }
}

void notice_observe(struct desk *desk)
{
    struct store_notice last = {.at_ms = -1};

    if (desk->line.notice[0] != '\0' ||
        store_notice_each(desk->store, keep_last, &last, NULL) != 0 || last.at_ms < 0)
        return;
    say(&last, desk->line.notice, sizeof(desk->line.notice));
}

void notice_format_span(char *text, size_t size, int64_t minutes)
{
    long long span = llabs((long long)minutes);

    if (span < 120)
        snprintf(text, size, _("%lld min"), span);
    else if (span < 48 * 60)
        snprintf(text, size, _("%lld h"), span / 60);
    else if (span < 730 * 24 * 60)
        snprintf(text, size, _("%lld days"), span / (24 * 60));
    else
        snprintf(text, size, _("%lld years"), span / (365 * 24 * 60 + 6 * 60));
}
