# The domain: knows neither screen nor network.

noinst_LIBRARIES += libapp.a
libapp_a_SOURCES = \
    app/error.c app/error.h
