/*
 * metertill kiosk: what sshd's forced command runs for a counter. Without a command of the client it is the
 * console; with one, only what stands in the table below: nothing here starts another program, and no path
 * leaves the operator's tray.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "cli_state.h"
#include "message.h"
#include "text.h"
#include "verb.h"

#define COMMAND_MAX 512
#define WORDS_MAX   3

extern char **environ;

/* What a client's environment may say: how its terminal is and how it speaks. Everything else goes. */
static const char *const kept[] = {"TERM",
                                   "LANG",
                                   "LANGUAGE",
                                   "LC_ALL",
                                   "LC_CTYPE",
                                   "COLORTERM",
                                   "NO_COLOR",
                                   "HOME",
                                   "USER",
                                   "LOGNAME",
                                   "PATH",
                                   "TZ",
                                   "LC_MESSAGES",
                                   "NCURSES_NO_UTF8_ACS",
                                   "XDG_RUNTIME_DIR",
                                   "XDG_DATA_HOME"};

static bool is_kept(const char *pair)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        size_t n = strlen(kept[i]);
        if (strncmp(pair, kept[i], n) == 0 && pair[n] == '=')
            return true;
    }
    return false;
}

/* A METERTILL_ variable has been read by now: it would have come from the client, past the site's file. */
static int environment_clean(struct err *e)
{
    for (char **at = environ; *at;) {
        size_t n = strcspn(*at, "=");
        char *name = mem_format("%.*s", (int)n, *at);
        if (strncmp(name, "METERTILL_", 10) == 0) {
            int code = err_set(e, MSG_KIOSK_ENVIRONMENT, name);
            free(name);
            return code;
        }
        if (is_kept(*at))
            at++;
        else
            unsetenv(name); /* moves the rest up */
        free(name);
    }
    return 0;
}

/* ---- the tray */

/* Opens the tray of this operator. Missing: an empty one is a tray too (*fd < 0). */
static int tray_open(struct cli *cli, int *fd, struct err *e)
{
    const struct passwd *me = getpwuid(getuid());
    const char *login = cli->as ? cli->as : me ? me->pw_name : "";
    if (!login[0] || strchr(login, '/') || login[0] == '.')
        return err_set(e, MSG_KIOSK_FILE, login);
    char *path = mem_format("%s/%s", config_get(cli_config(cli), CONFIG_EXPORT_DIR), login);
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int code = *fd < 0 && errno != ENOENT ? err_set(e, MSG_FILE_OPEN, path, strerror(errno)) : 0;
    free(path);
    return code;
}

static bool name_fits(const char *name)
{
    return name[0] && name[0] != '.' && !strchr(name, '/') && text_is_clean(name);
}

/* Opens a plain file of the tray; *st tells its size and time. Negative: none. */
static int file_open(int tray, const char *name, struct stat *st)
{
    int fd = openat(tray, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int tray_get(int tray, const char *name, struct err *e)
{
    struct stat st;
    char bytes[65536];
    ssize_t n;
    int fd = tray >= 0 && name_fits(name) ? file_open(tray, name, &st) : -1;
    if (fd < 0)
        return err_set(e, MSG_KIOSK_FILE, name);
    while ((n = read(fd, bytes, sizeof bytes)) > 0 && fwrite(bytes, 1, (size_t)n, stdout) > 0)
        ;
    int code = n < 0 ? err_set(e, MSG_FILE_READ, name, strerror(errno)) : 0;
    if (code == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        code = err_set(e, MSG_KIOSK_SEND, name, strerror(errno));
    close(fd);
    return code;
}

static int tray_list(int tray, const char *unused, struct err *e)
{
    struct dirent **names = NULL;
    int count = tray < 0 ? 0 : scandirat(tray, ".", &names, NULL, alphasort);
    (void)unused;
    if (count < 0)
        return err_set(e, MSG_FILE_READ, "tray", strerror(errno));
    int shown = 0;
    for (int i = 0; i < count; i++) {
        struct stat st;
        int fd = name_fits(names[i]->d_name) ? file_open(tray, names[i]->d_name, &st) : -1;
        if (fd >= 0) {
            struct tm tm;
            char when[32];
            localtime_r(&st.st_mtime, &tm);
            strftime(when, sizeof when, "%Y-%m-%d %H:%M", &tm);
            printf("%12lld  %s  %s\n", (long long)st.st_size, when, names[i]->d_name);
            close(fd);
            shown++;
        }
        free(names[i]);
    }
    free(names);
    if (!shown)
        fprintf(stderr, "%s\n", _("The tray is empty: Ctrl-X in the console puts a list there."));
    return 0;
}

/* ---- what a client may ask for */

static const struct kiosk_command {
    const char *name;
    int words; /* with its own */
    int (*run)(int tray, const char *word, struct err *e);
} commands[] = {
    {"get", 2, tray_get},
    {"list", 1, tray_list},
};

/* ssh HOST get FILE: words between spaces; quotes have no meaning, nothing is expanded. */
static int command_run(struct cli *cli, const char *said, struct err *e)
{
    char line[COMMAND_MAX], *word[WORDS_MAX + 1] = {NULL}, *rest = line;
    int count = 0, tray = -1;
    if (strlen(said) >= sizeof line || !text_is_clean(said))
        return err_set(e, MSG_KIOSK_COMMAND, "...");
    text_copy(line, sizeof line, said);
    for (char *w; count <= WORDS_MAX && (w = strsep(&rest, " ")) != NULL;) {
        if (w[0])
            word[count++] = w;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands && count > 0; i++) {
        if (strcmp(commands[i].name, word[0]) != 0 || count != commands[i].words)
            continue;
        int code = tray_open(cli, &tray, e);
        if (code == 0)
            code = commands[i].run(tray, count > 1 ? word[1] : "", e);
        if (tray >= 0)
            close(tray);
        return code;
    }
    return err_set(e, MSG_KIOSK_COMMAND, said);
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    const struct cli_option options[] = {{.name = "as", .text = &cli->as, .filled = true}, {0}};
    const char *said = getenv("SSH_ORIGINAL_COMMAND");
    char *command = said ? mem_text(said) : NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0)
        code = environment_clean(e);
    if (code == 0 && command && command[0])
        code = command_run(cli, command, e);
    else if (code == 0 && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)))
        code = err_set(e, MSG_KIOSK_TERMINAL);
    else if (code == 0)
        code = cli->faces->console(cli, cli->config, e);
    free(command);
    return code;
}

const struct verb kiosk_verb = {
    .name = "kiosk",
    .summary = N_("the forced command of sshd: the console, or a file from the tray"),
    .usage = N_(
        "metertill kiosk [--as LOGIN]\n"
        "\n"
        "For sshd's ForceCommand, or command=\"...\" before a key in authorized_keys. It opens the\n"
        "console and nothing else: no shell, no other program. What the client asks for is refused but for\n"
        "  ssh HOST list                what waits in the operator's tray\n"
        "  ssh HOST get FILE > FILE     takes a file from it\n"
        "The tray is the folder LOGIN (without --as: the name of the unix account) under export-dir."),
    .local = true,
    .run = run,
};
