#include "forms/definition.h"

#include "forms/form.h"
#include "forms/life_event.h"

int definition_check(struct record *record, struct error *error)
{
    struct form *form = NULL;
    struct life_event *event = NULL;
    int code = 0;

    if (record->type == RECORD_FORM)
        code = form_give_layout(record->body, error);
    if (record->type == RECORD_FORM && code == 0)
        code = form_compile(&form, record->body, error);
    else if (record->type == RECORD_LIFE_EVENT)
        code = life_event_compile(&event, record, error);
    form_free(form);
    life_event_free(event);
    return code;
}
