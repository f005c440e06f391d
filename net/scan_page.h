/*
 * One scanned page with its sidecar: whether both are whole, and what they say. Only
 * net/scan_folder.c and its tests use it.
 */
#ifndef GUICHET_NET_SCAN_PAGE_H
#define GUICHET_NET_SCAN_PAGE_H

#include "net/intake_document.h"

#define SCAN_SIDECAR_LIMIT (64 * (size_t)1024)
/* Quiet for so long, a file is taken to be whole. */
#define SCAN_QUIET_MS INT64_C(1000)
/* A PDF without its end is waited for so long. */
#define SCAN_PATIENCE_MS (INT64_C(10) * 60 * 1000)

struct scan_page {
    struct intake_document document; /* message: channel, text and attachment are set */
    struct intake_attachment file;
    char *bytes; /* of the page; owned */
    char name[INTAKE_ATTACHMENT_NAME_LIMIT + 1];
};

enum scan_state {
    SCAN_WHOLE,
    SCAN_WAITS,   /* somebody is writing still, or something failed that may pass */
    SCAN_REFUSED, /* it never will be: the error says why */
};

/* Reads `page` and `sidecar`, names in the folder of this descriptor. SCAN_WHOLE: to be cleared. */
enum scan_state scan_page_read(struct scan_page *read, int folder, const char *page,
                               const char *sidecar, int64_t now_ms, struct error *error);
void scan_page_clear(struct scan_page *page);

#endif
