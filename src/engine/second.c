/*
 * A child of its own process group, its output read into the one line that is kept. Nothing of the engine is
 * inherited: every descriptor of it closes on exec.
 */
#include "second.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

#define WORDS_MAX      64
#define ARGS_MAX       16
#define LINE_MAX_BYTES 160
#define POLL_MS        100

extern char **environ;

struct said {
    char line[LINE_MAX_BYTES], last[LINE_MAX_BYTES];
    size_t used;
};

static void said_end(struct said *said)
{
    said->line[said->used] = '\0';
    if (said->used > 0 && text_is_clean(said->line))
        text_copy(said->last, sizeof said->last, said->line);
    said->used = 0;
}

static void said_add(struct said *said, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r')
            said_end(said);
        else if (said->used + 1 < sizeof said->line)
            said->line[said->used++] = bytes[i];
    }
}

/* The next word at *at, put together where it stands: what is in double quotes keeps its blanks, a backslash keeps the
 * quote or backslash after it. NULL: none is left; *open: a quote has no end. */
static char *word_next(char **at, bool *open)
{
    char *from = *at + strspn(*at, " "), *word = from, *to = from;
    bool quoted = false;

    if (*from == '\0')
        return NULL;
    for (; *from && (quoted || *from != ' '); from++) {
        if (*from == '"') {
            quoted = !quoted;
            continue;
        }
        from += *from == '\\' && (from[1] == '"' || from[1] == '\\');
        *to++ = *from;
    }
    *at = from + (*from != '\0');
    *to = '\0';
    *open = *open || quoted;
    return word;
}

/* The words of a command and its arguments; points into `text`, which it cuts. false: a quote has no end. */
static bool words_of(char *text, const char *const *args, char **words)
{
    char *rest = text, *word;
    bool open = false;
    size_t n = 0;

    while (n < WORDS_MAX - ARGS_MAX - 1 && (word = word_next(&rest, &open)) != NULL)
        words[n++] = word;
    for (size_t i = 0; args[i] && i < ARGS_MAX; i++)
        words[n++] = (char *)(uintptr_t)args[i];
    words[n] = NULL;
    return !open;
}

static int child_start(char **words, enum msg_id start, int out, pid_t *child, struct err *e)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, out, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int why = posix_spawnp(child, words[0], &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return why == 0 ? 0 : err_set(e, start, words[0], strerrordesc_np(why));
}

/* Until the child is gone or its time is up; 1: it was ended. */
static int child_hear(pid_t child, int in, int64_t until_ms, const atomic_bool *stop,
                      struct said *said, int *status)
{
    bool open = true,
         gone = false; /* a child is reaped once: what it said may still be on its way */

    for (;;) {
        struct pollfd p = {.fd = open ? in : -1, .events = POLLIN};
        char bytes[1024];
        gone = gone || waitpid(child, status, WNOHANG) == child;
        if (poll(&p, 1, gone ? 0 : POLL_MS) > 0) {
            ssize_t n = read(in, bytes, sizeof bytes);
            open = n > 0;
            said_add(said, bytes, n > 0 ? (size_t)n : 0);
            if (gone && open)
                continue;
        }
        if (gone)
            return 0;
        if (atomic_load(stop) || clock_mono_ms() > until_ms) {
            kill(-child, SIGKILL);
            while (waitpid(child, status, 0) < 0 && errno == EINTR)
                continue;
            return 1;
        }
    }
}

int second_run(const char *command, const char *const *args, const struct second_words *say,
               int64_t limit_s, const atomic_bool *stop, struct err *e)
{
    char *words[WORDS_MAX], *text = mem_text(command);
    struct said said = {0};
    int ends[2] = {-1, -1}, status = 0;
    pid_t child = -1;

    int rc = words_of(text, args, words) ? 0 : err_set(e, MSG_SECOND_QUOTE, command);
    if (rc == 0 && pipe2(ends, O_CLOEXEC) != 0)
        rc = err_errno(e, "pipe");
    if (rc == 0)
        rc = child_start(words, say->start, ends[1], &child, e);
    if (ends[1] >= 0)
        close(ends[1]);
    if (rc == 0) {
        int64_t until = clock_mono_ms() + limit_s * 1000;
        int ended = child_hear(child, ends[0], until, stop, &said, &status);
        said_end(&said);
        if (ended)
            rc = err_set(e, say->late, limit_s);
        else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            rc = err_set(e, say->failed,
                         (int64_t)(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status)),
                         said.last);
    }
    if (ends[0] >= 0)
        close(ends[0]);
    free(text);
    return rc;
}

int second_take(const char *command, const char *file, int64_t limit_s, const atomic_bool *stop,
                struct err *e)
{
    static const struct second_words words = {MSG_SECOND_START, MSG_SECOND_FAILED, MSG_SECOND_LONG};

    return second_run(command, (const char *const[]){file, NULL}, &words, limit_s, stop, e);
}
