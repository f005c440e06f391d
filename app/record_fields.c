#include "app/record_fields.h"

#include <string.h>

#include "app/delivery.h"
#include "app/flag.h"
#include "app/look.h"
#include "app/operation.h"
#include "app/purpose.h"
#include "app/queue.h"
#include "app/queue_measure.h"
#include "app/ticket.h"

#define APPEND (1u << OPERATION_APPEND)
#define FIELDS (1u << OPERATION_FIELDS)
#define CLAIM  (1u << OPERATION_CLAIM)

#define REQUIRED_FIXED (FIELD_REQUIRED | FIELD_FIXED)

const char *const channel_words[] = {"counter", "phone",    "web",   "email",  "mail",
                                     "fax",     "sms",      "voice", "mobile", "social",
                                     "chat",    "outreach", NULL};
const char *const outcome_words[] = {"resolved",  "case-open", "handed-off", "referred",
                                     "call-back", "abandoned", NULL};
const char *const case_status_words[] = {
    "received", "in-progress", "information-missing", "approved", "refused", "closed", NULL};
const char *const note_kind_words[] = {"contact",    "internal",   "decision",
                                       "commitment", "correction", NULL};
const char *const visibility_words[] = {"everyone", "restricted", NULL};
const char *const handoff_state_words[] = {"offered", "accepted",   "declined", "withdrawn",
                                           "expired", "reassigned", NULL};
const char *const handoff_kind_words[] = {"cold",      "warm",       "consult",
                                          "call-back", "escalation", NULL};
const char *const handoff_place_words[] = {"contact", "case", "form", "note", NULL};
const char *const mood_words[] = {"upset", "worried", "hurried", "confused", "fragile", NULL};
const char *const submission_status_words[] = {"draft", "submitted", "accepted", "rejected", NULL};
const char *const delivery_state_words[] = {"waiting", "sent",     "acknowledged",
                                            "refused", "withheld", NULL};

const char *const flag_kind_words[] = {"wrong-fee", "wrong-hours", "wrong-text",
                                       "dead-link", "other",       NULL};
const char *const flag_state_words[] = {"open", "settled", "withdrawn", NULL};
const char *const alert_state_words[] = {"raised", "over", NULL};
const char *const ticket_state_words[] = {"waiting",  "called", "serving", "no-show",
                                          "finished", "left",   NULL};
const char *const ticket_need_words[] = {"none",        "step-free", "seat", "sign-language",
                                         "low-hearing", "low-sight", NULL};

static const char *const flag_subject_words[] = {"service", "form", "office", NULL};
static const char *const client_kind_words[] = {"person", "business", "anonymous", NULL};
const char *const direction_words[] = {"in", "out", "internal", NULL};
const char *const message_state_words[] = {"received", "read",      "queued", "sent",
                                           "bounced",  "withdrawn", NULL};
const char *const message_channel_words[] = {"email", "sms", "mail", NULL};
const char *const task_kind_words[] = {"commitment", "refund", "review", "other", NULL};
const char *const task_state_words[] = {"open", "done", "dropped", NULL};
const char *const promise_kind_words[] = {"guarantee", "standard", NULL};
const char *const promise_state_words[] = {"running", "paused", "met", "missed", "void", NULL};
const char *const delegation_state_words[] = {"valid", "ended", NULL};
const char *const protection_words[] = {"staff", "person", NULL};
const char *const emergency_state_words[] = {"open", "justified", "unjustified", NULL};
const char *const consent_how_words[] = {"spoken", "signed", "form", NULL};
static const char *const consent_state_words[] = {"valid", "withdrawn", NULL};
static const char *const identity_words[] = {"none", "basic", "verified", NULL};

static const struct field client_fields[] = {
    {"kind", FIELD_WORD, FIELD_REQUIRED, 0, client_kind_words},
    {"name", FIELD_TEXT, 0, 400, NULL},
    {"language", FIELD_TEXT, 0, 35, NULL},
    {"interpreter", FIELD_TEXT, 0, 35, NULL},
    {"accessibility", FIELD_TEXT, 0, 400, NULL},
    {"phone", FIELD_TEXT, 0, 64, NULL},
    {"email", FIELD_TEXT, 0, 320, NULL},
    {"address", FIELD_TEXT, 0, 1000, NULL},
    {"postal_code", FIELD_TEXT, 0, 16, NULL},
    {"birth_date", FIELD_TEXT, 0, 10, NULL},
    {"preferred_channel", FIELD_WORD, 0, 0, message_channel_words},
    {"alerts", FIELD_BOOLEAN, 0, 0, NULL},
    {"channel_consent", FIELD_MAP, 0, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"merged_into", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"merge_replaced", FIELD_OBJECT, FIELD_CLAIMED, 8 * 1024, NULL},
    {"protection", FIELD_WORD, FIELD_CLAIMED, 0, protection_words},
    {"protection_reason", FIELD_TEXT, FIELD_CLAIMED, 1000, NULL},
    {"protection_hands", FIELD_BOOLEAN, FIELD_CLAIMED, 0, NULL},
    {"protected_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"protected_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {0},
};

static const struct field case_fields[] = {
    {"reference", FIELD_TEXT, REQUIRED_FIXED, 16, NULL},
    {"client", FIELD_ID, 0, 0, NULL},
    {"service", FIELD_KEY, 0, 0, NULL},
    {"subject", FIELD_TEXT, 0, 400, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"opened_at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"opened_by", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"checklist", FIELD_MAP, 0, 0, NULL},
    {"ticks", FIELD_MAP, 0, 0, NULL},
    {"missing", FIELD_TEXT, 0, 1000, NULL},
    {"status_code", FIELD_OBJECT, 0, 1024, NULL},
    {"questionnaire", FIELD_OBJECT, 0, 1024, NULL},
    {"status", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, case_status_words},
    {"assignee", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {0},
};

static const struct field contact_fields[] = {
    {"channel", FIELD_WORD, REQUIRED_FIXED, 0, channel_words},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"agent", FIELD_ID, FIELD_REQUIRED, 0, NULL},
    {"started_at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"client", FIELD_ID, 0, 0, NULL},
    {"case", FIELD_ID, 0, 0, NULL},
    {"language", FIELD_TEXT, 0, 35, NULL},
    {"identity", FIELD_WORD, 0, 0, identity_words},
    {"need", FIELD_TEXT, 0, 4000, NULL},
    {"service", FIELD_KEY, 0, 0, NULL},
    {"ticket", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"ended_at", FIELD_TIME, 0, 0, NULL},
    {"outcome", FIELD_WORD, 0, 0, outcome_words},
    {"mood", FIELD_MAP, 0, 0, NULL},
    {"wrap_up_until", FIELD_TIME, 0, 0, NULL},
    {0},
};

static const struct field note_fields[] = {
    {"case", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"contact", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"client", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"handoff", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"corrects", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"channel", FIELD_WORD, REQUIRED_FIXED, 0, channel_words},
    {"direction", FIELD_WORD, FIELD_FIXED, 0, direction_words},
    {"kind", FIELD_WORD, REQUIRED_FIXED, 0, note_kind_words},
    {"visibility", FIELD_WORD, FIELD_FIXED, 0, visibility_words},
    {"due_at", FIELD_TIME, FIELD_FIXED, 0, NULL},
    {"text", FIELD_TEXT, REQUIRED_FIXED, NOTE_TEXT_LIMIT, NULL},
    {"author", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {0},
};

static const struct field submission_fields[] = {
    {"form", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"form_version", FIELD_INTEGER, FIELD_REQUIRED, 0, NULL},
    {"case", FIELD_ID, 0, 0, NULL},
    {"contact", FIELD_ID, 0, 0, NULL},
    {"client", FIELD_ID, 0, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"started_by", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"started_at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"field", FIELD_TEXT, 0, 400, NULL},
    {"consents", FIELD_OBJECT, 0, 16 * 1024, NULL},
    {"continue", FIELD_OBJECT, 0, 1024, NULL},
    {"given_back_at", FIELD_TIME, 0, 0, NULL},
    {"answers", FIELD_MAP, 0, 0, NULL},
    {"steps", FIELD_MAP, 0, 0, NULL},
    {"set_aside", FIELD_MAP, 0, 0, NULL},
    {"known", FIELD_MAP, 0, 0, NULL},
    {"status", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, submission_status_words},
    {"submitted_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"submitted_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"decision", FIELD_TEXT, FIELD_CLAIMED, 4000, NULL},
    {0},
};

static const struct field handoff_fields[] = {
    {"from", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"kind", FIELD_WORD, FIELD_FIXED, 0, handoff_kind_words},
    {"to_agent", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"to_office", FIELD_KEY, FIELD_FIXED, 0, NULL},
    {"to_queue", FIELD_KEY, FIELD_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"case", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"contact", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"client", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"submission", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"channel", FIELD_WORD, FIELD_FIXED, 0, channel_words},
    {"service", FIELD_KEY, FIELD_FIXED, 0, NULL},
    {"language", FIELD_TEXT, FIELD_FIXED, 35, NULL},
    {"skills", FIELD_SKILLS, FIELD_FIXED, 0, NULL},
    {"level", FIELD_INTEGER, FIELD_FIXED, QUEUE_LEVEL_MOST, NULL},
    {"priority", FIELD_INTEGER, FIELD_FIXED, QUEUE_PRIORITY_MOST, NULL},
    {"promise_at", FIELD_TIME, FIELD_FIXED, 0, NULL},
    {"summary", FIELD_TEXT, REQUIRED_FIXED, 400, NULL},
    {"context", FIELD_TEXT, FIELD_FIXED, 16 * 1024, NULL},
    {"facts", FIELD_LIST, FIELD_FIXED, 32 * 1024, NULL},
    {"place", FIELD_WORD, FIELD_FIXED, 0, handoff_place_words},
    {"offered_at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"expires_at", FIELD_TIME, FIELD_FIXED, 0, NULL},
    {"call_from", FIELD_TIME, FIELD_FIXED, 0, NULL},
    {"call_to", FIELD_TIME, FIELD_FIXED, 0, NULL},
    {"follows", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"also_queue", FIELD_KEY, FIELD_SERVER, 0, NULL},
    {"call_back_at", FIELD_TIME, FIELD_SERVER, 0, NULL},
    {"waiting_since", FIELD_TIME, FIELD_SERVER, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, handoff_state_words},
    {"taken_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"reassigned_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"next_agent", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"next_queue", FIELD_KEY, FIELD_CLAIMED, 0, NULL},
    {"decided_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"reason", FIELD_TEXT, FIELD_CLAIMED, 4000, NULL},
    {0},
};

/* One agency's part of a filing; all of it is the server's (delivery.h). */
static const struct field delivery_fields[] = {
    {"submission", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"case", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"agency", FIELD_TEXT, REQUIRED_FIXED, DELIVERY_AGENCY_LIMIT, NULL},
    {"number", FIELD_INTEGER, REQUIRED_FIXED, 0, NULL},
    {"title", FIELD_OBJECT, FIELD_FIXED, 16 * 1024, NULL},
    {"answers", FIELD_LIST, REQUIRED_FIXED, RECORD_BODY_LIMIT, NULL},
    {"form", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"form_version", FIELD_INTEGER, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"created_at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, delivery_state_words},
    {"cause", FIELD_TEXT, FIELD_CLAIMED, 40, NULL},
    {"reason", FIELD_TEXT, FIELD_CLAIMED, DELIVERY_REASON_LIMIT, NULL},
    {"receipt", FIELD_TEXT, FIELD_CLAIMED, DELIVERY_RECEIPT_LIMIT, NULL},
    {"location", FIELD_TEXT, FIELD_CLAIMED, DELIVERY_LOCATION_LIMIT, NULL},
    {"attempts", FIELD_INTEGER, FIELD_CLAIMED, 0, NULL},
    {"tried_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"next_attempt_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"give_up_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"sent_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"decided_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {0},
};

/* What an office chose after which words, counted by one device (choice.h). */
static const struct field choice_fields[] = {
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"counts", FIELD_MAP, 0, 0, NULL},
    {0},
};

static const struct field flag_fields[] = {
    {"subject_type", FIELD_WORD, REQUIRED_FIXED, 0, flag_subject_words},
    {"subject", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"kind", FIELD_WORD, REQUIRED_FIXED, 0, flag_kind_words},
    {"text", FIELD_TEXT, FIELD_FIXED, FLAG_TEXT_LIMIT, NULL},
    {"agent", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"to_queue", FIELD_KEY, FIELD_FIXED, 0, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, flag_state_words},
    {"answer", FIELD_TEXT, FIELD_CLAIMED, FLAG_ANSWER_LIMIT, NULL},
    {"settled_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"settled_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {0},
};

/* A threshold of a queue that was crossed (queue_measure.h). */
static const struct field alert_fields[] = {
    {"queue", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"threshold", FIELD_TEXT, FIELD_FIXED, QUEUE_THRESHOLD_NAME_SIZE - 1, NULL},
    {"crossing", FIELD_INTEGER, FIELD_FIXED, 0, NULL},
    {"measure", FIELD_WORD, REQUIRED_FIXED, 0, queue_measure_words},
    {"limit", FIELD_INTEGER, REQUIRED_FIXED, 0, NULL},
    {"minutes", FIELD_INTEGER, FIELD_FIXED, 0, NULL},
    {"window", FIELD_INTEGER, FIELD_FIXED, 0, NULL},
    {"action", FIELD_WORD, REQUIRED_FIXED, 0, queue_action_words},
    {"value", FIELD_INTEGER, REQUIRED_FIXED, 0, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, alert_state_words},
    {"over_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"seen_by", FIELD_ID, 0, 0, NULL},
    {"seen_at", FIELD_TIME, 0, 0, NULL},
    {0},
};

/* Nothing in a ticket says whose it is: it is what the public screen is made from. A contact names
 * its ticket, never the other way round. */
static const struct field ticket_fields[] = {
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"day", FIELD_TEXT, REQUIRED_FIXED, 10, NULL},
    {"number", FIELD_TEXT, REQUIRED_FIXED, TICKET_NUMBER_SIZE - 1, NULL},
    {"service", FIELD_KEY, FIELD_FIXED, 0, NULL},
    {"language", FIELD_TEXT, FIELD_FIXED, 35, NULL},
    {"need", FIELD_WORD, FIELD_FIXED, 0, ticket_need_words},
    {"appointment_at", FIELD_TIME, FIELD_FIXED, 0, NULL},
    {"arrived_at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"issued_by", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, ticket_state_words},
    {"queue", FIELD_KEY, FIELD_REQUIRED | FIELD_CLAIMED, 0, NULL},
    {"priority", FIELD_INTEGER, FIELD_CLAIMED, 0, NULL},
    {"counter", FIELD_TEXT, FIELD_CLAIMED, TICKET_COUNTER_LIMIT, NULL},
    {"called_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"called_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"calls", FIELD_INTEGER, FIELD_CLAIMED, 0, NULL},
    {"misses", FIELD_INTEGER, FIELD_CLAIMED, 0, NULL},
    {"return_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"gone_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"served_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"ended_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {0},
};

/* A run of numbers that one device may give (ticket_roll.h). */
static const struct field roll_fields[] = {
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"day", FIELD_TEXT, REQUIRED_FIXED, 10, NULL},
    {"number", FIELD_INTEGER, REQUIRED_FIXED, 0, NULL},
    {0},
};

/* What a client wrote to us, or we to them, in a channel of writing. */
static const struct field message_fields[] = {
    {"channel", FIELD_WORD, REQUIRED_FIXED, 0, channel_words},
    {"direction", FIELD_WORD, REQUIRED_FIXED, 0, direction_words},
    {"case", FIELD_ID, 0, 0, NULL},
    {"client", FIELD_ID, 0, 0, NULL},
    {"contact", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"template", FIELD_KEY, FIELD_FIXED, 0, NULL},
    {"subject", FIELD_TEXT, FIELD_FIXED, 400, NULL},
    {"text", FIELD_TEXT, FIELD_FIXED, MESSAGE_TEXT_LIMIT, NULL},
    {"language", FIELD_TEXT, FIELD_FIXED, 35, NULL},
    {"from", FIELD_TEXT, FIELD_FIXED, 320, NULL},
    {"to", FIELD_TEXT, FIELD_FIXED, 320, NULL},
    {"source", FIELD_TEXT, FIELD_FIXED, 64, NULL},
    {"message_id", FIELD_TEXT, FIELD_CLAIMED, 400, NULL},
    {"in_reply_to", FIELD_TEXT, FIELD_FIXED, 400, NULL},
    {"attachments", FIELD_LIST, FIELD_FIXED, 32 * 1024, NULL},
    {"remarks", FIELD_LIST, FIELD_FIXED, 8 * 1024, NULL},
    {"author", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"send_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, message_state_words},
    {"read_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"read_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"reason", FIELD_TEXT, FIELD_CLAIMED, 400, NULL},
    {"attempts", FIELD_INTEGER, FIELD_CLAIMED, 0, NULL},
    {"tried_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"next_attempt_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"sent_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"first_try_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"delivered_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"receipt", FIELD_TEXT, FIELD_CLAIMED, 200, NULL},
    {0},
};

/* Something to be done by a day: a commitment to a client, a refund. */
static const struct field task_fields[] = {
    {"kind", FIELD_WORD, REQUIRED_FIXED, 0, task_kind_words},
    {"text", FIELD_TEXT, FIELD_FIXED, 4000, NULL},
    {"case", FIELD_ID, 0, 0, NULL},
    {"client", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"note", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"promise", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"to_queue", FIELD_KEY, FIELD_FIXED, 0, NULL},
    {"author", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"due_at", FIELD_TIME, 0, 0, NULL},
    {"moves", FIELD_MAP, 0, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, task_state_words},
    {"assignee", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"ended_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"ended_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"reason", FIELD_TEXT, FIELD_CLAIMED, 4000, NULL},
    {0},
};

/* By when a case was promised an end, and what became of that. */
static const struct field promise_fields[] = {
    {"case", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"service", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"channel", FIELD_WORD, REQUIRED_FIXED, 0, channel_words},
    {"kind", FIELD_WORD, REQUIRED_FIXED, 0, promise_kind_words},
    {"amount", FIELD_INTEGER, REQUIRED_FIXED, 0, NULL},
    {"unit", FIELD_TEXT, REQUIRED_FIXED, 24, NULL},
    {"refund", FIELD_BOOLEAN, FIELD_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"started_at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"due_at", FIELD_TIME, FIELD_REQUIRED | FIELD_CLAIMED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, promise_state_words},
    {"events", FIELD_LIST, FIELD_CLAIMED, 16 * 1024, NULL},
    {"paused_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"ended_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {0},
};

/* Who may act for a client, by which proof and until when. */
static const struct field delegation_fields[] = {
    {"client", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"delegate", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"role", FIELD_TEXT, FIELD_FIXED, 200, NULL},
    {"proof", FIELD_TEXT, REQUIRED_FIXED, 400, NULL},
    {"until", FIELD_TEXT, FIELD_FIXED, 10, NULL},
    {"level", FIELD_WORD, FIELD_FIXED, 0, identity_words},
    {"author", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, delegation_state_words},
    {"ended_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"ended_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {0},
};

/* That a closed file was opened in an emergency, and what was said of that; the server makes it. */
static const struct field emergency_fields[] = {
    {"client", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"case", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"agent", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"words", FIELD_TEXT, REQUIRED_FIXED, PURPOSE_TEXT_LIMIT, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"until", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, emergency_state_words},
    {"reviewed_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"reviewed_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {"review", FIELD_TEXT, FIELD_CLAIMED, 4000, NULL},
    {0},
};

/* What a client agreed to, for whom, until when, and how they said so. */
static const struct field consent_fields[] = {
    {"client", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"what", FIELD_TEXT, REQUIRED_FIXED, 400, NULL},
    {"whom", FIELD_TEXT, REQUIRED_FIXED, 200, NULL},
    {"agency", FIELD_TEXT, FIELD_FIXED, DELIVERY_AGENCY_LIMIT, NULL},
    {"until", FIELD_TEXT, FIELD_FIXED, 10, NULL},
    {"how", FIELD_WORD, REQUIRED_FIXED, 0, consent_how_words},
    {"submission", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"author", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"state", FIELD_WORD, FIELD_REQUIRED | FIELD_CLAIMED, 0, consent_state_words},
    {"ended_by", FIELD_ID, FIELD_CLAIMED, 0, NULL},
    {"ended_at", FIELD_TIME, FIELD_CLAIMED, 0, NULL},
    {0},
};

/* A list of cases as an agent has set it up. */
static const struct field view_fields[] = {
    {"name", FIELD_TEXT, FIELD_REQUIRED, 80, NULL},
    {"owner", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"shared", FIELD_BOOLEAN, FIELD_FIXED, 0, NULL},
    {"query", FIELD_OBJECT, FIELD_REQUIRED, 4 * 1024, NULL},
    {"place", FIELD_INTEGER, 0, 0, NULL},
    {"hidden", FIELD_BOOLEAN, 0, 0, NULL},
    {0},
};

/* A file that was opened, and why (look.h). */
static const struct field access_fields[] = {
    {"client", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"case", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"contact", FIELD_ID, FIELD_FIXED, 0, NULL},
    {"agent", FIELD_ID, REQUIRED_FIXED, 0, NULL},
    {"office", FIELD_KEY, REQUIRED_FIXED, 0, NULL},
    {"at", FIELD_TIME, REQUIRED_FIXED, 0, NULL},
    {"purpose", FIELD_WORD, FIELD_FIXED, 0, purpose_words},
    {"words", FIELD_TEXT, FIELD_FIXED, PURPOSE_TEXT_LIMIT, NULL},
    {"keep", FIELD_WORD, FIELD_FIXED, 0, look_keep_words},
    {0},
};

static const struct record_rules rules[] = {
    {RECORD_CLIENT, APPEND | FIELDS | CLAIM, client_fields},
    {RECORD_CASE, APPEND | FIELDS | CLAIM, case_fields},
    {RECORD_CONTACT, APPEND | FIELDS, contact_fields},
    {RECORD_NOTE, APPEND, note_fields},
    {RECORD_SUBMISSION, APPEND | FIELDS | CLAIM, submission_fields},
    {RECORD_HANDOFF, APPEND | FIELDS | CLAIM, handoff_fields},
    {RECORD_DELIVERY, APPEND | CLAIM, delivery_fields},
    {RECORD_CHOICE, APPEND | FIELDS, choice_fields},
    {RECORD_FLAG, APPEND | CLAIM, flag_fields},
    {RECORD_ALERT, APPEND | FIELDS | CLAIM, alert_fields},
    {RECORD_TICKET, APPEND | CLAIM, ticket_fields},
    {RECORD_ROLL, APPEND, roll_fields},
    {RECORD_MESSAGE, APPEND | FIELDS | CLAIM, message_fields},
    {RECORD_TASK, APPEND | FIELDS | CLAIM, task_fields},
    {RECORD_PROMISE, APPEND | CLAIM, promise_fields},
    {RECORD_DELEGATION, APPEND | CLAIM, delegation_fields},
    {RECORD_CONSENT, APPEND | CLAIM, consent_fields},
    {RECORD_VIEW, APPEND | FIELDS, view_fields},
    {RECORD_ACCESS, APPEND, access_fields},
    {RECORD_EMERGENCY, APPEND | CLAIM, emergency_fields},
};

const struct record_rules *record_rules(enum record_type type)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (rules[i].type == type)
            return &rules[i];
    return NULL;
}

const struct field *record_field(enum record_type type, const char *name)
{
    const struct record_rules *found = record_rules(type);

    if (found == NULL)
        return NULL;
    for (const struct field *field = found->fields; field->name != NULL; field++)
        if (field->name[0] == name[0] && strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

const char *channel_word(const char *word)
{
    for (const char *const *each = channel_words; *each != NULL; each++)
        if (strcmp(*each, word) == 0)
            return *each;
    return NULL;
}

bool word_is_among(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}
