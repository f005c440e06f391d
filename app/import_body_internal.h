/* How the tables of import_body.h are written: one file for each kind of catalogue record. */
#ifndef GUICHET_APP_IMPORT_BODY_INTERNAL_H
#define GUICHET_APP_IMPORT_BODY_INTERNAL_H

#include "app/import_body.h"

enum kind {
    KIND_TEXT,
    KIND_LOCALISED,
    KIND_KEYWORDS, /* {"fr": [text], "en": [text]} */
    KIND_WORD,     /* one of `words` */
    KIND_INTEGER,  /* between `lowest` and `highest` */
    KIND_NUMBER,   /* the same, with decimals */
    KIND_BOOLEAN,
    KIND_BOOLEAN_OR_NULL,
    KIND_DAY,    /* "2026-06-24" */
    KIND_HOURS,  /* "08:30-12:00" */
    KIND_SKILL,  /* "civil-status:2" */
    KIND_COUNTS, /* {channel: integer between `lowest` and `highest`} */
    KIND_KEY,    /* of a record of `type`, or one of `words` where there are any */
    KIND_OBJECT, /* with `members` */
    KIND_HSDS,   /* rows of HSDS, by table */
    KIND_FREE    /* an object that another part checks: JSON Schema, layout, translations */
};

enum { REQUIRED = 1, LIST = 2 };

/* One member of an object. With LIST it is an array of what `kind` says. */
struct member {
    const char *name;
    enum kind kind;
    unsigned flags;
    const char *const *words;
    const struct member *members;
    enum record_type type;
    double lowest, highest;
};

#define MEMBER(n, k, f) .name = n, .kind = k, .flags = f
#define WORDS(...)                                                                                 \
    .words = (const char *const[])                                                                 \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* When an office is open: of a queue too. */
extern const struct member import_schedule_members[];

/* import_body_service.c */
extern const struct member import_service_members[], import_form_members[];
/* import_body_office.c */
extern const struct member import_office_members[], import_agent_members[], import_role_members[],
    import_queue_members[], import_calendar_members[];
/* import_body_text.c */
extern const struct member import_life_event_members[], import_template_members[],
    import_snippet_members[], import_directory_members[];

#endif
