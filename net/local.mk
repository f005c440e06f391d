# Everything that speaks to the network, on both sides.

noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
    net/compress.c net/compress.h

# The terminal's side.
libnet_a_SOURCES += \
    net/http_client.c net/http_client.h \
    net/http_exchange.c net/http_exchange.h
