# Screens and keys.

noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
    ui/commands.c ui/ui_internal.h \
    ui/desk.c ui/desk.h \
    ui/editor.c ui/editor.h \
    ui/format.c ui/format.h \
    ui/frame.c \
    ui/input.c ui/input.h \
    ui/language.c ui/language.h \
    ui/list.c ui/list.h \
    ui/loop.c ui/loop.h \
    ui/page.c ui/page.h \
    ui/paint.c ui/paint.h \
    ui/screen.h \
    ui/screens.c \
    ui/screen_choice.c \
    ui/screen_help.c \
    ui/screen_home.c \
    ui/screen_lock.c \
    ui/screen_service.c \
    ui/screen_sign_in.c \
    ui/service_table.c ui/service_table.h \
    ui/sign_in.c ui/sign_in.h \
    ui/terminal.c ui/terminal.h \
    ui/terminfo.c ui/terminfo.h \
    ui/ui.c ui/ui.h
