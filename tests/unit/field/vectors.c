/*
 * Runs every tests/drivers/NAME.vec against the driver NAME: the requests it must send, byte for byte,
 * the replies it gets, and what they mean. The format is told at the head of each file; the driver goes
 * through the real bus and the rtu-tcp framing to a server that plays the file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glob.h>

#include "line_bus.h"
#include "server.h"
#include "text.h"

#define STEPS_MAX 16

struct frame_bytes {
    uint8_t bytes[FRAME_MAX];
    size_t len;
    bool silence, close;
};

struct vector {
    char name[64], action[256], expect[1024];
    struct meter_profile profile;
    struct frame_bytes request[STEPS_MAX], reply[STEPS_MAX];
    size_t requests, replies, step;
    bool wrong; /* a request came that was not expected */
};

/* What a case came to, with all that `=` can name. */
struct outcome {
    struct bus_result how;
    enum deed deed;
    struct meter_reading r;
    struct meter_load load;
};

static const char *const end_words[] = {"ok", "exception", "silent", "garbage", "down"};
static const char *const deed_words[] = {"done", "not_done", "unknown"};

static int64_t word_index(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return (int64_t)i;
    return -1;
}

/* Appends the bytes of "01 03 00*4 crc". */
static void hex_add(struct frame_bytes *f, const char *text)
{
    char word[32];
    for (int used; sscanf(text, " %31s%n", word, &used) == 1; text += used) {
        if (strcmp(word, "silence") == 0) {
            f->silence = true;
        } else if (strcmp(word, "close") == 0) {
            f->close = true;
        } else if (strcmp(word, "crc") == 0) {
            f->len = frame_seal(f->bytes, f->len);
        } else {
            char *end;
            unsigned long byte = strtoul(word, &end, 16);
            unsigned long times = *end == '*' ? strtoul(end + 1, NULL, 10) : 1;
            assert_true(byte < 256 && f->len + times < FRAME_MAX);
            for (; times > 0; times--)
                f->bytes[f->len++] = (uint8_t)byte;
        }
    }
}

static void play(struct server *s, const uint8_t *frame, size_t len)
{
    struct vector *v = s->owner;
    size_t i = v->step++;
    if (i >= v->requests || v->request[i].len != len ||
        memcmp(v->request[i].bytes, frame, len) != 0) {
        fprintf(stderr, "# %s: request %zu was", v->name, i + 1);
        for (size_t k = 0; k < len; k++)
            fprintf(stderr, " %02X", frame[k]);
        fprintf(stderr, "\n");
        v->wrong = true;
        return;
    }
    if (v->reply[i].close)
        server_drop(s);
    else if (!v->reply[i].silence)
        server_send(s, v->reply[i].bytes, v->reply[i].len);
}

/* "key=value" pairs one after the other; false at the end. */
static bool pair(const char **text, char *key, char *value)
{
    int used = 0;
    *value = '\0';
    if (sscanf(*text, " %31[^= ]=%n", key, &used) != 1 || used == 0)
        return false;
    *text += used;
    used = 0;
    if (**text && **text != ' ' && sscanf(*text, "%63[^ ]%n", value, &used) == 1)
        *text += used;
    return true;
}

static void profile_read(struct meter_profile *p, const char *text)
{
    char key[32], value[64];
    while (pair(&text, key, value)) {
        if (strcmp(key, "transformers") == 0)
            p->transformers = strcmp(value, "on") == 0;
        else if (strcmp(key, "price_scale") == 0)
            p->price_scale = (int)strtol(value, NULL, 10);
        else if (strcmp(key, "balance") == 0)
            p->balance_signed = strcmp(value, "signed") == 0;
        else
            fail_msg("profile %s", key);
    }
}

static void settings_read(struct meter_settings *s, const char *text)
{
    char key[32], value[64];
    while (pair(&text, key, value)) {
        int64_t n = strtoll(value, NULL, 10);
        if (strcmp(key, "prepaid") == 0) {
            s->set_prepaid = true;
            s->prepaid = n != 0;
        } else if (strcmp(key, "balance") == 0) {
            s->set_balance = true;
            s->balance_minor = n;
        } else if (strcmp(key, "count") == 0) {
            s->set_count = true;
            s->count = (uint16_t)n;
        } else if (strcmp(key, "total") == 0) {
            s->set_total = true;
            s->total_minor = n;
        } else if (strcmp(key, "base") == 0) {
            s->set_base = true;
            s->base_minor = n;
        } else if (strcmp(key, "alarm1") == 0) {
            s->set_alarms = true;
            s->alarm1_minor = n;
        } else if (strcmp(key, "alarm2") == 0) {
            s->set_alarms = true;
            s->alarm2_minor = n;
        } else if (strcmp(key, "overdraft") == 0) {
            s->set_overdraft = true;
            s->overdraft_minor = n;
        } else if (strcmp(key, "recovery") == 0) {
            s->set_recovery = true;
            s->recovery_s = (uint8_t)n;
        } else if (strcmp(key, "prices") == 0) {
            char *at = value;
            s->set_prices = true;
            for (int i = 0; i < READING_RATES; i++)
                s->price_e4[i] = strtoll(at + (i > 0), &at, 10);
        } else {
            fail_msg("settings %s", key);
        }
    }
}

static void act(const struct vector *v, const struct driver *d, struct bus *bus, struct outcome *o)
{
    static const char *const modes[] = {"forced_off", "forced_on", "prepaid"};
    char action[32];
    int used = 0;
    struct err e = {0};
    long long a = 0, b = 0, c = 0, f = 0, g = 0;
    assert_int_equal(sscanf(v->action, "%31s %n", action, &used), 1);
    const char *args = v->action + used;
    o->deed = DEED_UNKNOWN;
    if (strcmp(action, "identify") == 0) {
        o->how = d->identify(bus, 1, &o->r.identity);
    } else if (strcmp(action, "read_poll") == 0) {
        o->how = d->read_poll(bus, 1, &v->profile, &o->r);
    } else if (strcmp(action, "read_all") == 0) {
        o->how = d->read_all(bus, 1, &v->profile, &o->r);
    } else if (strcmp(action, "read_credit") == 0) {
        o->how = d->read_credit(bus, 1, &v->profile, &o->r.credit);
    } else if (strcmp(action, "topup") == 0 && sscanf(args, "%lld %lld", &a, &b) == 2) {
        o->deed = d->topup(bus, 1, a, (uint16_t)b, &o->how);
    } else if (strcmp(action, "probe") == 0) {
        o->deed = d->topup_probe(bus, 1, &o->how);
    } else if (strcmp(action, "relay") == 0 && word_index(args, modes, 3) >= 0) {
        o->deed = d->relay(bus, 1, (enum switch_mode)word_index(args, modes, 3), &o->how);
    } else if (strcmp(action, "load_read") == 0 && sscanf(args, "%lld", &a) == 1) {
        o->how = d->load_read(bus, 1, (uint16_t)a, &o->load);
    } else if (strcmp(action, "load") == 0 &&
               sscanf(args, "%lld %lld %lld %lld %lld", &a, &b, &c, &f, &g) == 5) {
        const struct meter_load load = {.on = a > 0,
                                        .max_w = {(uint16_t)a},
                                        .increment_w = (uint16_t)b,
                                        .recovery_s = (uint8_t)c,
                                        .allowed = (uint16_t)f,
                                        .wait_s = (uint8_t)g};
        o->deed = d->load(bus, 1, &load, &o->how);
    } else if (strcmp(action, "clock") == 0 && sscanf(args, "%lld", &a) == 1) {
        o->deed = d->clock(bus, 1, a, &o->how);
    } else if (strcmp(action, "settings") == 0) {
        struct meter_settings s = {0};
        settings_read(&s, args);
        o->deed = d->settings(bus, 1, &v->profile, &s, &o->how, &e);
    } else {
        fail_msg("do %s", v->action);
    }
}

static int64_t value_of(const struct outcome *o, const char *key)
{
    const struct meter_reading *r = &o->r;
    const struct {
        const char *key;
        int64_t value;
    } table[] = {
        {"exception", o->how.exception},
        {"sent", o->how.sent},
        {"code", r->identity.device_code},
        {"balance", r->credit.balance_minor},
        {"count", r->credit.count},
        {"has_total", r->credit.has_total},
        {"total", r->credit.total_minor},
        {"energy_wh", r->credit.energy_wh},
        {"old_firmware", r->credit.old_firmware},
        {"voltage_mv0", r->voltage_mv[0]},
        {"voltage_mv1", r->voltage_mv[1]},
        {"voltage_mv2", r->voltage_mv[2]},
        {"current_ma0", r->current_ma[0]},
        {"current_ma2", r->current_ma[2]},
        {"power_w0", r->power_w[0]},
        {"power_w3", r->power_w[3]},
        {"reactive_var3", r->reactive_var[3]},
        {"factor_e30", r->factor_e3[0]},
        {"factor_e33", r->factor_e3[3]},
        {"rate0", r->rate_wh[0]},
        {"rate1", r->rate_wh[1]},
        {"rate2", r->rate_wh[2]},
        {"rate3", r->rate_wh[3]},
        {"pt", r->pt},
        {"ct", r->ct},
        {"relay_closed", r->relay_closed},
        {"forced", r->forced},
        {"prepaid", r->prepaid},
        {"arrears", r->arrears},
        {"alarm1", r->alarm1},
        {"alarm2", r->alarm2},
        {"overload", r->overload},
        {"fault", r->fault},
        {"why", r->why},
        {"status0", r->status[0]},
        {"status1", r->status[1]},
        {"clock", r->clock_local},
        {"has_settings", r->has_settings},
        {"prepaid_switch", r->prepaid_switch},
        {"price0", r->price_e4[0]},
        {"price1", r->price_e4[1]},
        {"price2", r->price_e4[2]},
        {"price3", r->price_e4[3]},
        {"alarm1_minor", r->alarm1_minor},
        {"alarm2_minor", r->alarm2_minor},
        {"overdraft", r->overdraft_minor},
        {"base", r->base_minor},
        {"recovery", r->recovery_s},
        {"load_on", o->load.on},
        {"load_phases", o->load.phases},
        {"load_max0", o->load.max_w[0]},
        {"load_max2", o->load.max_w[2]},
        {"load_increment", o->load.increment_w},
        {"load_trips", o->load.trips},
        {"load_allowed", o->load.allowed},
        {"load_recovery", o->load.recovery_s},
        {"load_wait", o->load.wait_s},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].key, key) == 0)
            return table[i].value;
    fail_msg("= %s: no such field", key);
    return 0;
}

static void judge(const struct vector *v, const struct outcome *o)
{
    const char *text = v->expect;
    char key[32], value[64];
    while (pair(&text, key, value)) {
        int64_t want = strtoll(value, NULL, 10), is;
        if (strcmp(key, "end") == 0) {
            want = word_index(value, end_words, 5);
            is = o->how.end;
        } else if (strcmp(key, "deed") == 0) {
            want = word_index(value, deed_words, 3);
            is = o->deed;
        } else if (strcmp(key, "number") == 0) {
            want = 0;
            is = strcmp(value, o->r.identity.number);
        } else {
            is = value_of(o, key);
        }
        if (is != want)
            fail_msg("%s: %s is %lld, not %s", v->name, key, (long long)is, value);
    }
}

static void run(struct vector *v, const struct driver *driver)
{
    struct server server = {.answer = play, .owner = v};
    struct channel_conf conf = {.id = 1,
                                .name = "V",
                                .host = "127.0.0.1",
                                .baud = 115200,
                                .timeout_min_ms = 400,
                                .timeout_max_ms = 400};
    struct line line;
    struct bus bus;
    struct outcome o = {0};
    assert_true(server_start(&server));
    conf.port = server.port;
    const struct framing *framing = NULL;
    for (size_t i = 0; framing_registry[i]; i++)
        if (strcmp(framing_registry[i]->type, "rtu-tcp") == 0)
            framing = framing_registry[i];
    line_init(&line, &conf, framing, -1);
    bus_init(&bus, &line, NULL);
    act(v, driver, &bus, &o);
    line_clear(&line);
    server_stop(&server);
    if (v->wrong)
        fail_msg("%s: another request was expected", v->name);
    if (v->step != v->requests)
        fail_msg("%s: %zu requests, not %zu", v->name, v->step, v->requests);
    judge(v, &o);
}

/* One line of a file into the case; false: it begins the next one. */
static bool take_line(struct vector *v, const char *line, struct frame_bytes **open)
{
    if (strncmp(line, "case ", 5) == 0)
        return false;
    if (strncmp(line, "do ", 3) == 0) {
        text_copy(v->action, sizeof v->action, line + 3);
    } else if (strncmp(line, "profile ", 8) == 0) {
        profile_read(&v->profile, line + 8);
    } else if (line[0] == '>' || line[0] == '<') {
        assert_true(v->requests < STEPS_MAX && v->replies < STEPS_MAX);
        *open = line[0] == '>' ? &v->request[v->requests++] : &v->reply[v->replies++];
        hex_add(*open, line + 1);
    } else if (line[0] == ' ' && *open) {
        hex_add(*open, line);
    } else if (line[0] == '=') {
        size_t at = strlen(v->expect);
        text_copy(v->expect + at, sizeof v->expect - at, line + 1);
    } else if (line[0] != '#' && line[0] != '\0') {
        fail_msg("line \"%s\"", line);
    }
    return true;
}

static void begin(struct vector *v, const char *line)
{
    memset(v, 0, sizeof *v);
    text_copy(v->name, sizeof v->name, line + 5);
    v->profile = (struct meter_profile){.transformers = true, .price_scale = 10000};
}

static int run_file(const char *path, const struct driver *driver)
{
    struct vector v = {0};
    struct frame_bytes *open = NULL;
    char line[512];
    int cases = 0;
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (take_line(&v, line, &open))
            continue;
        if (cases++ > 0)
            run(&v, driver);
        begin(&v, line);
        open = NULL;
    }
    if (cases > 0)
        run(&v, driver);
    fclose(f);
    return cases;
}

static const struct driver *driver_of(const char *path)
{
    const char *base = strrchr(path, '/') + 1;
    for (size_t i = 0; driver_registry[i]; i++) {
        size_t len = strlen(driver_registry[i]->name);
        if (strncmp(driver_registry[i]->name, base, len) == 0 && strcmp(base + len, ".vec") == 0)
            return driver_registry[i];
    }
    return NULL;
}

static void every_vector(void **state)
{
    glob_t found;
    (void)state;
    assert_int_equal(glob("tests/drivers/*.vec", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const struct driver *driver = driver_of(found.gl_pathv[i]);
        if (!driver)
            fail_msg("%s: no driver of that name", found.gl_pathv[i]);
        int cases = run_file(found.gl_pathv[i], driver);
        print_message("# %s: %d cases\n", found.gl_pathv[i], cases);
        assert_true(cases > 0);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_vector)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
