/* Schemas of sign-in, sessions and terminals. */
#include "net/server_internal.h"

#define REF(name) "{\"$ref\": \"#/components/schemas/" name "\"}"

const struct openapi_schema openapi_trust[] = {
    {"TerminalProof",
     "{\"type\": \"object\", \"description\": \"A terminal shows that it holds its key: Ed25519 "
     "over `guichet-1`, the purpose, the time in milliseconds and the nonce, a line each, and the "
     "subject (net/device_proof.h)\", \"required\": [\"key\", \"time\", \"nonce\", "
     "\"signature\"], \"properties\": {\"key\": {\"type\": \"string\", \"description\": "
     "\"base64url\"}, \"time\": " REF("Time") ", \"nonce\": {\"type\": \"string\"}, "
                                              "\"signature\": {\"type\": \"string\"}}}"},
    {"Login",
     "{\"type\": \"object\", \"required\": [\"login\", \"password\"], \"properties\": {\"login\": "
     "{\"type\": \"string\"}, \"password\": {\"type\": \"string\"}, \"code\": {\"type\": "
     "\"string\", \"description\": \"One-time or recovery code\"}, \"device\": " REF(
         "Id") ", \"terminal\": {\"description\": \"Without it, one long token, where the "
               "organisation lets "
               "terminals without a key in\", \"$ref\": \"#/components/schemas/TerminalProof\"}}}"},
    {"Session",
     "{\"type\": \"object\", \"required\": [\"token\", \"expires_at\", \"agent\", "
     "\"feed\", "
     "\"time\"], \"properties\": {\"token\": {\"type\": \"string\"}, "
     "\"expires_at\": " REF(
         "Time") ", \"refresh_token\": {\"type\": \"string\", \"description\": \"Taken "
                 "once by POST "
                 "/v1/token, with the key that signed in\"}, "
                 "\"escrow_key\": {\"type\": \"string\", \"description\": \"For whom "
                 "the terminal deposits the key of what it keeps; empty for nobody\"}, "
                 "\"recovery_codes\": {\"type\": \"string\", \"description\": \"Told "
                 "once, when one-time codes were set up\"}, "
                 "\"packs\": {\"type\": \"string\", \"description\": \"A Content-Encoding "
                 "that POST /v1/operations takes besides those of HTTP; what came so is "
                 "answered by the list of outcomes alone when there is no more to tell\"}, "
                 "\"media_types\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}, "
                 "\"description\": \"In which POST /v1/operations may be written and "
                 "GET /v1/changes asked for\"}, "
                 "\"refresh_expires_at\": " REF("Time") ", \"agent\": " REF(
                     "Record") ", \"feed\": " REF("Id") ", \"head\": {\"type\": \"integer\", "
                                                        "\"description\": \"The number of "
                                                        "the latest change when it was given\"}, "
                                                        "\"time\": " REF("Time") "}}"},
    {"PasswordChange",
     "{\"type\": \"object\", \"required\": [\"login\", \"password\", \"new_password\"], "
     "\"properties\": {\"login\": {\"type\": \"string\"}, \"password\": {\"type\": \"string\"}, "
     "\"new_password\": {\"type\": \"string\"}, \"code\": {\"type\": \"string\"}, "
     "\"terminal\": " REF("TerminalProof") "}}"},
    {"RelaySignIn",
     "{\"type\": \"object\", \"required\": [\"login\", \"password\"], \"properties\": {\"login\": "
     "{\"type\": \"string\"}, \"password\": {\"type\": \"string\"}, \"new_password\": {\"type\": "
     "\"string\", \"description\": \"With it the password is changed\"}, \"code\": {\"type\": "
     "\"string\"}}}"},
    {"RelayVouched", "{\"type\": \"object\", \"required\": [\"recovery_codes\"], \"properties\": "
                     "{\"recovery_codes\": {\"type\": \"string\", \"description\": \"Told once, "
                     "when one-time codes "
                     "were set up\"}}}"},
    {"TokenRequest",
     "{\"type\": \"object\", \"required\": [\"refresh_token\", \"terminal\"], \"properties\": "
     "{\"refresh_token\": {\"type\": \"string\"}, \"device\": " REF("Id") ", \"terminal\": " REF(
         "TerminalProof") "}}"},
    {"Enrolment",
     "{\"type\": \"object\", \"required\": [\"code\", \"terminal\"], \"properties\": {\"code\": "
     "{\"type\": \"string\"}, \"terminal\": " REF("TerminalProof") "}}"},
    {"Enrolled",
     "{\"type\": \"object\", \"required\": [\"name\", \"time\"], \"properties\": {\"name\": "
     "{\"type\": \"string\", \"description\": \"What the administrator calls the terminal\"}, "
     "\"time\": " REF("Time") "}}"},
    {"ProviderSignInRequest", "{\"type\": \"object\", \"properties\": {\"device\": " REF(
                                  "Id") ", \"protocol\": {\"type\": \"string\"}}}"},
    {"ProviderSignIn",
     "{\"type\": \"object\", \"required\": [\"handle\", \"user_code\", \"url\", \"expires_at\", "
     "\"interval_ms\"], \"properties\": {\"handle\": {\"type\": \"string\", \"description\": "
     "\"Secret: whoever has it asks what became of the sign-in\"}, \"user_code\": {\"type\": "
     "\"string\"}, \"url\": {\"type\": \"string\", \"format\": \"uri\"}, \"url_complete\": "
     "{\"type\": \"string\", \"format\": \"uri\"}, \"expires_at\": " REF(
         "Time") ", \"interval_ms\": {\"type\": \"integer\"}}}"},
    {"ProviderSessionRequest",
     "{\"type\": \"object\", \"required\": [\"handle\"], \"properties\": {\"handle\": {\"type\": "
     "\"string\"}, \"device\": " REF(
         "Id") ", \"mark\": {\"type\": \"string\"}, \"next_mark\": {\"type\": \"string\"}, "
               "\"protocol\": {\"type\": \"string\"}, \"terminal\": " REF("TerminalProof") "}}"},
    {NULL, NULL},
};
