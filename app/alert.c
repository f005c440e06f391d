#include "app/alert.h"

#include <string.h>

bool alert_is_raised(const struct record *alert)
{
    return strcmp(record_text(alert, "state"), "raised") == 0;
}

bool alert_is_seen(const struct record *alert)
{
    return record_text(alert, "seen_by")[0] != '\0';
}

int alert_see(struct batch *batch, const struct author *author, const struct record *alert,
              struct error *error)
{
    struct operation *operation = author_change(author, OPERATION_FIELDS, alert);

    operation_put_id(operation, "seen_by", &author->agent);
    operation_put_time(operation, "seen_at", author_now(author));
    return batch_add(batch, operation, error);
}
