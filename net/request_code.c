#include "net/request_code.h"

#define RETRY_SECONDS 5

static void work(void *argument)
{
    struct request_code *code = argument;

    code->check(code->request);
    MHD_resume_connection(code->request->connection);
}

static void suspend(void *argument)
{
    struct request_code *code = argument;

    MHD_suspend_connection(code->request->connection);
}

static enum route_result refuse(struct request *request, const char *why)
{
    request_problem(request, PROBLEM_BUSY, "%s", why);
    request->reply.retry_after = RETRY_SECONDS;
    return ROUTE_ANSWERED;
}

enum route_result request_code_check(struct request *request, struct request_code *code,
                                     void (*check)(struct request *request))
{
    /* The drain waits for what is under way and then ends the worker: no new one may reach it. */
    if (atomic_load(&request->server->stopping))
        return refuse(request, "the server is stopping");
    *code = (struct request_code){request, check};
    if (!worker_add(request->server->passage, work, suspend, code))
        return refuse(request, "too many codes at once");
    return ROUTE_SUSPENDED;
}
