#include "net/request_wait.h"

#include "app/clock.h"

#define WAIT_MOST 60

bool request_wait_read(struct request *request, struct request_wait *wait)
{
    int64_t seconds;

    if (!request_number(request, "wait", 0, WAIT_MOST, 0, &seconds))
        return false;
    wait->deadline_ms = seconds > 0 ? clock_steady(NULL) + seconds * 1000 : 0;
    return true;
}

int request_wait_arm(struct request *request, struct request_wait *wait,
                     const struct scope_set *heard, struct error *error)
{
    doorbell_disarm(wait->waiter);
    wait->waiter = doorbell_arm(request->server->doorbell, heard);
    return wait->waiter != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory to wait");
}

bool request_wait_is_over(const struct request *request, const struct request_wait *wait)
{
    return wait->deadline_ms == 0 || clock_steady(NULL) >= wait->deadline_ms ||
           atomic_load(&request->server->stopping);
}

enum route_result request_wait(struct request *request, struct request_wait *wait,
                               request_look *look)
{
    struct error error = ERROR_INIT;
    bool over = false;
    int code = 0;

    while (code == 0 && !over) {
        code = look(request, &over, &error);
        if (code != 0 || over)
            break;
        code = doorbell_sleep(wait->waiter, request->connection, wait->deadline_ms, &error);
        if (code > 0)
            return ROUTE_SUSPENDED;
    }
    if (code != 0)
        request_error(request, code, &error);
    return ROUTE_ANSWERED;
}
