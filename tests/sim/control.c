/* control.c - the side channel by which tests ask for the truth and order faults.
 *
 * Belongs here: the unix socket, its line protocol and the table of commands. Every line gets
 * one line of JSON with "ok". Not here: the JSON about meters and frames (truth.c).
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "building.h"
#include "civil.h"

enum { WORDS_MAX = 8 };

struct command {
    const char *name;
    int min_words; /* behind the name */
    int max_words;
    const char *help;
    /* Adds the answer; returns NULL, or why not (then it has added nothing). */
    const char *(*run)(struct building *b, char **words, int count, struct text *t);
};

static const char *done(struct text *t)
{
    text_add(t, "{\"ok\":true}");
    return NULL;
}

static const char *run_truth(struct building *b, char **words, int count, struct text *t)
{
    if (count == 0) {
        truth_all(b, t);
        return NULL;
    }
    struct meter *m = building_find_meter(b, words[0]);
    if (!m) {
        return "no such meter";
    }
    text_add(t, "{\"ok\":true,\"meters\":[");
    truth_meter(b, m, t);
    text_add(t, "]}");
    return NULL;
}

static const char *run_fault(struct building *b, char **words, int count, struct text *t)
{
    enum fault_kind kind = fault_find(words[1]);
    char *end;
    double rate = strtod(words[2], &end);
    int64_t amount = -1;
    int only = -1;
    if (kind == FAULT_KINDS) {
        return "no such kind of fault";
    }
    if (*end || !(rate >= 0 && rate <= 1)) {
        return "the rate is a number from 0 to 1";
    }
    if (strcmp(words[0], "*") != 0 && !building_find_channel(b, words[0]) &&
        !building_find_meter(b, words[0])) {
        return "the target is *, a channel or a meter";
    }
    for (int i = 3; i < count; i++) {
        if (strncmp(words[i], "only=", 5) == 0) {
            only = (int)strtol(words[i] + 5, &end, 16);
            if (*end || only < 1 || only > 255) {
                return "only= takes a function code in hexadecimal";
            }
        } else if (!text_to_decimal(words[i], 0, &amount) || amount < 0 || amount > 600000) {
            return "milliseconds (or the exception code) expected";
        }
    }
    fault_set(&b->faults, words[0], kind, rate, amount, only);
    return done(t);
}

static const char *run_clear(struct building *b, char **words, int count, struct text *t)
{
    fault_clear(&b->faults, count ? words[0] : NULL);
    return done(t);
}

static const char *run_set(struct building *b, char **words, int count, struct text *t)
{
    (void)count;
    struct meter *m = building_find_meter(b, words[0]);
    if (!m) {
        return "no such meter";
    }
    meter_advance(m, building_now_ms(b));
    const char *reason = meter_field_set(m, words[1], words[2]);
    if (reason) {
        return reason;
    }
    meter_advance(m, m->as_of_ms);
    state_save_meter(b, m);
    return done(t);
}

static const char *run_top_up(struct building *b, char **words, int count, struct text *t)
{
    struct meter *m = building_find_meter(b, words[0]);
    int64_t amount;
    int64_t number;
    if (!m) {
        return "no such meter";
    }
    meter_advance(m, building_now_ms(b));
    number = (m->count + 1) & 0xFFFF;
    if (!text_to_decimal(words[1], 2, &amount) || amount < 1 || amount > INT32_MAX) {
        return "not an amount such as 12.50";
    }
    if (count > 2 && (!text_to_decimal(words[2], 0, &number) || number < 0 || number > 0xFFFF)) {
        return "not a purchase count";
    }
    struct origin origin = {.foreign = true, .at_utc_ms = civil_utc_ms()};
    if (meter_credit(m, (uint32_t)amount, (uint16_t)number, origin) != 0) {
        return "the meter refuses";
    }
    meter_advance(m, m->as_of_ms);
    state_save_meter(b, m);
    return done(t);
}

static const char *run_stats(struct building *b, char **words, int count, struct text *t)
{
    (void)words;
    (void)count;
    truth_stats(b, t);
    return NULL;
}

static const char *run_log(struct building *b, char **words, int count, struct text *t)
{
    int64_t n = 50;
    if (count && (!text_to_decimal(words[0], 0, &n) || n < 0)) {
        return "a number of frames expected";
    }
    truth_log(b, (uint64_t)n, t);
    return NULL;
}

static const char *run_clock(struct building *b, char **words, int count, struct text *t)
{
    int64_t seconds = 0;
    if (count && (!text_to_decimal(words[0], 0, &seconds) || seconds < 0 || seconds > 4000000000)) {
        return "seconds to go forward expected";
    }
    if (seconds) {
        building_set_clock(b, building_now_ms(b) + seconds * 1000);
        state_save_clock(b);
    }
    char now[40];
    civil_print(building_now_ms(b), now, sizeof now);
    text_add(t, "{\"ok\":true,\"now\":\"%s\",\"speed\":%g}", now, b->speed);
    return NULL;
}

static const char *run_speed(struct building *b, char **words, int count, struct text *t)
{
    (void)count;
    char *end;
    double speed = strtod(words[0], &end);
    if (*end || !(speed >= 0 && speed <= 1e6)) {
        return "a speed from 0 to 1000000 expected";
    }
    building_set_speed(b, speed);
    return done(t);
}

static const char *run_line_time(struct building *b, char **words, int count, struct text *t)
{
    (void)count;
    bool on = strcmp(words[0], "on") == 0;
    if (!on && strcmp(words[0], "off") != 0) {
        return "on or off expected";
    }
    b->line_time = on;
    return done(t);
}

static const char *run_down(struct building *b, char **words, int count, struct text *t)
{
    (void)count;
    struct channel *c = building_find_channel(b, words[0]);
    if (!c) {
        return "no such channel";
    }
    gateway_close_all(c);
    return done(t);
}

static const char *run_up(struct building *b, char **words, int count, struct text *t)
{
    (void)count;
    struct channel *c = building_find_channel(b, words[0]);
    if (!c) {
        return "no such channel";
    }
    if (!c->up && gateway_listen(c) != 0) {
        return strerror(errno);
    }
    return done(t);
}

static const char *run_drop(struct building *b, char **words, int count, struct text *t)
{
    (void)count;
    struct channel *c = building_find_channel(b, words[0]);
    if (!c) {
        return "no such channel";
    }
    for (struct client *client = c->clients; client; client = client->next) {
        client->doomed = true;
    }
    return done(t);
}

static const char *run_channel(struct building *b, char **words, int count, struct text *t)
{
    (void)count;
    struct channel *c = building_find_channel(b, words[0]);
    if (!c) {
        return "no such channel";
    }
    if (strcmp(words[1], "type") == 0 || (c->up && strcmp(words[1], "port") == 0)) {
        return "not while it is up";
    }
    const char *reason = channel_key_set(c, words[1], words[2]);
    return reason ? reason : done(t);
}

static const char *run_save(struct building *b, char **words, int count, struct text *t)
{
    (void)words;
    (void)count;
    state_save_all(b);
    return done(t);
}

static const char *run_stop(struct building *b, char **words, int count, struct text *t)
{
    (void)words;
    (void)count;
    b->stopping = true;
    return done(t);
}

static const char *run_help(struct building *b, char **words, int count, struct text *t);

static const struct command commands[] = {
    {"truth", 0, 1, "truth [METER]", run_truth},
    {"fault", 3, 5, "fault TARGET KIND RATE [MS] [only=HH]", run_fault},
    {"clear", 0, 1, "clear [TARGET]", run_clear},
    {"set", 3, 3, "set METER FIELD VALUE", run_set},
    {"topup", 2, 3, "topup METER AMOUNT [COUNT]", run_top_up},
    {"stats", 0, 0, "stats", run_stats},
    {"log", 0, 1, "log [FRAMES]", run_log},
    {"clock", 0, 1, "clock [SECONDS]", run_clock},
    {"speed", 1, 1, "speed X", run_speed},
    {"line-time", 1, 1, "line-time on|off", run_line_time},
    {"channel", 3, 3, "channel CHANNEL KEY VALUE", run_channel},
    {"down", 1, 1, "down CHANNEL", run_down},
    {"up", 1, 1, "up CHANNEL", run_up},
    {"drop", 1, 1, "drop CHANNEL", run_drop},
    {"save", 0, 0, "save", run_save},
    {"stop", 0, 0, "stop", run_stop},
    {"help", 0, 0, "help", run_help},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static const char *run_help(struct building *b, char **words, int count, struct text *t)
{
    (void)b;
    (void)words;
    (void)count;
    text_add(t, "{\"ok\":true,\"commands\":[");
    for (int i = 0; i < COMMAND_COUNT; i++) {
        text_add(t, "%s\"%s\"", i ? "," : "", commands[i].help);
    }
    text_add(t, "]}");
    return NULL;
}

static void answer(struct building *b, char *line, struct text *t)
{
    char *words[WORDS_MAX];
    int count = 0;
    char *rest = NULL;
    for (char *w = strtok_r(line, " \t\r", &rest); w && count < WORDS_MAX;
         w = strtok_r(NULL, " \t\r", &rest)) {
        words[count++] = w;
    }
    const char *reason = "no such command; try help";
    for (int i = 0; count > 0 && i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, words[0]) != 0) {
            continue;
        }
        if (count - 1 < commands[i].min_words || count - 1 > commands[i].max_words) {
            reason = commands[i].help;
        } else {
            reason = commands[i].run(b, words + 1, count - 1, t);
        }
        break;
    }
    if (reason) {
        text_add(t, "{\"ok\":false,\"error\":");
        text_add_json(t, reason);
        text_add(t, "}");
    }
    text_add(t, "\n");
}

void control_input(struct building *b, struct client *client)
{
    ssize_t n =
        recv(client->fd, client->in + client->in_size, sizeof client->in - client->in_size, 0);
    if (n <= 0) {
        client->doomed = n == 0 || (errno != EAGAIN && errno != EINTR);
        return;
    }
    client->in_size += (size_t)n;
    uint8_t *end;
    while ((end = memchr(client->in, '\n', client->in_size))) {
        *end = 0;
        answer(b, (char *)client->in, &client->out);
        size_t used = (size_t)(end - client->in) + 1;
        client->in_size -= used;
        memmove(client->in, client->in + used, client->in_size);
    }
    if (client->in_size == sizeof client->in) {
        client->doomed = true; /* no command is that long */
        return;
    }
    client_flush(client);
}

int control_open(struct building *b, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 16) != 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    b->control = fd;
    b->control_path = path;
    return 0;
}

void control_accept(struct building *b, int64_t now_us)
{
    int fd = accept4(b->control, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    struct client *client = client_new(b, fd, now_us);
    client->next = b->operators;
    b->operators = client;
}

void control_close(struct building *b)
{
    while (b->operators) {
        struct client *client = b->operators;
        b->operators = client->next;
        client_free(client);
    }
    if (b->control >= 0) {
        close(b->control);
        unlink(b->control_path);
        b->control = -1;
    }
}
