/* simctl.c - sends one command to a running metersim and prints the answer.
 *
 * A program of its own for scripts: `simctl SOCKET COMMAND...`. Exit code 0 when the answer
 * says ok, 1 when it does not, 2 when there is no answer. Nothing of the simulator is linked.
 */
#define _GNU_SOURCE 1
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool send_words(int fd, int count, char **words)
{
    for (int i = 0; i < count; i++) {
        const char *between = i + 1 < count ? " " : "\n";
        if (send(fd, words[i], strlen(words[i]), MSG_NOSIGNAL) < 0 ||
            send(fd, between, 1, MSG_NOSIGNAL) < 0) {
            return false;
        }
    }
    return true;
}

/* Copies one line to standard output; returns the exit code. */
static int print_answer(int fd)
{
    static const char good[] = "{\"ok\":true";
    char head[sizeof good] = "";
    size_t head_size = 0;
    char part[65536];
    ssize_t n;
    bool whole = false;
    while (!whole && (n = read(fd, part, sizeof part)) > 0) {
        for (ssize_t i = 0; i < n && head_size < sizeof good - 1; i++) {
            head[head_size++] = part[i];
        }
        whole = part[n - 1] == '\n';
        fwrite(part, 1, (size_t)n, stdout);
    }
    if (!whole) {
        return 2;
    }
    return strcmp(head, good) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: simctl SOCKET COMMAND...\n", stderr);
        return 2;
    }
    int fd = connect_to(argv[1]);
    if (fd < 0) {
        perror(argv[1]);
        return 2;
    }
    int result = send_words(fd, argc - 2, argv + 2) ? print_answer(fd) : 2;
    close(fd);
    return result;
}
