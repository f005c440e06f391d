/*
 * The Government of Canada service inventory (GC Service Inventory and Service Performance, open
 * data of the Treasury Board of Canada Secretariat): a file of services and a file of their
 * standards, one row each, in both languages. Its data dictionary tells the codes.
 *
 * What becomes of a service row (columns -> body):
 *   service_id                 key and source.id, as in the file
 *   fiscal_yr                  source.confirmed: the last day of that fiscal year (31 March)
 *   service_name, _description title, description
 *   owner_org, owner_org_title owner ("English | French")
 *   program_name               program, without the quotes the file puts around it
 *   client_target_groups       audience: PERSON individual; ECONOM business; NGO and FOR (foreign
 *                              entities) organisation; PTC and INTERN_GOV government
 *   num_applications_*         channels: a number: takes applications, and how many; NA: does not
 *                              take them; ND or blank: not known (null). num_applications_by_other
 *                              is no channel and is left out unless it is a number, which then is
 *                              applications_other
 *   os_*                       steps_online: Y true, N false, NA null
 *   service_fee                fee
 *   service_uri                url: the first address in it; left out when there is none
 * and of a standards row: one element of `standards` (see import_gc_standards.h).
 *
 * A service id given twice: the row of the later fiscal year is used; of the same year, the one
 * with more fields filled, and of equal ones the later row. Each repeat is remarked with both
 * lines. Files must end with a line end, as the published ones do: a download cut off inside its
 * last field cannot be told otherwise.
 */
#ifndef GUICHET_APP_IMPORT_GC_SERVICE_INVENTORY_H
#define GUICHET_APP_IMPORT_GC_SERVICE_INVENTORY_H

#include "app/error.h"
#include "app/import.h"

#define IMPORT_GC_SERVICE_INVENTORY "gc-service-inventory"

/*
 * Reads both files into the sink. A malformed file or a missing column is an error; a row that
 * cannot be used is a remark. `edition` is complete: services it does not name have ended.
 */
int import_gc_service_inventory(const char *services_path, const char *standards_path,
                                const struct import_sink *sink, struct import_edition *edition,
                                struct error *error);

#endif
