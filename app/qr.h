/*
 * QR codes (ISO/IEC 18004) of short texts: byte mode, error correction level L, versions 1 to 5,
 * which have one block each.
 */
#ifndef GUICHET_APP_QR_H
#define GUICHET_APP_QR_H

#include <stdbool.h>

/* Modules along a side, and bytes of text, at most. */
#define QR_SIZE_MOST 37
#define QR_TEXT_MOST 106
/* Light modules around it: the standard has four; two are enough on a screen. */
#define QR_QUIET 2

/* Plain value. */
struct qr {
    int size;                                       /* modules along a side; 0 for none */
    unsigned char dark[QR_SIZE_MOST][QR_SIZE_MOST]; /* row, column */
};

/* Makes the smallest that holds the text; false, with size 0, when it is too long. */
bool qr_make(struct qr *qr, const char *text);

/* False outside of it. */
bool qr_is_dark(const struct qr *qr, int column, int row);

#endif
