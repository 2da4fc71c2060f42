/*
 * metertill engine: the service itself, how it is, its end, its log.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_state.h"
#include "clock.h"
#include "message.h"
#include "text.h"
#include "verb.h"
#include "wire.h"

#define STOP_MS   15000
#define TELL_MS   1000 /* until a stop says what it waits for */
#define LOG_BYTES 262144

/* Is the lock beside the books held? *pid: by whom, 0 unknown. Negative: this account may not look. */
static int lock_held(const char *database, long *pid, struct err *e)
{
    char *path = mem_format("%s.lock", database), text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int held = 0;
    *pid = 0;
    if (fd >= 0) {
        held = flock(fd, LOCK_EX | LOCK_NB) != 0;
        if (held > 0 && pread(fd, text, sizeof text - 1, 0) > 0)
            *pid = strtol(text, NULL, 10);
        close(fd);
    } else if (errno == EACCES || errno == EPERM) {
        held = err_set(e, MSG_CLI_LOCK_DENIED, database);
    }
    free(path);
    return held;
}

/* One line: its name, its state, and why it is down in a sentence. */
static void channel_say(const json_t *channel)
{
    const json_t *error = json_object_get(channel, "error");
    char text[1024];
    struct err why = {0};
    text_copy(text, sizeof text, json_string_value(json_object_get(channel, "trouble")));
    if (json_is_object(error)) {
        wire_error_read(error, &why);
        message_text(&why, text, sizeof text);
    }
    printf("  %-16s %-8s %s\n", json_string_value(json_object_get(channel, "name")),
           _(json_string_value(json_object_get(channel, "state"))), text);
}

static int say_status(struct cli *cli, bool json, struct err *e)
{
    struct link *link;
    json_t *state = NULL, *channel;
    char age[64];
    size_t i;
    cli_no_start(cli);
    int code = cli_connect(cli, &link, e);
    if (code == 0)
        code = link_call(link, "engine.status", NULL, NULL, STOP_MS, &state, e);
    if (code)
        return code;
    if (json) {
        cli_json(state);
        json_decref(state);
        return 0;
    }
    printf(_("engine %s, process %lld, up %s\n"),
           json_string_value(json_object_get(state, "version")),
           (long long)json_integer_value(json_object_get(state, "pid")),
           cli_cell("age", json_object_get(state, "started_at"), age, sizeof age));
    printf(_("books %s\nsocket %s\n"), json_string_value(json_object_get(state, "database")),
           json_string_value(json_object_get(state, "socket")));
    printf(_("sessions %lld, orders under way %lld\n"),
           (long long)json_integer_value(json_object_get(state, "sessions")),
           (long long)json_integer_value(json_object_get(state, "orders")));
    json_array_foreach(json_object_get(state, "channels"), i, channel)
    {
        channel_say(channel);
    }
    json_decref(state);
    return 0;
}

/* Until the lock is free, at most STOP_MS after `began`; says what it waits for. */
static int stop_wait(const char *database, int64_t began, struct err *e)
{
    bool told = false;
    long pid;
    int held;
    while ((held = lock_held(database, &pid, e)) > 0) {
        int64_t now = clock_mono_ms();
        if (now > began + STOP_MS)
            return err_set(e, MSG_CLI_STILL_RUNNING, database, (int64_t)pid,
                           (int64_t)(STOP_MS / 1000));
        if (!told && now > began + TELL_MS) {
            fprintf(stderr, "metertill: %s\n",
                    _("waiting until the engine has finished what is on the wire"));
            told = true;
        }
        clock_sleep_ms(20);
    }
    return held;
}

/* Asks for the stop over the socket; where that cannot be (another version, a stuck socket) by signal. */
static int stop(struct cli *cli, struct err *e)
{
    const char *database = config_get(cli_config(cli), CONFIG_DATABASE);
    struct link *link;
    struct err why = {0};
    json_t *result = NULL;
    long pid = 0;
    int64_t began = clock_mono_ms();
    int held = lock_held(database, &pid, e);
    if (held < 0)
        return held;
    if (held == 0)
        return err_set(e, MSG_CLI_NOT_RUNNING, database);
    cli_no_start(cli);
    int code = cli_connect(cli, &link, &why);
    if (code == 0) {
        code = link_call(link, "engine.stop", NULL, NULL, STOP_MS, &result, &why);
        if (code == ERR_DENIED && cli->as)
            code = cli_call(cli, "engine.stop", NULL, NULL, STOP_MS, &result, &why);
    }
    json_decref(result);
    if (code == ERR_DENIED || (code != 0 && (pid <= 1 || kill((pid_t)pid, SIGTERM) != 0))) {
        *e = why;
        return e->code;
    }
    return stop_wait(database, began, e);
}

/* The last lines of the engine's log. */
static int say_log(struct cli *cli, struct err *e)
{
    const char *path = config_get(cli_config(cli), CONFIG_LOG_FILE);
    char *text = mem_new(LOG_BYTES + 1);
    FILE *file = fopen(path, "re");
    if (!file) {
        free(text);
        return err_set(e, MSG_FILE_OPEN, path, strerrordesc_np(errno));
    }
    bool cut = fseek(file, -LOG_BYTES, SEEK_END) == 0;
    if (!cut)
        rewind(file);
    size_t n = fread(text, 1, LOG_BYTES, file);
    fclose(file);
    text[n] = '\0';
    const char *from = text;
    if (cut) {
        const char *line = strchr(text, '\n');
        from = line ? line + 1 : text;
    }
    fputs(from, stdout);
    free(text);
    return 0;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool background = false, json = false;
    const struct cli_option options[] = {
        {.name = "background", .flag = &background}, {.name = "json", .flag = &json}, {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 1, e);
    if (code)
        return code;
    const char *what = first < argc ? argv[first] : "run";
    if (strcmp(what, "run") == 0)
        return cli_faces(cli)->engine(cli_config(cli), background, e);
    if (strcmp(what, "status") == 0)
        return say_status(cli, json, e);
    if (strcmp(what, "stop") == 0)
        return stop(cli, e);
    if (strcmp(what, "log") == 0)
        return say_log(cli, e);
    return err_set(e, MSG_CLI_WORD, argv[0], what);
}

const struct verb engine_verb = {
    .name = "engine",
    .summary = N_("run the engine, ask how it is, stop it, show its log"),
    .usage =
        N_("metertill engine [run] [--background]   runs until it is stopped\n"
           "metertill engine status [--json]\n"
           "metertill engine stop                   finishes what is on the wire, then ends\n"
           "metertill engine log\n"
           "\n"
           "One engine owns the books, the lines and the printers; everything else is its client.\n"
           "--background: detached, and the log goes to its file."),
    .local = true,
    .run = run,
};
