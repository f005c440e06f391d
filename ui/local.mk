# Screens and keys.

noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
    ui/desk.h \
    ui/editor.c ui/editor.h \
    ui/format.h \
    ui/input.c ui/input.h \
    ui/language.c ui/language.h \
    ui/list.c ui/list.h \
    ui/paint.c ui/paint.h \
    ui/screen.h \
    ui/ui.h
