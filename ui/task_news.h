/* Tasks that are this agent's and due: told on the message line on their day, counted on the bottom
 * line; and what the screens of tasks share. */
#ifndef GUICHET_UI_TASK_NEWS_H
#define GUICHET_UI_TASK_NEWS_H

#include "app/task.h"
#include "ui/desk.h"

/* The open task of this agent that is due first; one on no day last. New, NULL for none. */
struct record *task_next(struct desk *desk);

/* By the clocks of the agent's office. */
enum task_when task_when_here(struct desk *desk, const struct record *task);
/* Its day, spoken. */
void task_day_words(struct desk *desk, int64_t ms, char *text, size_t size);
/* What is to be done, in the reader's language: of a commitment its note, of a refund for what. */
void task_text_here(struct desk *desk, const struct record *task, char *text, size_t size);

/* Counts what is due into the desk's line, and tells of it once a day unless something stands
 * there. */
void task_news_observe(struct desk *desk);
/* The agent has seen it. */
void task_news_seen(struct desk *desk);
/* Whether a day has begun since it was counted. */
bool task_news_is_stale(struct desk *desk);

#endif
