# The forms engine: knows neither screen nor network.

noinst_LIBRARIES += libforms.a
libforms_a_SOURCES =
