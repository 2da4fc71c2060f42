/*
 * Which face: joins the command line, the engine and the console, which do not know each other.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "console.h"
#include "engine.h"

static int run_console(struct cli *cli, const struct config *config, struct err *e)
{
    char *locale = mem_format("%s/locale", config_get(config, CONFIG_SHARE));
    const char *width = config_get(config, CONFIG_WIDE_SIGNS); /* auto, 1 or 2 */
    const char *demo = getenv("METERTILL_DEMO_LOGINS");
    struct console_options options = {
        .socket_path = config_get(config, CONFIG_SOCKET),
        .language = config_get(config, CONFIG_LANGUAGE),
        .theme = config_get(config, CONFIG_THEME),
        .ambiguous_width = width[0] == 'a' ? 0 : width[0] - '0',
        .esc_delay_ms = (int)config_number(config, CONFIG_ESC_DELAY),
        .login = cli_as(cli),
        .demo_logins = demo && demo[0] ? demo : NULL,
        .export_dir = config_get(config, CONFIG_EXPORT_DIR),
        .locale_dir = locale,
        .start_engine = cli_start_engine,
        .ctx = cli,
        .fd = -1,
    };
    int code = console_run(&options, e);
    free(locale);
    return code;
}

static int inside_start(const struct config *config, const char *database, int mode, void **engine,
                        int *fd, struct err *e)
{
    static const enum engine_inside_mode modes[] = {
        [CLI_INSIDE_CREATE] = ENGINE_INSIDE_CREATE,
        [CLI_INSIDE_WRITE] = ENGINE_INSIDE_WRITE,
        [CLI_INSIDE_COPY] = ENGINE_INSIDE_COPY,
    };
    struct engine *started = NULL;
    int code = engine_inside_start(config, database, modes[mode], &started, fd, e);
    *engine = started;
    return code;
}

static void inside_end(void *engine)
{
    engine_inside_end(engine);
}

static int restore(const struct config *config, const struct cli_restore *wish, json_t **result,
                   struct err *e)
{
    const struct engine_restore whole = {.file = wish->file,
                                         .claim = wish->claim,
                                         .last = wish->last,
                                         .skip = wish->skip,
                                         .other_books = wish->other_books};
    return engine_restore(config, &whole, result, e);
}

int main(int argc, char **argv)
{
    static const struct cli_faces faces = {
        .console = run_console,
        .engine = engine_run,
        .inside_start = inside_start,
        .inside_end = inside_end,
        .restore = restore,
        .ports = engine_ports,
    };
    signal(SIGPIPE, SIG_IGN);
    return cli_main(&faces, argc, argv);
}
