# Everything that speaks to the network, on both sides.

noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
    net/compress.c net/compress.h
