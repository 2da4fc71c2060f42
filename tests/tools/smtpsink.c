/*
 * smtpsink PORTFILE MAILDIR MODEFILE: an SMTP server on loopback for tests. Writes its port into PORTFILE and every mail
 * that it takes into MAILDIR/N, envelope first. The first word of MODEFILE, read anew for each connection, is its fault:
 * ok, refuse (554 at once), later N (451 to the first N recipients, then ok), unknown (550 for a recipient), hang (says
 * nothing after the greeting until the client goes), drop (closes in the middle of the data), data N (takes the mail's data
 * and then refuses it with N, in two lines, the second with a bell in it), mail N (refuses the sender with N), old (knows no
 * EHLO, and says nothing to a recipient). Ends with its parent.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>
#include <unistd.h>

static int later_said, taken;

static void mode_read(const char *path, char *mode, size_t size, int *count)
{
    FILE *f = fopen(path, "r");
    mode[0] = '\0';
    *count = 0;
    if (!f)
        return;
    if (fgets(mode, (int)size, f)) {
        mode[strcspn(mode, "\n")] = '\0';
        char *space = strchr(mode, ' ');
        if (space) {
            *space = '\0';
            *count = (int)strtol(space + 1, NULL, 10);
        }
    }
    fclose(f);
}

static void say(FILE *out, const char *line)
{
    fprintf(out, "%s\r\n", line);
    fflush(out);
}

/* What is refused with `code` (0: nothing) is not kept. */
static bool data_take(FILE *in, FILE *out, const char *dir, const char *envelope, int code)
{
    char line[4096], path[600], whole[620];
    snprintf(path, sizeof path, "%s/.%d", dir, taken + 1);
    snprintf(whole, sizeof whole, "%s/%d", dir, taken + 1);
    FILE *mail = fopen(path, "w");
    if (!mail)
        return false;
    fputs(envelope, mail);
    while (fgets(line, sizeof line, in)) {
        if (strcmp(line, ".\r\n") == 0) {
            fclose(mail);
            if (code) {
                unlink(path);
                fprintf(out, "%d-5.7.1 this looks like spam\r\n", code);
                fprintf(out, "%d 5.7.1 ask \apostmaster\r\n", code);
                fflush(out);
                return true;
            }
            rename(path, whole);
            taken++;
            say(out, "250 2.0.0 taken");
            return true;
        }
        fputs(line[0] == '.' ? line + 1 : line, mail);
    }
    fclose(mail);
    unlink(path);
    return false;
}

static void serve(int fd, const char *dir, const char *modefile)
{
    FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
    char line[4096], mode[64], envelope[2048] = "";
    int count;
    mode_read(modefile, mode, sizeof mode, &count);
    if (strcmp(mode, "refuse") == 0) {
        say(out, "554 5.7.1 no mail from you");
        goto end;
    }
    say(out, "220 sink ESMTP");
    while (fgets(line, sizeof line, in)) {
        if (strcmp(mode, "hang") == 0) {
            continue;
        } else if (strcmp(mode, "old") == 0 && strncasecmp(line, "RCPT", 4) == 0) {
            continue;
        } else if (strcmp(mode, "old") == 0 && strncasecmp(line, "EHLO", 4) == 0) {
            say(out, "502 5.5.1 no such word");
        } else if (strcmp(mode, "mail") == 0 && strncasecmp(line, "MAIL", 4) == 0) {
            fprintf(out, "%d 5.7.0 say who you are\r\n", count);
            fflush(out);
        } else if (strncasecmp(line, "EHLO", 4) == 0) {
            fputs("250-sink\r\n250-SMTPUTF8\r\n", out);
            say(out, "250 8BITMIME");
        } else if (strncasecmp(line, "MAIL", 4) == 0) {
            snprintf(envelope, sizeof envelope, "%.1000s", line);
            say(out, "250 2.1.0 ok");
        } else if (strncasecmp(line, "RCPT", 4) == 0) {
            size_t used = strlen(envelope);
            snprintf(envelope + used, sizeof envelope - used, "%.1000s", line);
            if (strcmp(mode, "unknown") == 0)
                say(out, "550 5.1.1 nobody of that name");
            else if (strcmp(mode, "later") == 0 && later_said++ < count)
                say(out, "451 4.7.1 greylisted, come again");
            else
                say(out, "250 2.1.5 ok");
        } else if (strncasecmp(line, "DATA", 4) == 0) {
            say(out, "354 go on");
            if (strcmp(mode, "drop") == 0 ||
                !data_take(in, out, dir, envelope, strcmp(mode, "data") == 0 ? count : 0))
                goto end;
        } else if (strncasecmp(line, "QUIT", 4) == 0) {
            say(out, "221 2.0.0 bye");
            goto end;
        } else {
            say(out, "250 2.0.0 ok");
        }
    }
end:
    fclose(in);
    fclose(out);
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (argc != 4 || fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        return 2;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    char part[600];
    snprintf(part, sizeof part, "%s.part", argv[1]);
    FILE *f = fopen(part, "w");
    if (!f)
        return 2;
    fprintf(f, "%d\n", ntohs(at.sin_port));
    fclose(f);
    rename(part, argv[1]);
    for (;;) {
        int one = accept(fd, NULL, NULL);
        if (one >= 0)
            serve(one, argv[2], argv[3]);
    }
}
