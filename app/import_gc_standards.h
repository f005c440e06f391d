/*
 * The standards of the Government of Canada service inventory, put into the services they belong
 * to (see import_gc_service_inventory.h).
 *
 *   service_standard_id     id
 *   type                    kind: TML timeliness, ACS access, ACY accuracy, OTH other
 *   channel                 channel; absent for OTH
 *   service_standard_en/_fr text
 *   target, total_volume, volume_meeting_target   target (share), volume, met
 *
 * `count` and `unit` are the promise read from the text (import_duration.h). Where the two
 * languages promise differently the English is used and the row is remarked; where one of them
 * only says which kind of days it counts, that kind is used; where one says nothing, the other is.
 */
#ifndef GUICHET_APP_IMPORT_GC_STANDARDS_H
#define GUICHET_APP_IMPORT_GC_STANDARDS_H

#include "app/error.h"
#include "app/import.h"

/*
 * Reads the file and appends to the `standards` list of each service's body. `services` maps a
 * service id to the service's record body (borrowed by the map as well).
 */
int import_gc_standards(const char *path, json_t *services, const struct import_sink *sink,
                        struct error *error);

#endif
