/*
 * The key tables of all screens beside the global one: no key means two things, every action can be
 * reached and has its words, in both languages' catalogue or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console_state.h"

/* Enter is nobody's but the screen's. */
static const struct global_key *global_of(uint32_t key)
{
    for (const struct global_key *g = console_globals; g->key.label; g++) {
        if (g->key.key == key && key != KEYS_NONE)
            return g;
    }
    return NULL;
}

static void no_screen_shadows_a_global_key(void **state)
{
    (void)state;
    char name[16];
    int shadows = 0;
    for (int i = 0; screen_registry[i]; i++) {
        const struct screen *s = screen_registry[i];
        for (const struct screen_key *k = s->keys; k && k->label; k++) {
            if (!global_of(k->key))
                continue;
            print_message("# %s: %s is global\n", s->name, keys_name(k->key, name));
            shadows++;
        }
    }
    assert_int_equal(shadows, 0);
}

static void no_key_means_two_things(void **state)
{
    (void)state;
    char name[16];
    for (int i = 0; screen_registry[i]; i++) {
        const struct screen *s = screen_registry[i];
        for (const struct screen_key *k = s->keys; k && k->label; k++) {
            for (const struct screen_key *other = k + 1; other->label; other++) {
                const unsigned roles = k->roles && other->roles ? k->roles & other->roles : 1;
                if (k->key == other->key && k->key != KEYS_NONE && roles)
                    fail_msg("%s: %s twice", s->name, keys_name(k->key, name));
            }
        }
    }
    for (const struct global_key *g = console_globals; g->key.label; g++)
        assert_ptr_equal(global_of(g->key.key), g);
}

/* The palette lists every line of a table; it needs an action, and somebody who may. */
static void every_action_can_be_reached(void **state)
{
    (void)state;
    for (int i = 0; screen_registry[i]; i++) {
        const struct screen *s = screen_registry[i];
        for (const struct screen_key *k = s->keys; k && k->label; k++) {
            const unsigned may = s->roles ? s->roles : (unsigned)SCREEN_ALL;
            if (k->action <= 0 || !k->help || !s->action || (k->roles && !(k->roles & may)))
                fail_msg("%s: %s cannot be reached", s->name, k->label);
        }
        if (!s->title || !s->help || !s->draw)
            fail_msg("%s lacks a title, help or a picture", s->name);
        if (s->draft && !s->draft_words)
            fail_msg("%s keeps drafts and has no words for them", s->name);
    }
}

/* Function keys of global screens that do not exist in this program would open nothing. */
static void later_screens_have_no_key(void **state)
{
    (void)state;
    for (const uint32_t *k = (const uint32_t[]){KEYS_F(7), 0}; *k; k++)
        assert_null(global_of(*k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_screen_shadows_a_global_key),
        cmocka_unit_test(no_key_means_two_things),
        cmocka_unit_test(every_action_can_be_reached),
        cmocka_unit_test(later_screens_have_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
