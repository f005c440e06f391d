/*
 * What an entry of the audit trail was, in the server's own short English words ("fields name,
 * phone"), as the privacy officer reads it in their language. The trail itself keeps its words.
 */
#ifndef GUICHET_UI_AUDIT_DEEDS_H
#define GUICHET_UI_AUDIT_DEEDS_H

#include <stddef.h>

/* What is not known stays as it is. */
void audit_deed(const char *what, char *text, size_t size);

#endif
