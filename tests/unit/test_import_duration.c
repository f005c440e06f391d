/* Sentences in the shapes of real service standards, each judged by a person. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/import_duration.h"
#include "app/import_words.h"

struct fact {
    const char *text;
    enum duration_found found;
    int64_t count;
    enum duration_unit unit;
};

#define ONE(count, unit)     DURATION_ONE, count, DURATION_##unit
#define SEVERAL(count, unit) DURATION_SEVERAL, count, DURATION_##unit
#define UNREAD               DURATION_UNREAD, 0, DURATION_SECOND
#define ABSENT               DURATION_ABSENT, 0, DURATION_SECOND

static const struct fact english[] = {
    {"Letters are sent within 100 business days of receiving a complete package",
     ONE(100, BUSINESS_DAY)},
    {"Answer before the end of the next business day", ONE(1, BUSINESS_DAY)},
    {"Reply the same or next business day", ONE(1, BUSINESS_DAY)},
    {"Calls are answered within 60 seconds", ONE(60, SECOND)},
    {"Calls answered by an agent within 2 minutes (120 seconds) 80% of the time", ONE(2, MINUTE)},
    {"24-hour response rate for simple enquiries", ONE(24, HOUR)},
    {"5-day response rate for all enquiries", ONE(5, CALENDAR_DAY)},
    {"5 - day response rate for all enquiries", ONE(5, CALENDAR_DAY)},
    {"Receipt acknowledged (5 business days)", ONE(5, BUSINESS_DAY)},
    {"Requests are reviewed within a 10-business day service standard.", ONE(10, BUSINESS_DAY)},
    {"Reply within fifteen (15) calendar days (holidays not included)", ONE(15, CALENDAR_DAY)},
    {"Claims are acknowledged within one business day.", ONE(1, BUSINESS_DAY)},
    {"Submissions are studied within thirty-five (35) working days", ONE(35, BUSINESS_DAY)},
    {"Decisions are made within ninety (90) net business days of the file", ONE(90, BUSINESS_DAY)},
    {"A decision within one hundred and twenty days", ONE(120, CALENDAR_DAY)},
    {"A certificate is issued within 16 weeks.", ONE(16, WEEK)},
    {"Within one month of detention", ONE(1, MONTH)},
    {"Tickets are resolved within two weeks (10 business days).", ONE(2, WEEK)},
    {"Requests are processed within 24 hours (1 business day)", ONE(24, HOUR)},
    {"A translator is found within 24 hours one (1) working day after the request", ONE(24, HOUR)},
    {"Resolved in 2-3 business days", ONE(3, BUSINESS_DAY)},
    {"Between 5 to 10 business days.", ONE(10, BUSINESS_DAY)},
    {"Between 5 and 10 business days.", ONE(10, BUSINESS_DAY)},
    {"Allow 24 to 48 hours for a reply", ONE(48, HOUR)},
    {"Standards range from two weeks to ten weeks, by kind of file", ONE(10, WEEK)},
    {"Complex requests may take up to 10-15 business days or longer", ONE(15, BUSINESS_DAY)},
    {"Clearances are done in 5 days or less", ONE(5, CALENDAR_DAY)},
    {"Analysis completed <120 days", ONE(120, CALENDAR_DAY)},
    {"No later than 90 workable days from the date of the request", ONE(90, BUSINESS_DAY)},
    {"A decision is issued no more than 7 calendar days after receipt", ONE(7, CALENDAR_DAY)},
    {"Request fulfilment: 5 federal government working days (FGWDs)", ONE(5, BUSINESS_DAY)},
    {"Processed within 4 working hours of receipt", ONE(4, HOUR)},
    {"Information is posted within 24 HRS of the start", ONE(24, HOUR)},
    {"Annual return: online - 1 day", ONE(1, CALENDAR_DAY)},
    {"Acknowledge emails within a day", ONE(1, CALENDAR_DAY)},
    {"Reports are provided within one hour of an approach", ONE(1, HOUR)},
    {"A visit takes 1.5 hours: served within 1.5 hours", ONE(90, MINUTE)},
    {"Renewed every 5 years; a renewal is issued within 3 months", ONE(3, MONTH)},
    {"Files are closed within 2 years of the filing date", ONE(2, YEAR)},
    {"80% of files are decided within 30 days", ONE(30, CALENDAR_DAY)},
    {"In 2023-2024, 95% of letters were answered within 20 business days", ONE(20, BUSINESS_DAY)},
    {"Licence under section 604.5. 45 working days. Actual times may vary", ONE(45, BUSINESS_DAY)},
    {"A funding decision within 90 business days (90% of the time). If the 90-day standard is not "
     "met, you are told",
     ONE(90, BUSINESS_DAY)},
    {"5 business days for an online application or 20 business days for one by mail",
     SEVERAL(20, BUSINESS_DAY)},
    {"Payment within 4 weeks for a grant and 6 weeks for a contribution", SEVERAL(6, WEEK)},
    {"Notices go out within 24 hours, and summaries within ten business days",
     SEVERAL(10, BUSINESS_DAY)},
    {"3 days if nothing matches; 30 days if something does", SEVERAL(30, CALENDAR_DAY)},
    {"Urgent: 6 business days, important: 20 business days, general: 30 business days",
     SEVERAL(30, BUSINESS_DAY)},
    {"within 2 business days and no more than 7 calendar days", SEVERAL(7, CALENDAR_DAY)},
    {"up to $50,000 - 20 business days; up to $500,000 - 30 business days",
     SEVERAL(30, BUSINESS_DAY)},
    {"The site is open 24 hours a day, 7 days a week", UNREAD},
    {"Available 24 hours per day, 365 days a year", UNREAD},
    {"Clients should have 24 hour access to the signal", UNREAD},
    {"Warnings are issued at least 18 hours in advance of the event.", UNREAD},
    {"Told in writing, at least 21 calendar days before the course", UNREAD},
    {"Documents are sent 7 business days prior to the meeting", UNREAD},
    {"Detected on half of the days (182.5 out of 365 days)", UNREAD},
    {"361 per last 365 days", UNREAD},
    {"No interruption of more than 24 hours", UNREAD},
    {"Updates every two hours until it is resolved", UNREAD},
    {"For people 65 years of age or older", ABSENT},
    {"Service in the official language of choice", ABSENT},
    {"Open Monday to Friday from 8:30 a.m. to 4:30 p.m.", ABSENT},
    {"90% of clients are satisfied", ABSENT},
    {"The 2nd payment of the year, 1,500 records", ABSENT},
    {"", ABSENT},
};

static const struct fact french[] = {
    {"Vous écrire dans les 100 jours ouvrables suivant la réception du dossier",
     ONE(100, BUSINESS_DAY)},
    {"Répondre avant la fin du jour ouvrable suivant", ONE(1, BUSINESS_DAY)},
    {"Un rappel la prochaine journée ouvrable", ONE(1, BUSINESS_DAY)},
    {"On répond aux appels dans un délai de 60 secondes", ONE(60, SECOND)},
    {"Répondre aux demandes simples dans les 24 heures", ONE(24, HOUR)},
    {"Les avis d’exposition sont envoyés en 24h", ONE(24, HOUR)},
    {"Accusé de réception (5 jours ouvrables)", ONE(5, BUSINESS_DAY)},
    {"Dans les trois\xC2\xA0jours ouvrables", ONE(3, BUSINESS_DAY)},
    {"Répondre dans les quinze (15) jours civils", ONE(15, CALENDAR_DAY)},
    {"Dans les trente-cinq (35) jours ouvrables", ONE(35, BUSINESS_DAY)},
    {"Dans un délai de quatre-vingt-dix jours", ONE(90, CALENDAR_DAY)},
    {"dans un délai maximal de soixante et onze jours", ONE(71, CALENDAR_DAY)},
    {"dans les vingt et un jours de la demande", ONE(21, CALENDAR_DAY)},
    {"dans les quatre-vingts jours", ONE(80, CALENDAR_DAY)},
    {"dans les cent vingt jours", ONE(120, CALENDAR_DAY)},
    {"dans les dix-sept jours ouvrables", ONE(17, BUSINESS_DAY)},
    {"dans les dix jours suivant la demande", ONE(10, CALENDAR_DAY)},
    {"dans un délai d'un (1) jour ouvrable", ONE(1, BUSINESS_DAY)},
    {"traitées en moins d’une journée", ONE(1, CALENDAR_DAY)},
    {"Dans un délai d`un mois de la sentence", ONE(1, MONTH)},
    {"De fournir une réponse à l'intérieur d'une période de 7 jours ouvrables (80% du temps).",
     ONE(7, BUSINESS_DAY)},
    {"Les clients attendent 30 minutes ou moins", ONE(30, MINUTE)},
    {"traitées dans un délai de 5 à 15 jours ouvrables", ONE(15, BUSINESS_DAY)},
    {"entre 5 et 10 jours ouvrables", ONE(10, BUSINESS_DAY)},
    {"peut prendre de 10 à 15 jours ouvrables ou plus", ONE(15, BUSINESS_DAY)},
    {"au plus tard dans les 90 jours traitables", ONE(90, BUSINESS_DAY)},
    {"dans les 2 à 3 jours de travail", ONE(3, BUSINESS_DAY)},
    {"30 jours calendrier à compter de la demande", ONE(30, CALENDAR_DAY)},
    {"jusqu’à 50 000 $ - 20 jours ouvrables", ONE(20, BUSINESS_DAY)},
    {"dans un délai de deux ans", ONE(2, YEAR)},
    {"L'assistance répond en 24 h à 48 h", ONE(48, HOUR)},
    {"une demande - 30jours", ONE(30, CALENDAR_DAY)},
    {"10 jours ourvables, programme de camionnage", ONE(10, BUSINESS_DAY)},
    {"En ligne - délai de 10 jours ouvrables; messages vocaux : délai de 48 heures",
     SEVERAL(10, BUSINESS_DAY)},
    {"de 5 jours ouvrables en ligne et de 20 jours ouvrables par la poste",
     SEVERAL(20, BUSINESS_DAY)},
    {"dans les 4 semaines pour une subvention et dans 6 semaines pour une contribution",
     SEVERAL(6, WEEK)},
    {"accessible 24 heures sur 24, 7 jours sur 7", UNREAD},
    {"offert 24 heures par jour, sept jours par semaine", UNREAD},
    {"au moins 21 jours civils avant la date du cours", UNREAD},
    {"au moins trois jours civils à l’avance", UNREAD},
    {"sans interruption de plus de 24 heures", UNREAD},
    {"ouvert de 8 h 30 à 16 h 30, du lundi au vendredi", ABSENT},
    {"ouvert de 8 h à 16 h (heure de l’Est) les jours ouvrables", ABSENT},
    {"de 8h30 à 16h30", ABSENT},
    {"13h00 - 16h00 HNE", ABSENT},
    {"90 % des clients sont satisfaits", ABSENT},
    {"pendant au moins 50,0 % des jours de l'année", ABSENT},
};

static void expect(const struct fact *fact, enum duration_language language)
{
    struct import_duration duration = {0};
    enum duration_found found = import_duration_parse(fact->text, language, &duration);
    bool promise = fact->found == DURATION_ONE || fact->found == DURATION_SEVERAL;
    if (found != fact->found ||
        (promise && (duration.count != fact->count || duration.unit != fact->unit)))
        fail_msg("\"%s\": found %d, %lld %s", fact->text, (int)found, (long long)duration.count,
                 duration_unit_name(duration.unit));
}

static void test_reads_english(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof english / sizeof english[0]; i++)
        expect(&english[i], DURATION_ENGLISH);
}

static void test_reads_french(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof french / sizeof french[0]; i++)
        expect(&french[i], DURATION_FRENCH);
}

static void test_says_whether_the_kind_of_days_is_said(void **state)
{
    (void)state;
    struct import_duration duration = {0};
    import_duration_parse("within 10 days", DURATION_ENGLISH, &duration);
    assert_false(duration.days_said);
    import_duration_parse("within 10 calendar days", DURATION_ENGLISH, &duration);
    assert_true(duration.days_said);
}

static void test_knows_the_same_length(void **state)
{
    (void)state;
    struct import_duration day = {.count = 1, .unit = DURATION_CALENDAR_DAY};
    struct import_duration hours = {.count = 24, .unit = DURATION_HOUR};
    struct import_duration business = {.count = 1, .unit = DURATION_BUSINESS_DAY};
    assert_true(import_duration_same(&day, &hours));
    assert_false(import_duration_same(&day, &business));
    assert_string_equal(duration_unit_name(DURATION_BUSINESS_DAY), "business-day");
}

static void test_reads_numbers_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t number;
    } numbers[] = {
        {"7", 7},
        {"1,000", 1000},
        {"thirty-five", 35},
        {"ninety", 90},
        {"quatorze", 14},
        {"vingt et un", 21},
        {"soixante-dix", 70},
        {"soixante et onze", 71},
        {"soixante-dix-sept", 77},
        {"quatre-vingts", 80},
        {"quatre-vingt-un", 81},
        {"quatre-vingt-dix-neuf", 99},
        {"cent", 100},
        {"deux cents", 200},
        {"cent vingt", 120},
        {"one hundred and eighty", 180},
        {"fifteen", 15},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct words words;
        int64_t thousandths = -1;
        assert_true(words_cut(&words, numbers[i].text));
        size_t taken = words_number(&words, 0, &thousandths);
        if (taken != words.count || thousandths != numbers[i].number * 1000)
            fail_msg("%s: %zu of %zu words, %lld", numbers[i].text, taken, words.count,
                     (long long)thousandths);
        words_free(&words);
    }
}

/* Whatever it is given, it ends and stays within bounds (the sanitizers watch). */
static void test_survives_odd_texts(void **state)
{
    (void)state;
    static const char *const odd[] = {"within",
                                      "(",
                                      "()",
                                      "5 (",
                                      "five (5",
                                      "5-",
                                      "-5 days",
                                      "5 to",
                                      "and 5 days",
                                      "999999999999999999999 days",
                                      "0 days",
                                      "h",
                                      "8 h",
                                      "\u200b5 days",
                                      "%",
                                      "$5 days",
                                      "day",
                                      "next",
                                      "suivant"};
    struct import_duration duration;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        import_duration_parse(odd[i], DURATION_ENGLISH, &duration);
        import_duration_parse(odd[i], DURATION_FRENCH, &duration);
    }
    char text[20000];
    memset(text, '5', sizeof text);
    for (size_t i = 1; i < sizeof text; i += 2)
        text[i] = i % 4 == 1 ? 'h' : '-';
    text[sizeof text - 1] = '\0';
    import_duration_parse(text, DURATION_FRENCH, &duration);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_english),
        cmocka_unit_test(test_reads_french),
        cmocka_unit_test(test_says_whether_the_kind_of_days_is_said),
        cmocka_unit_test(test_knows_the_same_length),
        cmocka_unit_test(test_reads_numbers_in_words),
        cmocka_unit_test(test_survives_odd_texts),
    };
    return cmocka_run_group_tests_name("import_duration", tests, NULL, NULL);
}
