# Screens and keys.

noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
    ui/desk.h \
    ui/editor.h \
    ui/format.h \
    ui/input.h \
    ui/language.h \
    ui/list.h \
    ui/paint.h \
    ui/screen.h \
    ui/ui.h
