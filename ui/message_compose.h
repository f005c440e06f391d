/*
 * What a message to a client is made of on its screen: the case and whose it is, the office's
 * templates, and the text that a template becomes in the client's language.
 */
#ifndef GUICHET_UI_MESSAGE_COMPOSE_H
#define GUICHET_UI_MESSAGE_COMPOSE_H

#include "app/message.h"
#include "ui/desk.h"

struct compose {
    struct record *matter;     /* owned */
    struct record *client;     /* owned; NULL when there is none here */
    struct record *service;    /* owned; NULL */
    struct record *office;     /* owned; NULL */
    struct record *answered;   /* owned: the message that this one answers; NULL */
    struct record **templates; /* owned: those of the catalogue, in the order of their uses */
    size_t count;
    const struct record *template;  /* borrowed from these; NULL: free text */
    struct message_reading reading; /* of the template */
    json_t *granted;                /* owned: codes in the text, as the case will hold them; NULL */
    char status_code[CONTINUE_SHOWN_SIZE];
    char questionnaire[CONTINUE_LENGTH + 1];
};

/* Reads all but the template; `reply` is the id of the answered message, "" for none.
 * ERROR_NOT_FOUND without a case. */
int compose_open(struct compose *compose, struct desk *desk, const char *matter, const char *reply,
                 struct error *error);
void compose_close(struct compose *compose);

/* The language to write in: the client's, "" when it is not known. Borrowed. */
const char *compose_language(const struct compose *compose);

/* Takes the template of this key (NULL or "": free text), and makes the codes that it names. */
int compose_choose(struct compose *compose, struct desk *desk, const char *key,
                   struct error *error);

/* Whether the template asks for this. */
bool compose_asks(const struct compose *compose, enum message_value value);

/* What was typed for the text. */
struct compose_words {
    const char *date, *missing;
    const char *place; /* NULL: the office and its address */
};

/* Subject and text as they read with what was typed. Owned (free()); NULL out of memory. */
char *compose_subject(const struct compose *compose, struct desk *desk,
                      const struct compose_words *words);
char *compose_text(const struct compose *compose, struct desk *desk, const char *channel,
                   const struct compose_words *words);
/* Where a client is expected when nothing else is said: the office with its address. Owned. */
char *compose_place(const struct compose *compose);

/* A day as typed, with its hour if it has one, in the words of the text's language; what is no day
 * stays as it was typed. */
#define COMPOSE_DATE_SIZE 160
void compose_speak_date(const struct compose *compose, struct desk *desk, const char *typed,
                        char date[COMPOSE_DATE_SIZE]);

/* Adds the message, and what changes in the case with it: codes, what is missing. */
int compose_write(const struct compose *compose, struct batch *batch, const struct author *author,
                  const struct message_draft *draft, const char *missing, struct id *id,
                  struct error *error);

#endif
