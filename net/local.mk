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
