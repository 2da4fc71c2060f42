/* state.c - what of the building outlives the process.
 *
 * Belongs here: one file per meter, replaced in one step after every change that must not be
 * lost (so a kill loses no accepted top-up), and the building's clock. A meter's file says up
 * to when it is true; what came after is worked out again. Not here: which fields there are
 * (meter_field.c).
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "building.h"
#include "civil.h"

static struct text meter_path(const struct building *b, const struct meter *m)
{
    struct text path = {0};
    text_add(&path, "%s/%s-%" PRId64 ".meter", b->state_folder, m->channel, m->plate_address);
    return path;
}

void state_save_meter(struct building *b, struct meter *m)
{
    m->changed = false;
    if (!b->state_folder) {
        return;
    }
    struct text path = meter_path(b, m);
    struct text t = {0};
    meter_field_save(m, &t);
    for (size_t i = 0; i < m->purchase_count; i++) {
        const struct purchase *p = &m->purchases[i];
        text_add(&t, "purchase %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d %d %d\n",
                 p->amount_minor, p->count, p->at_ms, p->at_utc_ms, p->copy, p->doubled,
                 p->foreign);
    }
    if (text_save(path.data, &t) != 0) {
        fprintf(stderr, "metersim: %s: %s\n", path.data, strerror(errno));
    }
    text_clear(&t);
    text_clear(&path);
}

void state_save_clock(const struct building *b)
{
    if (!b->state_folder) {
        return;
    }
    struct text path = {0};
    struct text t = {0};
    text_add(&path, "%s/clock", b->state_folder);
    text_add(&t, "%" PRId64 " %" PRId64 "\n", building_now_ms(b), civil_utc_ms());
    if (text_save(path.data, &t) != 0) {
        fprintf(stderr, "metersim: %s: %s\n", path.data, strerror(errno));
    }
    text_clear(&t);
    text_clear(&path);
}

void state_save_all(struct building *b)
{
    int64_t now_ms = building_now_ms(b);
    for (size_t i = 0; i < b->meter_count && b->state_folder; i++) {
        meter_advance(b->meters[i], now_ms);
        state_save_meter(b, b->meters[i]);
    }
    state_save_clock(b);
}

static bool load_purchase(struct meter *m, const char *line)
{
    struct purchase p = {0};
    int copy;
    int doubled;
    int foreign;
    if (sscanf(line, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %d %d %d", &p.amount_minor,
               &p.count, &p.at_ms, &p.at_utc_ms, &copy, &doubled, &foreign) != 7) {
        return false;
    }
    p.copy = copy;
    p.doubled = doubled;
    p.foreign = foreign;
    meter_add_purchase(m, &p);
    return true;
}

static void load_meter(struct building *b, struct meter *m)
{
    struct text path = meter_path(b, m);
    FILE *f = fopen(path.data, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while (f && (n = getline(&line, &room, f)) > 0) {
        line[n - 1] = line[n - 1] == '\n' ? 0 : line[n - 1];
        char *value = strchr(line, ' ');
        bool understood = false;
        if (value) {
            *value++ = 0;
            understood = strcmp(line, "purchase") == 0 ? load_purchase(m, value)
                                                       : meter_field_load(m, line, value);
        }
        if (!understood) {
            fprintf(stderr, "metersim: %s: %s not understood\n", path.data, line);
        }
    }
    free(line);
    if (f) {
        fclose(f);
    }
    text_clear(&path);
}

/* Where the clock stands: it has run on while nobody looked, unless told to pause. It never
 * stands before the time up to which a meter is known. */
static void load_clock(struct building *b)
{
    struct text path = {0};
    text_add(&path, "%s/clock", b->state_folder);
    FILE *f = fopen(path.data, "re");
    int64_t civil_ms;
    int64_t utc_ms;
    if (f && fscanf(f, "%" SCNd64 " %" SCNd64, &civil_ms, &utc_ms) == 2) {
        int64_t down_ms = civil_utc_ms() - utc_ms;
        if (!b->paused_while_down && down_ms > 0) {
            civil_ms += (int64_t)((double)down_ms * b->speed);
        }
        for (size_t i = 0; i < b->meter_count; i++) {
            int64_t known_ms = b->meters[i]->as_of_ms;
            civil_ms = known_ms > civil_ms ? known_ms : civil_ms;
        }
        building_set_clock(b, civil_ms);
    }
    if (f) {
        fclose(f);
    }
    text_clear(&path);
}

void state_load(struct building *b)
{
    if (!b->state_folder) {
        return;
    }
    if (mkdir(b->state_folder, 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "metersim: %s: %s\n", b->state_folder, strerror(errno));
    }
    for (size_t i = 0; i < b->meter_count; i++) {
        struct meter *m = b->meters[i];
        m->as_of_ms = INT64_MIN;
        load_meter(b, m);
    }
    load_clock(b);
    for (size_t i = 0; i < b->meter_count; i++) {
        struct meter *m = b->meters[i];
        if (m->as_of_ms == INT64_MIN) { /* new in the building file */
            m->as_of_ms = building_now_ms(b);
        }
    }
}
