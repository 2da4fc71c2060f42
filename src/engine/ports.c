/*
 * Serial ports of the machine and who uses each: the engine owns the devices, so it is asked; where none
 * runs the program lists them itself, without channels.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core.h"
#include "message.h"
#include "engine.h"
#include "serial.h"
#include "text.h"

/* What is known of the channels beside the ports of the machine. */
struct port_list {
    const struct channel_place *channels;
    size_t channel_count;
    json_t *rows;
};

static bool same_device(const char *a, const char *b)
{
    struct stat x, y;
    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISCHR(x.st_mode) && S_ISCHR(y.st_mode) &&
           x.st_rdev == y.st_rdev;
}

static const char *channel_of(const struct port_list *list, const char *path)
{
    for (size_t i = 0; i < list->channel_count; i++) {
        const struct channel_place *c = &list->channels[i];
        if (strcmp(c->type, "rtu") == 0 && same_device(c->device, path))
            return c->name;
    }
    return "";
}

/* The channel and what it is, or who else has it. */
static void row_add(struct port_list *list, const struct serial_port *port)
{
    const char *channel = channel_of(list, port->path), *state = N_("free");
    char who[64];
    long pid = serial_holder(port->path, who, sizeof who);
    if (access(port->path, F_OK) != 0)
        state = N_("not plugged in");
    else if (pid == (long)getpid())
        state = N_("open");
    else if (pid > 0)
        state = N_("in use");
    else if (access(port->path, R_OK | W_OK) != 0)
        state = N_("no permission");
    if (pid <= 0 || pid == (long)getpid())
        who[0] = '\0';
    json_array_append_new(list->rows, json_pack("[s,s,s,s,s,s,s,s,I]", port->path, port->title,
                                                port->manufacturer, port->serial, channel, state,
                                                who, port->stable, (json_int_t)(who[0] ? pid : 0)));
}

static json_t *ports_json(struct port_list *list)
{
    struct serial_port *ports = NULL;
    size_t n = serial_ports(&ports);
    list->rows = json_array();
    for (size_t i = 0; i < n; i++)
        row_add(list, &ports[i]);
    /* What a channel names and the machine does not list: unplugged, or a device of another kind. */
    for (size_t i = 0; i < list->channel_count; i++) {
        const struct channel_place *c = &list->channels[i];
        bool there = strcmp(c->type, "rtu") != 0;
        for (size_t k = 0; k < n && !there; k++)
            there = same_device(ports[k].path, c->device);
        if (there)
            continue;
        struct serial_port port = {0};
        text_copy(port.path, sizeof port.path, c->device);
        row_add(list, &port);
    }
    free(ports);
    json_t *columns = json_array();
    static const struct {
        const char *name, *kind, *title;
    } heads[] = {{"port", "text", N_("Port")},          {"device", "text", N_("Device")},
                 {"manufacturer", "text", N_("Maker")}, {"serial", "text", N_("Serial number")},
                 {"channel", "text", N_("Channel")},    {"state", "state", N_("State")},
                 {"used_by", "text", N_("Used by")},    {"stable", "text", N_("Lasting name")},
                 {"process", "id", N_("Process")}};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        json_array_append_new(columns, json_pack("{s:s,s:s,s:s}", "name", heads[i].name, "kind",
                                                 heads[i].kind, "title", heads[i].title));
    return json_pack("{s:o,s:o,s:i,s:b}", "columns", columns, "rows", list->rows, "offset", 0,
                     "more", 0);
}

json_t *engine_ports(void)
{
    struct port_list list = {0};
    return ports_json(&list);
}

/* ---- the call: on a reader's thread, /proc and devices take their time */

struct ports_work {
    struct work work;
    struct reply_to to;
    struct channel_place *channels;
    size_t channel_count;
    json_t *result;
};

static void ports_run(struct engine *engine, struct books *books, struct work *work)
{
    struct ports_work *p = (struct ports_work *)work;
    struct port_list list = {.channels = p->channels, .channel_count = p->channel_count};
    (void)engine;
    (void)books;
    p->result = ports_json(&list);
}

static void ports_done(struct engine *engine, struct work *work)
{
    struct ports_work *p = (struct ports_work *)work;
    session_reply(engine, p->to, json_incref(p->result), NULL);
    json_decref(p->result);
    free(p->channels);
    work_free(p);
}

static int run_ports(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                     struct err *e)
{
    struct ports_work *p = work_new(sizeof *p, ports_run, ports_done);
    (void)args;
    p->to = (struct reply_to){s->serial, id};
    p->channels = mem_new((engine->channel_count + 1) * sizeof *p->channels);
    p->channel_count = engine->channel_count;
    if (engine->channel_count > 0)
        memcpy(p->channels, engine->channels, engine->channel_count * sizeof *p->channels);
    if (reader_push(engine, p, e))
        return 0;
    free(p->channels);
    work_free(p);
    return e->code;
}

static const struct param no_params[] = {{0}};
static const struct live calls[] = {
    {.name = "ports.list",
     .title = N_("Serial ports"),
     .roles = ROLE_ELECTRICIAN | ROLE_MANAGER | ROLE_ADMINISTRATOR,
     .params = no_params,
     .run = run_ports},
};
const struct live_table ports_calls = {calls, sizeof calls / sizeof *calls};
