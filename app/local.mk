# The domain: knows neither screen nor network.

noinst_LIBRARIES += libapp.a
libapp_a_SOURCES = \
    app/error.c app/error.h

# Importers and what they need.
libapp_a_SOURCES += \
    app/csv.c app/csv.h
