/*
 * Fuzz target: any bytes as a site's template of notices. What is accepted is filled with facts and with none, and makes a
 * mail whose header nothing can add a line to.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mail.h"
#include "message.h"
#include "notice_text.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill(const struct notice_template *t, const struct notice_facts *f)
{
    char *subject = notice_subject(t, f), *body = notice_body(t, f), *why = notice_sentence(t, f);
    struct mail mail = {.to = "office@example.cn", .subject = subject, .body = body, .id = "1"};
    char *whole = mail_text("metertill@example.cn", &mail);

    if (!text_is_clean(why))
        abort();
    /* From, To, Subject ... each once: what stands before the empty line is the program's. */
    const char *end = strstr(whole, "\r\n\r\n");
    const char *first = strstr(whole, "\r\nSubject: ");
    if (!end || !first || first > end)
        abort();
    const char *second = strstr(first + 1, "\r\nSubject: ");
    if (second && second < end)
        abort();
    free(whole);
    free(why);
    free(body);
    free(subject);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {"lost meter", NULL};
    struct notice_template *t = NULL;
    struct err e = {0};
    char path[64];
    int fd = memfd_create("notice", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int code = notice_template_load(&t, path, kinds, &e);
    close(fd);
    if (code != e.code || (code == 0) != (t != NULL))
        abort();
    if (code != 0)
        return 0;
    struct notice_facts facts = {.kind = "lost meter",
                                 .severity = "warning",
                                 .about = "Meter",
                                 .object = "190301527\r\nSubject: \r\n\r\n张三",
                                 .site = "Tower A",
                                 .meter = "{meter}",
                                 .place = "Tower A/12F/1204",
                                 .tenant = "“Z·S”",
                                 .phone = "",
                                 .channel = "L01",
                                 .alarm = INT64_MAX,
                                 .at_utc = 1793599389};
    err_set(&facts.why, MSG_SELECT_WORD, (int64_t)3, "state", "{1}", "cut");
    fill(t, &facts);
    fill(t, &(struct notice_facts){.kind = "", .severity = "", .about = "", .object = ""});
    notice_template_free(t);
    return 0;
}
