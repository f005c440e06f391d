#include "app/search_score.h"

#include "app/search_segment.h"

/* Share of a meaning's worth that stays when one of its words is missing. */
#define MEANING_PARTIAL 0.35F

static void know_shares(struct search_score *score, const struct search_plan *plan)
{
    size_t count = 0;
    size_t shares = 0;

    for (size_t i = 0; i < plan->group_count; i++) {
        const struct plan_group *group = &plan->groups[i];

        score->first_ways[i] = (uint16_t)count;
        for (size_t j = 0; j < group->alternative_count; j++) {
            const struct plan_alternative *alternative =
                &plan->alternatives[group->first_alternative + j];

            if (alternative->rarity <= 0)
                continue;
            score->ways[count++] = (struct search_way){.first_share = (uint16_t)shares,
                                                       .units = alternative->unit_count,
                                                       .partial = j == 0 ? 1 : MEANING_PARTIAL};
            for (size_t k = 0; k < alternative->unit_count; k++)
                score->shares[shares++] =
                    (struct search_share){.unit = alternative->units[k],
                                          .factor = plan->units[alternative->units[k]].rarity /
                                                    alternative->rarity * alternative->weight};
        }
    }
    score->first_ways[plan->group_count] = (uint16_t)count;
}

float search_score_words(const struct search_score *score, const uint8_t *strengths)
{
    const struct search_plan *plan = score->plan;
    float total = 0;

    for (size_t i = 0; i < plan->group_count; i++) {
        float best = 0;

        for (size_t j = score->first_ways[i]; j < score->first_ways[i + 1]; j++) {
            const struct search_way *way = &score->ways[j];
            const struct search_share *share = &score->shares[way->first_share];
            float sum = 0;
            bool complete = true;

            for (size_t k = 0; k < way->units; k++, share++) {
                uint8_t strength = strengths[share->unit];

                complete &= strength > 0;
                sum += share->factor * (float)strength;
            }
            sum *= complete ? 1.0F : way->partial;
            best = sum > best ? sum : best;
        }
        total += best * plan->groups[i].importance;
    }
    return total / (4.0F * SEARCH_STRENGTH_MOST);
}

/* Most documents that a search of several words finds have but one of them. */
static void know_alone(struct search_score *score)
{
    uint8_t strengths[PLAN_UNITS] = {0};

    for (size_t unit = 0; unit < score->plan->unit_count; unit++) {
        strengths[unit] = 1;
        score->alone[unit] = search_score_words(score, strengths);
        strengths[unit] = 0;
    }
}

void search_score_know(struct search_score *score, const struct search_plan *plan, size_t words)
{
    const struct plan_alternative *typed = &plan->alternatives[0];

    score->plan = plan;
    score->single = words == 1 && plan->group_count == 1 &&
                    plan->groups[0].alternative_count == 1 && typed->unit_count == 1 &&
                    typed->rarity > 0;
    if (score->single) { /* as most keystrokes are */
        score->unit = typed->units[0];
        score->factor = plan->units[score->unit].rarity / typed->rarity * typed->weight *
                        plan->groups[0].importance / (4.0F * SEARCH_STRENGTH_MOST);
    }
    know_shares(score, plan);
    know_alone(score);
}
