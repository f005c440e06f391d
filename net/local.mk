# Everything that speaks to the network, on both sides.

noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
    net/compress.c net/compress.h

# The terminal's side.
libnet_a_SOURCES += \
    net/http_client.c net/http_client.h \
    net/http_exchange.c net/http_exchange.h \
    net/sync.c net/sync.h net/sync_engine.c net/sync_engine.h net/sync_internal.h \
    net/sync_login.c net/sync_presence.c net/sync_pull.c net/sync_push.c net/sync_reply.c
    net/http_exchange.c net/http_exchange.h

# The server's side.
libnet_a_SOURCES += \
    net/ledger.h \
    net/ledger_agent.c \
    net/ledger_apply.c \
    net/ledger_check.c \
    net/ledger_feed.c \
    net/ledger_publish.c \
    net/ledger_record.c \
    net/ledger_schema.c \
    net/ledger_scope.c \
    net/ledger_sqlite.c net/ledger_sqlite.h \
    net/ledger_statements.h \
    net/scope_set.c net/scope_set.h
