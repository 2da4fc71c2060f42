/*
 * The way to the engine: connect, start one where that is allowed, log in, and say so when it goes away
 * and comes back.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli_state.h"
#include "clock.h"
#include "message.h"
#include "text.h"

#define OPEN_MS  10000
#define CALL_MS  60000
#define START_MS 10000

/* ---- starting an engine */

/* The child of the child: an engine of its own session, its sentence of failure goes into the pipe. */
static _Noreturn void engine_exec(const struct cli *cli, int say)
{
    char exe[4096], *args[2 * CONFIG_COUNT + 8];
    int n = 0, null = open("/dev/null", O_RDWR);
    ssize_t size = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (size <= 0 || null < 0)
        _exit(71);
    exe[size] = '\0';
    dup2(null, 0);
    dup2(null, 1);
    dup2(say, 2);
    args[n++] = exe;
    if (cli->config_file) {
        args[n++] = mem_text("--config");
        args[n++] = mem_text(cli->config_file);
    }
    for (int i = 0; i < CONFIG_COUNT; i++) {
        if (strcmp(config_source(cli->config, (enum config_key)i), "flag") != 0)
            continue;
        args[n++] = mem_format("--%s", config_name((enum config_key)i));
        args[n++] = mem_text(config_get(cli->config, (enum config_key)i));
    }
    args[n++] = mem_text("engine");
    args[n++] = mem_text("--background");
    args[n] = NULL;
    execv(exe, args);
    _exit(71);
}

/* Reads what the engine says until it listens (the pipe ends) or the time is up. */
static void engine_hear(int fd, char *buf, size_t size)
{
    size_t used = 0;
    int64_t until = clock_mono_ms() + START_MS;
    while (clock_mono_ms() < until) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        char rest[256];
        if (poll(&p, 1, 100) <= 0)
            continue;
        bool room = used + 1 < size;
        ssize_t n = read(fd, room ? buf + used : rest, room ? size - 1 - used : sizeof rest);
        if (n <= 0)
            break;
        if (room)
            used += (size_t)n;
    }
    while (used > 0 && buf[used - 1] == '\n')
        used--;
    buf[used] = '\0';
}

static int engine_spawn(const struct cli *cli, struct err *e)
{
    char said[512];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_errno(e, "pipe");
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return err_errno(e, "fork");
    }
    if (child == 0) {
        setsid();
        if (fork() != 0)
            _exit(0);
        engine_exec(cli, ends[1]);
    }
    close(ends[1]);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    engine_hear(ends[0], said, sizeof said);
    close(ends[0]);
    const char *text = strncmp(said, "metertill: ", 11) == 0 ? said + 11 : said;
    if (text[0])
        return err_set(e, MSG_CLI_START_FAILED, text);
    return 0;
}

int cli_start_engine(void *ctx, struct err *e)
{
    const struct cli *cli = ctx;
    const char *database = config_get(cli->config, CONFIG_DATABASE);
    struct stat st;
    if (strcmp(config_get(cli->config, CONFIG_START_ENGINE), "yes") != 0)
        return err_set(e, MSG_CLI_NO_START, config_get(cli->config, CONFIG_SOCKET));
    if (stat(database, &st) != 0)
        return err_set(e, MSG_CLI_NO_BOOKS, database);
    if (st.st_uid != geteuid())
        return err_set(e, MSG_CLI_NOT_OWNER, database);
    return engine_spawn(cli, e);
}

void cli_no_start(struct cli *cli)
{
    cli->no_start = true;
}

/* ---- connecting */

static void on_state(void *ctx, enum link_state state, const struct err *e)
{
    struct cli *cli = ctx;
    if (state == LINK_LOST && e && e->msg == MSG_LINK_LOST && !cli->said_gone) {
        fprintf(stderr, "metertill: %s\n", _("the engine is gone, waiting for it"));
        cli->said_gone = true;
    } else if (state == LINK_READY && cli->said_gone) {
        fprintf(stderr, "metertill: %s\n", _("the engine is back"));
        cli->said_gone = false;
    }
}

static int open_link(struct cli *cli, int fd, struct err *e)
{
    struct link_options options = {
        .socket_path = config_get(cli->config, CONFIG_SOCKET),
        .client = "cli",
        .start_engine = cli->no_start || fd >= 0 ? NULL : cli_start_engine,
        .ctx = cli,
        .fd = fd,
    };
    int code = link_new(&cli->link, &options, e);
    if (code)
        return code;
    link_on_state(cli->link, on_state, cli);
    code = link_open(cli->link, OPEN_MS, e);
    if (code) {
        link_free(cli->link);
        cli->link = NULL;
        return code;
    }
    if (json_is_true(json_object_get(link_hello(cli->link), "demo")))
        fprintf(stderr, "metertill: %s\n", _("DEMO: training books, no real money"));
    if (json_is_true(json_object_get(link_hello(cli->link), "laptop")))
        fprintf(stderr, "metertill: %s\n", _("a laptop's books, not the site's"));
    const char *zone = json_string_value(json_object_get(link_hello(cli->link), "timezone"));
    if (zone && zone[0]) { /* times are shown in the site's zone */
        setenv("TZ", zone, 1);
        tzset();
    }
    return 0;
}

int cli_connect(struct cli *cli, struct link **out, struct err *e)
{
    if (!cli->link) {
        int code = open_link(cli, -1, e);
        if (code)
            return code;
    }
    *out = cli->link;
    return 0;
}

static int log_in(struct cli *cli, struct err *e)
{
    char password[256];
    json_t *result = NULL;
    int code;
    if (cli->as) {
        code = cli_password("METERTILL_PASSWORD", _("Password: "), false, password, sizeof password,
                            e);
        if (code)
            return code;
        json_t *args = json_pack("{s:s,s:s}", "login", cli->as, "password", password);
        explicit_bzero(password, sizeof password);
        code = link_call(cli->link, "session.login", args, NULL, CALL_MS, &result, e);
    } else {
        code = link_call(cli->link, "session.unix", NULL, NULL, CALL_MS, &result, e);
    }
    if (code)
        return code;
    link_session(cli->link, json_string_value(json_object_get(result, "token")));
    json_decref(result);
    cli->logged_in = true;
    return 0;
}

int cli_link(struct cli *cli, struct link **out, struct err *e)
{
    int code = cli_connect(cli, out, e);
    if (code == 0 && !cli->logged_in)
        code = log_in(cli, e);
    return code;
}

int cli_call(struct cli *cli, const char *call, json_t *args, const char *once, int timeout_ms,
             json_t **result, struct err *e)
{
    struct link *link;
    int code = cli_link(cli, &link, e);
    if (code) {
        json_decref(args);
        return code;
    }
    return link_call(link, call, args, once, timeout_ms > 0 ? timeout_ms : CALL_MS, result, e);
}

int cli_once(const char *given, char once[33], struct err *e)
{
    if (!given)
        link_once(once);
    else if (strlen(given) != 32 || strspn(given, "0123456789abcdef") != 32)
        return err_set(e, MSG_CLI_ID, given);
    else
        text_copy(once, 33, given);
    return 0;
}

bool cli_unanswered(const struct err *e)
{
    return e->msg == MSG_LINK_TIME || e->msg == MSG_LINK_LOST || e->msg == MSG_LINK_LOST_CALL;
}

int cli_inside(struct cli *cli, const char *database, enum cli_inside_mode mode, struct err *e)
{
    int fd = -1;
    cli_close(cli);
    int code = cli->faces->inside_start(cli->config, database, (int)mode, &cli->inside, &fd, e);
    if (code)
        return code;
    code = open_link(cli, fd, e);
    cli->logged_in = code == 0; /* as the program itself */
    return code;
}

void cli_close(struct cli *cli)
{
    struct err e = {0};
    json_t *result = NULL;
    if (cli->link && cli->logged_in && !cli->inside && link_state(cli->link) == LINK_READY) {
        link_call(cli->link, "session.logout", NULL, NULL, 1000, &result, &e);
        json_decref(result);
    }
    link_free(cli->link);
    cli->link = NULL;
    cli->logged_in = false;
    if (cli->inside)
        cli->faces->inside_end(cli->inside);
    cli->inside = NULL;
}

/* ---- passwords */

static bool ask(FILE *terminal, const char *prompt, char *buf, size_t size)
{
    struct termios before, quiet;
    int fd = fileno(terminal);
    if (tcgetattr(fd, &before) != 0)
        return false;
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(terminal, "%s", prompt);
    fflush(terminal);
    tcsetattr(fd, TCSAFLUSH, &quiet);
    char *line = fgets(buf, (int)size, terminal);
    tcsetattr(fd, TCSAFLUSH, &before);
    fprintf(terminal, "\n");
    fflush(terminal);
    if (line)
        buf[strcspn(buf, "\r\n")] = '\0';
    return line != NULL;
}

int cli_password(const char *environment, const char *prompt, bool twice, char *buf, size_t size,
                 struct err *e)
{
    const char *given = getenv(environment);
    char again[256];
    if (given && given[0]) {
        text_copy(buf, size, given);
        return 0;
    }
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (!terminal)
        return err_set(e, MSG_CLI_PASSWORD_NONE, environment);
    bool good = ask(terminal, prompt, buf, size);
    bool same = true;
    if (good && twice) {
        good = ask(terminal, _("The same again: "), again, sizeof again);
        same = good && strcmp(again, buf) == 0;
        explicit_bzero(again, sizeof again);
    }
    fclose(terminal);
    if (!good)
        return err_set(e, MSG_CLI_PASSWORD_NONE, environment);
    return same ? 0 : err_set(e, MSG_CLI_PASSWORD_TWICE);
}
