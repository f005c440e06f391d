# The domain: knows neither screen nor network.

noinst_LIBRARIES += libapp.a
libapp_a_SOURCES = \
    app/error.c app/error.h

# Importers and what they need.
libapp_a_SOURCES += \
    app/csv.c app/csv.h

# Where the screen and the sync thread meet.
libapp_a_SOURCES += \
    app/link.c app/link.h
