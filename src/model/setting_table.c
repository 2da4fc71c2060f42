/*
 * The table of settings as rows for query "settings": what each is and can be. Values that are set are the query's.
 */
#include <jansson.h>
#include <stdlib.h>

#include "alarm.h"
#include "setting.h"

/* "arrears|amount 2|..." */
static char *alarm_words(void)
{
    char *words = mem_text("");

    for (int i = 0; i < ALARM_COUNT; i++) {
        char *more = mem_format("%s%s%s", words, i > 0 ? "|" : "", alarm_type(i)->word);
        free(words);
        words = more;
    }
    return words;
}

char *setting_table(void)
{
    static const char *const kinds[] = {
        [SETTING_TEXT] = "text", [SETTING_NUMBER] = "number", [SETTING_AMOUNT] = "amount",
        [SETTING_WORD] = "word", [SETTING_YES] = "yes",       [SETTING_ZONE] = "zone",
        [SETTING_HOUR] = "hour", [SETTING_KINDS] = "kinds",   [SETTING_MAIL] = "mail",
    };
    const struct setting *s;
    json_t *rows = json_array();
    char *alarms = alarm_words();

    for (size_t i = 0; (s = setting_at(i)) != NULL; i++)
        json_array_append_new(rows,
                              json_pack("[s,s,s,I,I,s,s,s,b]", s->key, kinds[s->kind], s->value,
                                        (json_int_t)s->min, (json_int_t)s->max,
                                        s->kind == SETTING_KINDS ? alarms
                                        : s->words != NULL       ? s->words
                                                                 : "",
                                        s->unit != NULL ? s->unit : "", s->meaning, (int)s->once));
    char *text = json_dumps(rows, JSON_COMPACT);
    json_decref(rows);
    free(alarms);
    return text;
}
