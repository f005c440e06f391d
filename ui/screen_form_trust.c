/* Whether the form itself can be trusted: errors reported in it, and when it was last confirmed. */
#include "ui/screen_flag.h"
#include "ui/screen_form.h"

#include "app/text.h"
#include "ui/work.h"

const char *form_trust_key(const struct form_screen *form)
{
    return form->submission != NULL ? record_text(form->submission, "form")
                                    : record_text(form->definition, "key");
}

void form_trust_read(struct screen *screen)
{
    struct form_screen *form = screen->data;

    record_free(form->flag);
    form->flag = NULL;
    if (screen->desk->store != NULL && form->definition != NULL)
        form->flag = flag_find_open(screen->desk->store, RECORD_FORM, form_trust_key(form));
}

void form_trust_text(struct screen *screen, char *text, size_t size)
{
    const struct form_screen *form = screen->data;

    text_copy(text, size, "");
    if (form->flag != NULL)
        flag_warning_text(screen->desk, form->flag, text, size);
    else if (form->definition != NULL && form->standing == FORM_VERSION_PRESENT)
        work_stale_text(screen->desk, form->definition, text, size);
}

void form_trust_tell(struct screen *screen)
{
    const struct form_screen *form = screen->data;
    char text[FORM_TRUST_SIZE];

    /* What a version changed in the draft is said first. */
    if (form->mode != FORM_FILLING || form->standing != FORM_VERSION_PRESENT ||
        form->migrated_from != 0)
        return;
    form_trust_text(screen, text, sizeof(text));
    if (*text != '\0')
        ui_tell(screen->ui, UI_WARNING, "%s", text);
}
