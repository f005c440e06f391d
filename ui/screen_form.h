/*
 * Inside the form screen: what its parts share. screen_form.c opens it and deals with keys;
 * screen_form_field.c draws and edits the field in focus, screen_form_place.c places all of them,
 * screen_form_draw.c draws the whole form,
 * screen_form_review.c the page before submission, screen_form_pick.c the list of forms, and
 * screen_form_record.c keeps the draft.
 */
#ifndef GUICHET_UI_SCREEN_FORM_H
#define GUICHET_UI_SCREEN_FORM_H

#include "app/delivery.h"
#include "forms/fill.h"
#include "ui/editor.h"
#include "ui/list.h"
#include "ui/page.h"
#include "ui/paper_task.h"
#include "ui/screen.h"
#include "ui/work.h"

enum form_mode {
    FORM_PICKING, /* which form? */
    FORM_FILLING,
    FORM_REVIEWING, /* before submission */
    FORM_READING,   /* submitted: nothing more can be changed */
};

/* How far the draft is kept. */
enum form_kept {
    FORM_KEPT_NOTHING, /* nothing was answered yet */
    FORM_KEPT,         /* all of it is on disk */
    FORM_KEPT_TYPING,  /* all but what is being typed, which this terminal keeps */
    FORM_KEPT_NOT,     /* the last attempt failed */
};

/* The form's version beside the submission's. */
enum form_standing {
    FORM_VERSION_PRESENT, /* the one in use, perhaps after a migration */
    FORM_VERSION_OLD,     /* the submission's own, which is not in use any more */
    FORM_VERSION_LOST,    /* the one in use, for the submission's own is not here */
};

enum review_kind {
    REVIEW_FAULT,
    REVIEW_STRAY,
    REVIEW_HEADING, /* of a group, a list or an item, above its answers */
    REVIEW_ANSWER,
    REVIEW_APART,
    REVIEW_RECIPIENT,
    REVIEW_SUBMIT,
};

struct review_row {
    enum review_kind kind;
    size_t index; /* line, stray fault, answer apart or recipient */
};

struct form_pick {
    char key[200];
    char code[40];
    json_t *title; /* owned; localised */
    bool stale;
};

/* What the places of lines depend on. */
struct form_place_state {
    size_t generation;
    size_t record; /* grows with each reading of the submission */
    size_t page;
    size_t focus;
    int columns;
    enum form_language language;
};

/* Choices in sight below a field at most. */
#define FORM_POPUP_ROWS 6
#define FORM_MATCHES    200

struct form_screen {
    enum form_mode mode;
    struct record *definition; /* the form's record; owned, NULL while picking */
    struct record *submission; /* owned; NULL until the first answer is kept */
    struct form *form;
    struct fill *fill;
    enum form_standing standing;
    struct record *flag;     /* owned; an error reported in this form, not settled, or NULL */
    int64_t present_version; /* the form's in the catalogue; 0: not looked at yet */
    int64_t migrated_from;   /* the version the draft had, until that is kept; 0: none */
    json_t *set_aside;       /* by the migration, until that is kept; owned */

    /* the field in focus */
    struct editor *editor; /* of what is typed, NULL for fields without text */
    char *edited;          /* pointer of the field the editor stands for; owned */
    char prefix[64];       /* letters typed into choices that are all in sight */
    bool popup;            /* the list of choices is open */
    bool suggested;        /* one of the suggestions was taken with an arrow */
    struct list choices;   /* over `matches` */
    size_t matches[FORM_MATCHES];

    json_t *unsaved; /* answers told by the filling and not yet kept: name -> value or null */
    bool consents_changed;
    bool failed;                    /* the last attempt to keep them */
    size_t readings;                /* of the submission, so far */
    bool stayed;                    /* the focus was held once on a fault of what was typed */
    int top;                        /* first row of the page in sight */
    struct form_placed *page_lines; /* by form_place */
    size_t page_line_count;
    int page_rows;
    struct form_place_state placed; /* what it was computed for */

    struct list rows; /* review */
    struct review_row *review;
    size_t review_count;
    bool first_review;
    json_t *apart; /* answers without a field, as fill_apart; owned */

    struct page page; /* reading */
    struct delivery_list deliveries;
    bool deliveries_read;     /* as they stand in the store */
    bool deliveries_expected; /* the server does not have the submission yet */
    char *text;               /* the filled form as text; owned */

    struct paper_task paper; /* a PDF or print being made; keys wait for it */

    struct list picks;
    char filter[64]; /* typed to find a form, folded */
    size_t *picked;  /* forms that fit it; owned */
    struct form_pick *forms;
    size_t form_count;
};

/* --- screen_form.c --- */

/* To the code with which the client goes on elsewhere; begins the draft, if it is not begun. */
void form_continue(struct screen *screen);

/* --- screen_form_record.c --- */

/* Begins from the key of a form, or from the id of a submission; "" for none of them. */
int form_load(struct screen *screen, const char *key, const char *submission, struct error *error);
void form_unload(struct form_screen *form);
/* Begins the draft, if it is not begun. Failing is told. */
bool form_begin(struct screen *screen);
/* Keeps what has changed. `field`: also where the agent stands. Failing is told. */
bool form_keep(struct screen *screen, bool field);
enum form_kept form_kept(const struct form_screen *form);
/* Takes in what another terminal changed. */
void form_reread(struct screen *screen);
/* What the screen's kind is asked (screen.h). */
struct screen_about form_about(const struct screen *screen);
char *form_forget(struct screen *screen);
/* Submits; false when it did not work (told). */
bool form_submit(struct screen *screen);
/* Shows the filling what was put aside. */
void form_show_aside(struct form_screen *form);

/* --- screen_form_version.c --- */

/* Chooses and compiles the definition: the present one for a new filling. `*answers` (new
 * reference, NULL for none) are the submission's, migrated where the form says how. */
int form_version_load(struct screen *screen, const char *key, json_t **answers,
                      struct error *error);
/* Tells at opening when the version is not the submission's. */
void form_version_tell(struct screen *screen);
/* Tells when the catalogue got another version meanwhile: what is open stays as it is. */
void form_version_follow(struct screen *screen);

/* --- screen_form_trust.c --- */

/* The form's key in the catalogue, whatever version is open. */
const char *form_trust_key(const struct form_screen *form);
/* Looks again whether an error is reported in it. */
void form_trust_read(struct screen *screen);
/* What whoever fills it should know of the form itself: an error is reported in it, or nobody has
 * confirmed it for long; "" for nothing. */
#define FORM_TRUST_SIZE (4 * WORK_NAME_SIZE)
void form_trust_text(struct screen *screen, char *text, size_t size);
/* Tells that at opening. */
void form_trust_tell(struct screen *screen);

/* --- screen_form_paper.c --- */

/* Writes the filled form to a new file that only this user can read. */
void form_write_text(struct screen *screen, const char *path);
void form_write_pdf(struct screen *screen, const char *path);
void form_print(struct screen *screen);
/* While a child runs, keys wait; looked at ten times a second. */
bool form_paper_busy(const struct screen *screen);
void form_paper_tick(struct screen *screen);
void form_paper_cancel(struct screen *screen);

/* --- screen_form_field.c --- */

/* Brings the editor in line with the field in focus. */
void form_follow_focus(struct form_screen *form);
/* The choices stand in the row itself, all in sight: whatever the width of the screen, so that keys
 * typed before it is drawn mean the same. */
#define FORM_SIGHT_COLUMNS 35
bool form_choices_in_sight(const struct fill *fill, size_t line);
/* Columns that these choices take; 0 for other fields. */
int form_sight_columns(const struct fill *fill, size_t line);
bool form_field_key(struct screen *screen, const struct input *input);
/* Adds a typed character to `text` of `size` bytes, as UTF-8, where it fits (Latin letters). */
void form_type_character(char *text, size_t size, uint32_t code);
/* Takes what was typed; false when the focus is held because of a fault in it. The caller moves,
 * then keeps: so the draft says where the agent now stands. */
bool form_leave_field(struct screen *screen);
/* Rows of the field's own box, and drawing of it in `box`. */
int form_field_rows(const struct form_screen *form, size_t line, int width);
void form_field_draw(struct form_screen *form, size_t line, const struct paint *box);
void form_popup_draw(struct form_screen *form, const struct paint *paint, int row, int column,
                     int width);

/* --- screen_form_source.c --- */

/* The channel by which the answer at this place came, a word of channel_words; "" when it is not
 * known, or the answer is not kept yet. */
const char *form_source_channel(const struct form_screen *form, const char *pointer);
/* "Answered by Ann Roy · phone · 14:05", "" when nothing is known. */
void form_source_words(struct screen *screen, const char *pointer, char *text, size_t size);
/* "counter 5 · online 2": how many answers came by which channel. */
void form_source_totals(const struct form_screen *form, char *text, size_t size);
/* Adds to the page, under a heading, who gave each answer. */
void form_source_page(struct screen *screen, struct page *page);
/* The stamp of a change (merge.h) is the client's own, on the web. */
bool form_source_is_client(const json_t *stamp);

/* --- screen_form_draw.c --- */

void form_draw(struct screen *screen, const struct paint *paint);
/* "7 of 12" and whether the draft is kept, at the end of the first row: nothing else stands in
 * its last FORM_PROGRESS_COLUMNS. */
#define FORM_PROGRESS_COLUMNS 30
void form_draw_progress(const struct form_screen *form, const struct paint *paint);

/* --- screen_form_place.c --- */

/* One line of the form, laid on rows of the page. */
struct form_placed {
    size_t line;
    int row;  /* on the page */
    int rows; /* of the line, those of its note below included */
    int left; /* where its column begins, and how wide that is */
    int width;
    int box;       /* columns of a field's box; 0: no field */
    int note_rows; /* of the note below; 0: it stands beside, or there is none */
};

/* Places the visible lines of the present page, in their order, in form->page_lines; lines that
 * look as they did keep their place: a key costs the same on a page of 50 and of 500 lines. False
 * when out of memory. */
bool form_place(struct form_screen *form, const struct paint *paint);
void form_place_free(struct form_screen *form);
/* The index in form->page_lines of the line in focus; page_line_count when it is not there. */
size_t form_place_focus(const struct form_screen *form);
/* Columns of labels at this width of the screen, or of a column on it. */
int form_label_width(int columns);
int form_indent(const struct fill_line *line);
/* What is to be said of a line: a fault, what the typing is understood as, where the answer came
 * from. Owned; NULL: nothing. */
char *form_note(const struct form_screen *form, size_t line, enum paint_style *style);
/* Column of a note below its field. */
int form_note_left(const struct form_placed *placed, int indent);

/* --- screen_form_review.c --- */

/* A questionnaire of a life event is not filed: complete, it opens the client's list instead. */
void form_review_open(struct screen *screen);
/* The answers have changed elsewhere: the rows are made anew, when they are shown. */
void form_review_follow(struct form_screen *form);
bool form_is_questionnaire(const struct form_screen *form);
void form_review_draw(struct screen *screen, const struct paint *paint);
bool form_review_key(struct screen *screen, const struct input *input);
void form_reading_open(struct form_screen *form);
void form_reading_draw(struct screen *screen, const struct paint *paint);
bool form_reading_key(struct screen *screen, const struct input *input);

/* --- screen_form_pick.c --- */

int form_pick_open(struct screen *screen, struct error *error);
void form_pick_close(struct form_screen *form);
/* The catalogue may have changed: the mark stays with its form. */
void form_pick_reread(struct screen *screen);
void form_pick_draw(struct screen *screen, const struct paint *paint);
bool form_pick_key(struct screen *screen, const struct input *input);
/* The key of the form whose key, code or title is (begins like) what was said; "" when none. */
void form_pick_find(struct screen *screen, const char *said, char *key, size_t size);

#endif
