#include "tests/clients/pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_likeness.h"

#define COLUMNS 12

double pairs_precision(const struct pairs_result *result)
{
    return (double)result->right_same / (result->right_same + result->wrong);
}

double pairs_recall(const struct pairs_result *result)
{
    return (double)result->right_same / (result->right_same + result->missed);
}

static struct client_details details_of(char *const *columns)
{
    return (struct client_details){
        .name = columns[0],
        .phone = columns[1],
        .email = columns[2],
        .postal_code = columns[3],
        .birth_date = columns[4],
    };
}

bool pairs_each(const char *path, pairs_visit visit, void *context)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;

    if (file == NULL)
        return false;
    while (getline(&line, &size, file) > 0) {
        char *columns[COLUMNS], *rest = line;
        size_t count = 0;

        line[strcspn(line, "\n")] = '\0';
        if (*line == '#')
            continue;
        while (count < COLUMNS && rest != NULL)
            columns[count++] = strsep(&rest, "\t");
        if (count == COLUMNS) {
            struct client_details left = details_of(columns + 2), right = details_of(columns + 7);

            visit(context, *columns[0] == 'S', columns[1], &left, &right);
        }
    }
    free(line);
    fclose(file);
    return true;
}

struct judging {
    struct pairs_result *result;
    bool tell;
};

static void judge(void *context, bool same, const char *why, const struct client_details *left,
                  const struct client_details *right)
{
    struct judging *judging = context;
    struct client_traits one, other;
    unsigned likeness;
    int score;
    bool said;

    client_traits_read(&one, left);
    client_traits_read(&other, right);
    score = client_likeness_score(&one, &other, &likeness);
    said = score >= CLIENT_LIKELY;
    judging->result->pairs++;
    *(same ? (said ? &judging->result->right_same : &judging->result->missed)
           : (said ? &judging->result->wrong : &judging->result->right_other)) += 1;
    if (judging->tell && said != same)
        printf("  %s (%s): %s | %s: %d\n", same ? "missed" : "wrongly the same", why, left->name,
               right->name, score);
}

bool pairs_judge(const char *path, bool tell, struct pairs_result *result)
{
    struct judging judging = {result, tell};

    *result = (struct pairs_result){0};
    return pairs_each(path, judge, &judging);
}
