/*
 * The talk with a mail server, which libcurl has. What the server said last, or refused with, is what people are told.
 */
#include "mail.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "text.h"

#define CONNECT_S 15

/* One talk. */
struct talk {
    char *text;
    size_t size, used;
    const atomic_bool *stop;
    char said[ERR_TEXT_MAX]; /* the last line, or the whole answer that refused */
    bool refused, mailing;   /* mailing: it is about the mail, not about who we are */
};

int mail_start(struct err *e)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : err_set(e, MSG_MAIL_LIBRARY);
}

static size_t give(char *to, size_t size, size_t count, void *ctx)
{
    struct talk *t = ctx;
    size_t n = t->size - t->used < size * count ? t->size - t->used : size * count;

    memcpy(to, t->text + t->used, n);
    t->used += n;
    return n;
}

/* A line of the server as it can be shown: what is no text in it is a question mark. */
static void line_clean(char *line)
{
    for (char *c = line; *c; c++)
        *c = (unsigned char)*c < ' ' || *c == 127 ? '?' : *c;
    for (char *c = line; *c && !text_is_clean(line); c++)
        *c = (unsigned char)*c > 127 ? '?' : *c;
}

/* A refusal is worth more than the good-bye after it; one of several lines ("554-", "554 ") is put together. */
static void line_heard(struct talk *t, const char *line)
{
    const bool refusal = line[0] == '4' || line[0] == '5';
    const size_t used = strlen(t->said);

    if (refusal && t->refused && used > 3 && strncmp(t->said, line, 3) == 0 && line[3]) {
        snprintf(t->said + used, sizeof t->said - used, " %s", line + 4);
    } else if (refusal || !t->refused) {
        t->refused = refusal;
        text_copy(t->said, sizeof t->said, line);
        if (refusal && t->said[3] == '-')
            t->said[3] = ' ';
    }
}

static int hear(CURL *curl, curl_infotype type, char *bytes, size_t n, void *ctx)
{
    struct talk *t = ctx;
    char line[ERR_TEXT_MAX];

    (void)curl;
    if (type == CURLINFO_HEADER_OUT && n >= 4 && memcmp(bytes, "MAIL", 4) == 0) {
        t->mailing = true; /* what was refused on the way here was got over */
        t->refused = false;
        t->said[0] = '\0';
    }
    if (type != CURLINFO_HEADER_IN)
        return 0;
    while (n > 0 && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
        n--;
    if (n >= sizeof line)
        n = sizeof line - 1;
    memcpy(line, bytes, n);
    line[n] = '\0';
    line_clean(line);
    if (n > 0)
        line_heard(t, line);
    return 0;
}

static int go_on(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct talk *t = ctx;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return atomic_load(t->stop) ? 1 : 0;
}

static int password_read(const char *path, char *buf, size_t size, struct err *e)
{
    FILE *file = fopen(path, "re");

    if (!file || !fgets(buf, (int)size, file)) {
        if (file)
            fclose(file);
        return err_set(e, MSG_MAIL_PASSWORD, path);
    }
    fclose(file);
    buf[strcspn(buf, "\r\n")] = '\0';
    return 0;
}

/* Why the server was not reached; where there is no word for it what the library says. */
static const char *trouble_words(CURLcode code)
{
    static const struct {
        CURLcode code;
        const char *words;
    } known[] = {
        {CURLE_OPERATION_TIMEDOUT, N_("it does not answer in time")},
        {CURLE_COULDNT_CONNECT, N_("the connection is refused")},
        {CURLE_COULDNT_RESOLVE_HOST, N_("there is no such host")},
        {CURLE_SEND_ERROR, N_("the connection broke off")},
        {CURLE_RECV_ERROR, N_("the connection broke off")},
        {CURLE_GOT_NOTHING, N_("it is closed at once")},
        {CURLE_WEIRD_SERVER_REPLY, N_("it is no mail server")},
        {CURLE_USE_SSL_FAILED, N_("it offers no encryption")},
        {CURLE_SSL_CONNECT_ERROR, N_("it offers no encryption")},
        {CURLE_PEER_FAILED_VERIFICATION, N_("its certificate is not accepted")},
        {CURLE_LOGIN_DENIED, N_("it does not accept user and password")},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].code == code)
            return known[i].words;
    }
    return curl_easy_strerror(code);
}

/* Does it ask who we are (530: nobody said; 535: a wrong password)? */
static bool about_us(const char *said)
{
    return strncmp(said, "530", 3) == 0 || strncmp(said, "535", 3) == 0;
}

/* What a failure means: a mail that is refused with a 5 stays so. All else may be put right: a 4 says so itself, where
 * the server knows us not, or not our password, somebody can mend that, and who answers too late may answer in time. */
static int talk_failed(CURLcode code, const struct talk *t, bool *for_good, struct err *e)
{
    const bool refused = t->refused && code != CURLE_OPERATION_TIMEDOUT;

    *for_good = refused && t->mailing && t->said[0] == '5' && !about_us(t->said);
    if (refused)
        return err_set(e, MSG_MAIL_REFUSED, t->said);
    return err_set(e, MSG_MAIL_FAILED, trouble_words(code));
}

static void options_set(CURL *curl, const struct mail_way *way, struct talk *t)
{
    curl_easy_setopt(curl, CURLOPT_URL, way->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)way->limit_s);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, way->from);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(way->user[0] ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (way->ca[0])
        curl_easy_setopt(curl, CURLOPT_CAINFO, way->ca);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, t);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, t);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, go_on);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
}

int mail_send(const struct mail_way *way, const struct mail *mail, const atomic_bool *stop,
              bool *for_good, struct err *e)
{
    char password[256] = "";
    int rc = 0;

    *for_good = false;
    if (way->url[0] == '\0' || way->from[0] == '\0')
        return err_set(e, MSG_MAIL_UNSET);
    if (way->user[0])
        rc = password_read(way->password, password, sizeof password, e);
    if (rc != 0)
        return rc;
    CURL *curl = curl_easy_init();
    struct curl_slist *to = curl_slist_append(NULL, mail->to);
    if (!curl || !to)
        die("no memory for a mail");
    struct talk t = {.text = mail_text(way->from, mail), .stop = stop};
    t.size = strlen(t.text);
    options_set(curl, way, &t);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    if (way->user[0]) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, way->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
    }
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        rc = talk_failed(code, &t, for_good, e);
    explicit_bzero(password, sizeof password);
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
    free(t.text);
    return rc;
}
