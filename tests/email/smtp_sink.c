/*
 * A small SMTP server for the tests, on loopback, without encryption: it keeps what it is given.
 *
 *   smtp_sink FOLDER [PORT]
 *
 * prints "smtp_sink: listening on 127.0.0.1:PORT" and serves one connection after another until it
 * is killed. The Nth message that it takes is FOLDER/N.eml, its envelope ("from\nto\n")
 * FOLDER/N.envelope, written before the message is acknowledged. What is before the '@' of the
 * recipient says what becomes of a message:
 *
 *   bounce...   550 5.1.1 to RCPT            later...   451 4.2.0 to RCPT
 *   spam...     554 5.7.1 after the message  busy...    452 4.3.1 after the message
 *   cut...      the connection is cut after the message was kept, before it is acknowledged
 *   hang...     kept, and not acknowledged: the first of them waits until the client is gone
 *
 * The line of the file FOLDER/greeting, if it is there, is the greeting instead of 220.
 * With a file FOLDER/bearer, whoever sends signs in as its line says, after "AUTH ": the mechanism
 * and the base64 of what it sends.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_SIZE 4096

static const char *folder;
static int taken;
static bool hung;

struct session {
    FILE *in, *out;
    char from[512], to[512];
    bool signed_in;
};

static void say(struct session *session, const char *line)
{
    fprintf(session->out, "%s\r\n", line);
    fflush(session->out);
}

/* The address between < and >. */
static void address_read(const char *line, char address[512])
{
    const char *begin = strchr(line, '<');
    const char *end = begin != NULL ? strchr(begin, '>') : NULL;

    address[0] = '\0';
    if (end != NULL)
        snprintf(address, 512, "%.*s", (int)(end - begin - 1), begin + 1);
}

static bool is_for(const struct session *session, const char *who)
{
    return strncmp(session->to, who, strlen(who)) == 0;
}

static FILE *file_open(int number, const char *end)
{
    char path[1024];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%d.%s", folder, number, end);
    file = fopen(path, "wb");
    if (file == NULL)
        perror(path);
    return file;
}

/* Takes the message; false when the connection ends. */
static bool take(struct session *session)
{
    char line[LINE_SIZE];
    FILE *message = file_open(taken + 1, "part");
    FILE *envelope;
    char from[1024], to[1024];
    bool whole = false, begins = true;

    if (message == NULL)
        return false;
    say(session, "354 go on");
    while (fgets(line, sizeof(line), session->in) != NULL) {
        if (begins && (strcmp(line, ".\r\n") == 0 || strcmp(line, ".\n") == 0)) {
            whole = true;
            break;
        }
        fputs(begins && line[0] == '.' ? line + 1 : line, message);
        begins = line[strlen(line) - 1] == '\n';
    }
    fclose(message);
    if (!whole)
        return false;
    if (is_for(session, "spam") || is_for(session, "busy")) {
        say(session, is_for(session, "spam") ? "554 5.7.1 looks like \033[31mspam"
                                             : "452 4.3.1 no room for it now");
        return true;
    }
    taken++;
    envelope = file_open(taken, "envelope");
    if (envelope != NULL) {
        fprintf(envelope, "%s\n%s\n", session->from, session->to);
        fclose(envelope);
    }
    snprintf(from, sizeof(from), "%s/%d.part", folder, taken);
    snprintf(to, sizeof(to), "%s/%d.eml", folder, taken);
    rename(from, to);
    if (is_for(session, "cut"))
        return false;
    if (is_for(session, "hang") && !hung) {
        hung = true;
        while (fgets(line, sizeof(line), session->in) != NULL)
            ;
        return false;
    }
    say(session, "250 2.0.0 kept");
    return true;
}

static void recipient(struct session *session, const char *line)
{
    address_read(line, session->to);
    if (is_for(session, "bounce"))
        say(session, "550 5.1.1 no such mailbox");
    else if (is_for(session, "later"))
        say(session, "451 4.2.0 try again later");
    else
        say(session, "250 2.1.5 fine");
}

/* What must be sent to sign in; false when nobody has to. */
static bool bearer(char line[LINE_SIZE])
{
    char path[1024];
    FILE *file;
    bool read;

    snprintf(path, sizeof(path), "%s/bearer", folder);
    file = fopen(path, "rb");
    if (file == NULL)
        return false;
    read = fgets(line, LINE_SIZE, file) != NULL;
    fclose(file);
    line[read ? strcspn(line, "\r\n") : 0] = '\0';
    return true;
}

static void sign_in(struct session *session, const char *mechanism)
{
    char wanted[LINE_SIZE], heard[LINE_SIZE], given[2 * LINE_SIZE + 2];

    say(session, "334 ");
    if (fgets(heard, sizeof(heard), session->in) == NULL)
        return;
    snprintf(given, sizeof(given), "%.*s %.*s", (int)strcspn(mechanism, "\r\n"), mechanism,
             (int)strcspn(heard, "\r\n"), heard);
    session->signed_in = bearer(wanted) && strcmp(given, wanted) == 0;
    if (session->signed_in) {
        say(session, "235 2.7.0 welcome");
        return;
    }
    /* RFC 7628: why, and the client says that it has heard. */
    say(session, "334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=");
    if (fgets(heard, sizeof(heard), session->in) != NULL)
        say(session, "535 5.7.8 the token is not good");
}

/* One command; false when the connection ends. */
static bool command(struct session *session, const char *line)
{
    char wanted[LINE_SIZE];

    if (strncasecmp(line, "EHLO", 4) == 0 || strncasecmp(line, "HELO", 4) == 0) {
        say(session, "250-sink");
        say(session, "250-SMTPUTF8");
        if (bearer(wanted))
            say(session, "250-AUTH CRAM-MD5 PLAIN OAUTHBEARER XOAUTH2");
        say(session, "250 8BITMIME");
    } else if (strncasecmp(line, "AUTH ", 5) == 0) {
        sign_in(session, line + 5);
    } else if (bearer(wanted) && !session->signed_in) {
        say(session, "530 5.7.0 sign in first");
    } else if (strncasecmp(line, "MAIL FROM:", 10) == 0) {
        address_read(line, session->from);
        say(session, "250 2.1.0 fine");
    } else if (strncasecmp(line, "RCPT TO:", 8) == 0) {
        recipient(session, line);
    } else if (strncasecmp(line, "DATA", 4) == 0) {
        return take(session);
    } else if (strncasecmp(line, "QUIT", 4) == 0) {
        say(session, "221 bye");
        return false;
    } else {
        say(session, strncasecmp(line, "RSET", 4) == 0 ? "250 2.0.0 fine" : "502 5.5.1 what?");
    }
    return true;
}

static void greet(struct session *session)
{
    char path[1024], line[LINE_SIZE] = "220 sink ESMTP";
    FILE *file;

    snprintf(path, sizeof(path), "%s/greeting", folder);
    file = fopen(path, "rb");
    if (file != NULL) {
        if (fgets(line, sizeof(line), file) == NULL)
            line[0] = '\0';
        fclose(file);
        line[strcspn(line, "\n")] = '\0';
    }
    say(session, line);
}

static void serve(int connection)
{
    struct session session = {.in = fdopen(connection, "rb"), .out = fdopen(dup(connection), "wb")};
    char line[LINE_SIZE];

    if (session.in != NULL && session.out != NULL) {
        greet(&session);
        while (fgets(line, sizeof(line), session.in) != NULL && command(&session, line))
            continue;
    }
    if (session.out != NULL)
        fclose(session.out);
    if (session.in != NULL)
        fclose(session.in);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, connection;

    if (argc < 2 || listening < 0)
        return 2;
    folder = argv[1];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)(argc > 2 ? atoi(argv[2]) : 0));
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listening, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listening, 64) != 0 ||
        getsockname(listening, (struct sockaddr *)&address, &length) != 0) {
        perror("smtp_sink");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    printf("smtp_sink: listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    while ((connection = accept(listening, NULL, NULL)) >= 0)
        serve(connection);
    return 1;
}
