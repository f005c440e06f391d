/*
 * What a role lets an agent do. Who may do what is data; that something needs a permission is code,
 * and the server asks for it each time: a terminal only hides what would be refused.
 */
#ifndef GUICHET_APP_PERMISSION_H
#define GUICHET_APP_PERMISSION_H

#include <stdbool.h>
#include <stdint.h>

enum permission {
    PERMISSION_SERVE,           /* contacts, cases, notes, forms: front-office work */
    PERMISSION_SERVE_LEVEL_2,   /* services of contact level 2 */
    PERMISSION_SERVE_LEVEL_3,   /* services of contact level 3 */
    PERMISSION_SEARCH_ALL,      /* find clients and cases of other offices */
    PERMISSION_READ_RESTRICTED, /* restricted notes of the office */
    PERMISSION_READ_PROTECTED,  /* files of protected persons and of staff */
    PERMISSION_PROTECT,         /* says that a file is protected, or no longer */
    PERMISSION_EMERGENCY,       /* opens what is closed to them, loudly */
    PERMISSION_SUPERVISE,       /* re-assigns, answers escalations, shares lists */
    PERMISSION_FIGURES,         /* the figures by channel */
    PERMISSION_READ_AUDIT,      /* the audit trail, and reviews emergency access */
    PERMISSION_DISCLOSE,        /* exports everything on file about a client */
    PERMISSION_ERASE,           /* erases, and holds back from erasure */
    PERMISSION_ADMINISTER,      /* agents, devices, enrolment codes */
    PERMISSION_OPEN_UNASKED,    /* opens files that are with their office and is not asked why */
    PERMISSION_COUNT
};

/* A set of permissions: bit 1 << permission. */
typedef uint32_t permission_set;

/* Any of them: whoever is not without all. */
#define PERMISSION_ANY (((permission_set)1 << PERMISSION_COUNT) - 1)

/* Stable name ("serve-level-2"); NULL when out of range. */
const char *permission_name(enum permission permission);
/* False when no permission has this name. */
bool permission_from_name(const char *name, enum permission *permission);

/* What a role may do where the organisation has not said otherwise; none for an unknown role. */
permission_set permission_of_role(const char *role);

#endif
