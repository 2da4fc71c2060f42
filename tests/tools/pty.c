/*
 * A terminal without a screen, steered line by line: for what tmux cannot play, a terminal that draws
 * ambiguous characters wide, one that is mute, one that goes away.
 *
 *   pty [--wide|--mute] [--ahead TEXT] [--nohup] OUT PROGRAM [ARGUMENT...]
 *
 * Runs PROGRAM on a pty of 80x24; what it writes goes to OUT. The question where the cursor stands (ESC [ 6 n) is
 * answered from the characters that were printed in that row; --ahead: TEXT is typed just before the answer. Commands
 * on standard input, each answered by a line: `type TEXT`, `hex 1b5b`, `mark` (forget what was written), `wait TEXT`
 * (at most 5 s: "found" or "missed"), `lacks TEXT`, `size ROWS COLS`, `signal NUMBER`, `hangup`, `end` (waits at most
 * 5 s: "ended CODE", "killed SIGNAL" or "runs").
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

#define WRITTEN_MAX (1u << 20)
#define PATIENCE_MS 5000
#define QUESTION    "\033[6n"

struct pty {
    int master;
    pid_t child;
    FILE *out;
    bool wide, mute, answered;
    const char *ahead;
    char *written; /* since the mark */
    size_t count;
};

static void put(const struct pty *p, const char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t n = write(p->master, bytes, count);
        if (n < 0 && errno != EINTR)
            return;
        bytes += n > 0 ? n : 0;
        count -= n > 0 ? (size_t)n : 0;
    }
}

/* Column of the cursor after the bytes [from, to): every character beyond ASCII is an ambiguous one here. */
static int column(const struct pty *p, const char *from, const char *to)
{
    int col = 1;
    for (; from < to; from++) {
        const unsigned char b = (unsigned char)*from;
        if (b >= 0x20 && b < 0x80)
            col++;
        else if (b >= 0xc0)
            col += p->wide ? 2 : 1;
    }
    return col;
}

static void answer(struct pty *p)
{
    char text[32];
    char *question = strstr(p->written, QUESTION);
    if (!question || p->answered || p->mute)
        return;
    char *home = question;
    while (home > p->written && strncmp(home, "\033[2;1H", 6) != 0)
        home--;
    p->answered = true;
    if (p->ahead)
        put(p, p->ahead, strlen(p->ahead));
    snprintf(text, sizeof text, "\033[2;%dR", column(p, home + 6, question));
    put(p, text, strlen(text));
}

/* Takes what was written; false: the program closed its end. */
static bool take(struct pty *p, int timeout_ms)
{
    struct pollfd fd = {.fd = p->master, .events = POLLIN};
    char buf[8192];
    if (p->master < 0 || poll(&fd, 1, timeout_ms) <= 0)
        return p->master >= 0;
    const ssize_t n = read(p->master, buf, sizeof buf);
    if (n <= 0)
        return false;
    fwrite(buf, 1, (size_t)n, p->out);
    fflush(p->out);
    for (ssize_t i = 0; i < n && p->count + 1 < WRITTEN_MAX; i++) {
        if (buf[i])
            p->written[p->count++] = buf[i];
    }
    p->written[p->count] = '\0';
    answer(p);
    return true;
}

static void wait_text(struct pty *p, const char *text)
{
    const int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
    bool open = true;
    while (open && !strstr(p->written, text) && clock_mono_ms() < until_ms)
        open = take(p, 50);
    printf("%s %s\n", strstr(p->written, text) ? "found" : "missed", text);
}

static void end(struct pty *p)
{
    const int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
    int status;
    pid_t gone = 0;
    while ((gone = waitpid(p->child, &status, WNOHANG)) == 0 && clock_mono_ms() < until_ms) {
        if (!take(p, 20))
            clock_sleep_ms(5);
    }
    if (gone == 0)
        printf("runs\n");
    else if (WIFSIGNALED(status))
        printf("killed %d\n", WTERMSIG(status));
    else
        printf("ended %d\n", WEXITSTATUS(status));
    p->child = gone == 0 ? p->child : 0;
}

static void hex(const struct pty *p, const char *text)
{
    unsigned byte;
    for (; sscanf(text, "%2x", &byte) == 1; text += 2)
        put(p, &(char){(char)byte}, 1);
}

static void command(struct pty *p, char *line)
{
    struct winsize size = {0};
    char *rest = strchr(line, ' ');
    rest = rest ? rest + 1 : line + strlen(line);
    if (strncmp(line, "type ", 5) == 0) {
        put(p, rest, strlen(rest));
    } else if (strncmp(line, "hex ", 4) == 0) {
        hex(p, rest);
    } else if (strcmp(line, "mark") == 0) {
        p->count = 0;
        p->written[0] = '\0';
    } else if (strncmp(line, "wait ", 5) == 0) {
        wait_text(p, rest);
        return;
    } else if (strncmp(line, "lacks ", 6) == 0) {
        while (take(p, 150)) {
            struct pollfd more = {.fd = p->master, .events = POLLIN};
            if (poll(&more, 1, 0) <= 0)
                break;
        }
        printf("%s %s\n", strstr(p->written, rest) ? "has" : "lacks", rest);
        return;
    } else if (sscanf(line, "size %hu %hu", &size.ws_row, &size.ws_col) == 2) {
        ioctl(p->master, TIOCSWINSZ, &size);
    } else if (strncmp(line, "signal ", 7) == 0) {
        kill(p->child, (int)strtol(rest, NULL, 10));
    } else if (strcmp(line, "hangup") == 0) {
        close(p->master);
        p->master = -1;
    } else if (strcmp(line, "end") == 0) {
        end(p);
        return;
    }
    printf("done\n");
}

int main(int argc, char **argv)
{
    struct pty p = {.written = calloc(1, WRITTEN_MAX)};
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    bool nohup = false;
    char line[4096];
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "--ahead") == 0 && at + 1 < argc)
            p.ahead = argv[++at];
        p.wide |= strcmp(argv[at], "--wide") == 0;
        p.mute |= strcmp(argv[at], "--mute") == 0;
        nohup |= strcmp(argv[at], "--nohup") == 0;
    }
    if (argc - at < 2 || !p.written || !(p.out = fopen(argv[at], "w"))) {
        fprintf(stderr,
                "usage: pty [--wide|--mute] [--ahead TEXT] [--nohup] OUT PROGRAM [ARGUMENT...]\n");
        return 64;
    }
    p.child = forkpty(&p.master, NULL, NULL, &size);
    if (p.child == 0) {
        if (nohup)
            signal(SIGHUP, SIG_IGN);
        execvp(argv[at + 1], argv + at + 1);
        _exit(127);
    }
    fcntl(p.master, F_SETFD, FD_CLOEXEC);
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        take(&p, 0);
        command(&p, line);
    }
    if (p.child > 0) {
        kill(p.child, SIGKILL);
        waitpid(p.child, NULL, 0);
    }
    fclose(p.out);
    free(p.written);
    return 0;
}
