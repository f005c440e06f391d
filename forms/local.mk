# The forms engine: knows neither screen nor network.

noinst_LIBRARIES += libforms.a
libforms_a_SOURCES = \
    forms/answer.h forms/fill.h forms/form.h forms/rule.h
