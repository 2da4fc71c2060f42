/* main.c - the command line of metersim and the order of starting and stopping.
 *
 * Belongs here: options, signals, the file of ports. Not here: anything a building does.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "building.h"

static const char usage[] =
    "usage: metersim --building FILE --ports FILE --control SOCKET [options]\n"
    "  --state DIR           keep the meters here across restarts\n"
    "  --seed N              the dice of the faults (default 1)\n"
    "  --speed X             meter time runs X times as fast (default 1)\n"
    "  --no-line-time        frames take no time on the line\n"
    "  --paused-while-down   meter time stands while the simulator is down\n"
    "  --consume off|on      whether tenants draw power (default on)\n"
    "  --told FILE           what each meter held whenever its values were read\n";

enum option_id {
    BUILDING = 1,
    PORTS,
    CONTROL,
    STATE,
    SEED,
    SPEED,
    NO_LINE_TIME,
    PAUSED,
    CONSUME,
    TOLD
};

static const struct option options[] = {
    {"building", required_argument, NULL, BUILDING},
    {"ports", required_argument, NULL, PORTS},
    {"control", required_argument, NULL, CONTROL},
    {"state", required_argument, NULL, STATE},
    {"seed", required_argument, NULL, SEED},
    {"speed", required_argument, NULL, SPEED},
    {"no-line-time", no_argument, NULL, NO_LINE_TIME},
    {"paused-while-down", no_argument, NULL, PAUSED},
    {"consume", required_argument, NULL, CONSUME},
    {"told", required_argument, NULL, TOLD},
    {NULL, 0, NULL, 0},
};

struct paths {
    const char *building;
    const char *ports;
    const char *control;
};

/* Returns false when an option is not understood. */
static bool take_option(struct building *b, struct paths *paths, int id, const char *value)
{
    char *end = NULL;
    switch (id) {
    case BUILDING: paths->building = value; return true;
    case PORTS: paths->ports = value; return true;
    case CONTROL: paths->control = value; return true;
    case STATE: b->state_folder = value; return true;
    case SEED: b->seed = strtoull(value, &end, 10); return *end == 0;
    case SPEED:
        b->speed = strtod(value, &end);
        return *end == 0 && b->speed >= 0 && b->speed <= 1e6;
    case NO_LINE_TIME: b->line_time = false; return true;
    case PAUSED: b->paused_while_down = true; return true;
    case CONSUME:
        b->consume = strcmp(value, "off") != 0;
        return !b->consume || strcmp(value, "on") == 0;
    case TOLD: b->told = fopen(value, "a"); return b->told != NULL;
    default: return false;
    }
}

static int write_ports(const struct building *b, const char *path)
{
    struct text t = {0};
    for (size_t i = 0; i < b->channel_count; i++) {
        const struct channel *c = b->channels[i];
        if (c->type == CHANNEL_RTU) {
            text_add(&t, "%s %s\n", c->name, c->device);
        } else {
            text_add(&t, "%s %" PRId64 "\n", c->name, c->port);
        }
    }
    int result = text_save(path, &t);
    text_clear(&t);
    return result;
}

/* A serial channel is plugged in as tty.CHANNEL beside the file of ports. */
static void name_device(struct channel *c, const char *ports)
{
    const char *slash = strrchr(ports, '/');
    int folder = slash ? (int)(slash - ports) + 1 : 0;
    snprintf(c->device, sizeof c->device, "%.*stty.%s", folder, ports, c->name);
}

static int start(struct building *b, const struct paths *paths)
{
    if (building_load(b, paths->building) != 0) {
        return -1;
    }
    state_load(b);
    for (size_t i = 0; i < b->channel_count; i++) {
        struct channel *c = b->channels[i];
        c->dice = dice_new(b->seed, c->name);
        name_device(c, paths->ports);
        if (gateway_listen(c) != 0) {
            fprintf(stderr, "metersim: channel %s: %s\n", c->name, strerror(errno));
            return -1;
        }
    }
    if (control_open(b, paths->control) != 0) {
        fprintf(stderr, "metersim: %s: %s\n", paths->control, strerror(errno));
        return -1;
    }
    if (write_ports(b, paths->ports) != 0) {
        fprintf(stderr, "metersim: %s: %s\n", paths->ports, strerror(errno));
        return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct building *b = building_new();
    struct paths paths = {0};
    b->seed = 1;
    int id;
    int result = 1;
    int signals = -1;
    while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (!take_option(b, &paths, id, optarg)) {
            fputs(usage, stderr);
            result = 2;
            goto out;
        }
    }
    if (!paths.building || !paths.ports || !paths.control || optind < argc) {
        fputs(usage, stderr);
        result = 2;
        goto out;
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (signals < 0 || start(b, &paths) != 0) {
        goto out;
    }
    if (building_run(b, signals) != 0) {
        fprintf(stderr, "metersim: %s\n", strerror(errno));
    } else {
        result = 0;
    }
    state_save_all(b);
out:
    if (signals >= 0) {
        close(signals);
    }
    building_free(b);
    return result;
}
