/*
 * A real guichetd in a process of its own, with a database in a directory of its own, the shipped
 * sample and the agents "alice" and "bernard" of one office; and the fault-injecting proxy.
 */
#ifndef GUICHET_TESTS_REAL_SERVER_H
#define GUICHET_TESTS_REAL_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define REAL_SERVER_PASSWORD "correct horse battery staple"

struct real_server {
    char directory[64];
    int port;
    pid_t process; /* 0 while it does not run */
    int output;
    bool relay; /* of another one: it has that one's folder no longer than itself */
};

/* Makes the database and starts the server; skips the test when the programs are not built. */
void real_server_begin(struct real_server *server);
/* Kills it at once, as a power cut would. */
void real_server_kill(struct real_server *server);
/* Starts it again at the same port. */
void real_server_restart(struct real_server *server);
/* The same with TLS and a new certificate for 127.0.0.1, DIRECTORY/certificate.pem. */
void real_server_restart_tls(struct real_server *server);
/* Puts a new, empty database in the place of the old one (while it does not run). */
void real_server_replace(struct real_server *server);
/* Ends it; `guichetd check` must find nothing wrong. Removes everything. */
void real_server_end(struct real_server *server);

/* Makes and starts the relay of office sample/quebec, which meets its centre at that port. The
 * centre's database is used for a moment: it must not be running. */
void real_relay_begin(struct real_server *relay, const struct real_server *centre, int centre_port);
/* The relay's link: true when `guichetd relay status` says that the centre is up. */
bool real_relay_is_up(const struct real_server *relay);

struct fault_proxy {
    pid_t process;
    int input;
    int output;
    int port;
};

void fault_proxy_begin(struct fault_proxy *proxy, int target_port, uint64_t seed);
/* Gives one command of tests/proxy/fault_proxy.c and waits until it is done. */
void fault_proxy_tell(struct fault_proxy *proxy, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void fault_proxy_end(struct fault_proxy *proxy);

#endif
