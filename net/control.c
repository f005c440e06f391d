#define _GNU_SOURCE /* struct ucred */
#include "net/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"

/* One that says nothing for so long is let go. */
#define PATIENCE_MS 5000
#define ENDING      ".control"

struct control {
    control_order order;
    void *context;
    char *path;
    int listener;
    int halt;
    pthread_t thread;
    bool running;
};

/* --- bytes ------------------------------------------------------------------------------------ */

static bool send_all(int peer, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(peer, bytes, length, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* Reads up to the end of a line; false when the other end is silent, too long or gone. */
static bool receive_line(int peer, int timeout_ms, struct text_buffer *line)
{
    char bytes[4096];

    while (line->length == 0 || line->bytes[line->length - 1] != '\n') {
        struct pollfd ready = {.fd = peer, .events = POLLIN};
        ssize_t got;

        if (poll(&ready, 1, timeout_ms) != 1)
            return false;
        got = recv(peer, bytes, sizeof(bytes), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || line->length + (size_t)got > CONTROL_LIMIT)
            return false;
        text_buffer_add(line, bytes, (size_t)got);
        sodium_memzero(bytes, sizeof(bytes)); /* an order may hold a password */
        if (line->failed)
            return false;
    }
    return true;
}

static bool send_json(int peer, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    bool sent = text != NULL && send_all(peer, text, strlen(text)) && send_all(peer, "\n", 1);

    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    return sent;
}

static void line_free(struct text_buffer *line)
{
    if (line->bytes != NULL)
        sodium_memzero(line->bytes, line->length);
    text_buffer_free(line);
}

/* --- where ------------------------------------------------------------------------------------ */

/* A path of a socket is short, one of a database need not be: the folder is named by a descriptor,
 * which the caller closes. */
static int address_fill(const char *path, struct sockaddr_un *address, int *folder,
                        struct error *error)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL   ? strdup(".")
                      : slash == path ? strdup("/")
                                      : strndup(path, (size_t)(slash - path));
    int length;

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (directory == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    *folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    if (*folder < 0)
        return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    length = snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s", *folder,
                      slash != NULL ? slash + 1 : path);
    if (length > 0 && (size_t)length < sizeof(address->sun_path))
        return 0;
    close(*folder);
    return error_set(error, ERROR_INVALID, "%s: the name is too long for a socket", path);
}

/* Hidden, so that what copies the database and its files by their name does not meet it. */
static char *socket_path(const char *database)
{
    struct text_buffer path = {0};
    char *real = realpath(database, NULL);
    const char *whole = real != NULL ? real : database;
    const char *slash = strrchr(whole, '/');
    const char *name = slash != NULL ? slash + 1 : whole;

    text_buffer_add(&path, whole, (size_t)(name - whole));
    text_buffer_add_format(&path, ".%s" ENDING, name);
    free(real);
    return text_buffer_take(&path);
}

/* --- the server's end ------------------------------------------------------------------------- */

static bool peer_is_owner(int peer)
{
    struct ucred who;
    socklen_t length = sizeof(who);

    return getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 &&
           (who.uid == geteuid() || who.uid == 0);
}

static void serve(const struct control *control, int peer)
{
    struct text_buffer line = {0};
    struct error error = ERROR_INIT;
    json_t *order = NULL, *answer = NULL, *reply = NULL;
    int code;

    if (!peer_is_owner(peer) || !receive_line(peer, PATIENCE_MS, &line)) {
        line_free(&line);
        return;
    }
    code = json_read(&order, line.bytes, line.length, CONTROL_LIMIT, "the order", &error);
    if (code == 0)
        code = control->order(control->context, order, &answer, &error);
    reply = code == 0 ? json_pack("{s:o}", "answer", answer)
                      : json_pack("{s:i, s:s}", "code", code, "error", error.message);
    if (reply != NULL)
        send_json(peer, reply);
    json_decref(reply);
    json_decref(order);
    line_free(&line);
}

static void *run(void *argument)
{
    struct control *control = argument;

    for (;;) {
        struct pollfd ready[2] = {{.fd = control->listener, .events = POLLIN},
                                  {.fd = control->halt, .events = POLLIN}};
        int peer;

        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            break;
        if (ready[1].revents != 0)
            break;
        if (ready[0].revents == 0)
            continue;
        peer = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
        if (peer < 0)
            continue;
        serve(control, peer);
        close(peer);
    }
    return NULL;
}

static int listener_open(struct control *control, struct error *error)
{
    struct sockaddr_un address;
    int folder;
    mode_t before;
    int code = address_fill(control->path, &address, &folder, error);

    if (code != 0)
        return code;
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(control->path);
    before = umask(0177);
    if (control->listener < 0 ||
        bind(control->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(control->listener, 8) != 0)
        code = error_set(error, ERROR_STORAGE, "%s: %s", control->path, strerror(errno));
    umask(before);
    close(folder);
    return code;
}

/* Signals are for the main thread. */
static bool thread_start(struct control *control)
{
    sigset_t all, former;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    control->running = pthread_create(&control->thread, NULL, run, control) == 0;
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return control->running;
}

int control_start(struct control **control, const char *database, control_order order,
                  void *context, struct error *error)
{
    struct control *made = calloc(1, sizeof(*made));
    int code = 0;

    *control = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for orders");
    made->order = order;
    made->context = context;
    made->listener = -1;
    made->halt = eventfd(0, EFD_CLOEXEC);
    made->path = socket_path(database);
    if (made->path == NULL || made->halt < 0)
        code = error_set(error, ERROR_MEMORY, "no memory for orders");
    if (code == 0)
        code = listener_open(made, error);
    if (code == 0 && !thread_start(made))
        code = error_set(error, ERROR_MEMORY, "no thread for orders");
    if (code != 0) {
        control_stop(made);
        return code;
    }
    *control = made;
    return 0;
}

void control_stop(struct control *control)
{
    const uint64_t one = 1;

    if (control == NULL)
        return;
    if (control->running && write(control->halt, &one, sizeof(one)) == (ssize_t)sizeof(one))
        pthread_join(control->thread, NULL);
    if (control->listener >= 0) {
        close(control->listener);
        unlink(control->path);
    }
    if (control->halt >= 0)
        close(control->halt);
    free(control->path);
    free(control);
}

/* --- the other end ---------------------------------------------------------------------------- */

static int reach(const char *database, int *peer, struct error *error)
{
    struct sockaddr_un address;
    char *path = socket_path(database);
    int folder, code;

    if (path == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    code = address_fill(path, &address, &folder, error);
    free(path);
    if (code != 0)
        return code;
    *peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*peer < 0 || connect(*peer, (struct sockaddr *)&address, sizeof(address)) != 0) {
        code = error_set(error, ERROR_NOT_FOUND, "no guichetd takes orders for %s: %s", database,
                         strerror(errno));
        if (*peer >= 0)
            close(*peer);
    }
    close(folder);
    return code;
}

static int reply_read(const struct text_buffer *line, json_t **answer, struct error *error)
{
    json_t *reply = NULL;
    int code = json_read(&reply, line->bytes, line->length, CONTROL_LIMIT, "the answer", error);

    if (code != 0)
        return code;
    *answer = json_incref(json_object_get(reply, "answer"));
    if (*answer == NULL) {
        code = (int)json_integer_or(reply, "code", ERROR_PROTOCOL);
        code = error_set(error, code < 0 ? code : ERROR_PROTOCOL, "%s",
                         json_text_or(reply, "error", "the answer makes no sense"));
    }
    json_decref(reply);
    return code;
}

int control_call(const char *database, const json_t *order, json_t **answer, struct error *error)
{
    struct text_buffer line = {0};
    int peer = -1;
    int code = reach(database, &peer, error);

    *answer = NULL;
    if (code != 0)
        return code;
    if (!send_json(peer, order) || !receive_line(peer, 4 * PATIENCE_MS, &line))
        code = error_set(error, ERROR_OFFLINE, "the guichetd that runs does not answer");
    if (code == 0)
        code = reply_read(&line, answer, error);
    line_free(&line);
    close(peer);
    return code;
}
