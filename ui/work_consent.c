/* A consent in a line. */
#include <stdio.h>

#include "app/consent.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

enum paint_style work_consent_text(struct desk *desk, const struct record *consent, char *text,
                                   size_t size)
{
    char today[WORK_DAY_SIZE], until[80] = "";
    enum consent_state state;

    work_day_today(desk, today);
    state = consent_state(consent, today);
    if (*record_text(consent, "until") != '\0')
        snprintf(until, sizeof(until), _(", until %.10s"), record_text(consent, "until"));
    snprintf(text, size, "%s%s: %s%s, %s",
             state == CONSENT_WITHDRAWN ? _("WITHDRAWN, ")
             : state == CONSENT_EXPIRED ? _("EXPIRED, ")
                                        : "",
             record_text(consent, "whom"), record_text(consent, "what"), until,
             format_word(record_text(consent, "how")));
    return state == CONSENT_VALID     ? PAINT_VALUE
           : state == CONSENT_EXPIRED ? PAINT_WARNING
                                      : PAINT_DIM;
}
