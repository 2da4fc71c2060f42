/*
 * A mail as bytes: headers that nothing can add to, a subject in words of RFC 2047, a body in base64.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mail.h"

#define WORD_BYTES 39 /* of a subject before it is encoded: 52 characters, and 21 around */
#define LINE_BYTES 57 /* of a body's line: 76 characters */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void base64_put(FILE *out, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i += 3) {
        unsigned value = (unsigned)bytes[i] << 16 | (i + 1 < n ? (unsigned)bytes[i + 1] << 8 : 0) |
                         (i + 2 < n ? (unsigned)bytes[i + 2] : 0);
        char four[5] = {digits[value >> 18], digits[value >> 12 & 63], digits[value >> 6 & 63],
                        digits[value & 63], '\0'};
        if (i + 2 >= n)
            four[3] = '=';
        if (i + 1 >= n)
            four[2] = '=';
        fputs(four, out);
    }
}

/* Control characters are spaces: a line has no end but its own. */
static char *one_line(const char *text)
{
    char *line = mem_text(text);

    for (char *c = line; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
    }
    return line;
}

static bool is_plain(const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c >= 127 || (unsigned char)*c < ' ')
            return false;
    }
    return !strstr(text, "=?") && strlen(text) <= 60;
}

/* Whole characters go into a word. */
static size_t word_bytes(const char *text)
{
    size_t n = strlen(text);

    if (n <= WORD_BYTES)
        return n;
    n = WORD_BYTES;
    while (n > 1 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return n;
}

static void subject_put(FILE *out, const char *subject)
{
    char *line = one_line(subject);

    fputs("Subject:", out);
    if (is_plain(line)) {
        fprintf(out, " %s\r\n", line);
    } else {
        for (const char *at = line; *at;) {
            size_t n = word_bytes(at);
            fputs(at == line ? " =?UTF-8?B?" : "\r\n =?UTF-8?B?", out);
            base64_put(out, (const unsigned char *)at, n);
            fputs("?=", out);
            at += n;
        }
        fputs("\r\n", out);
    }
    free(line);
}

static void body_put(FILE *out, const char *body)
{
    size_t n = strlen(body), used = 0;

    while (used < n) {
        size_t part = n - used < LINE_BYTES ? n - used : LINE_BYTES;
        base64_put(out, (const unsigned char *)body + used, part);
        fputs("\r\n", out);
        used += part;
    }
}

/* Names of days and months in English whatever the language of the process. */
static void date_put(FILE *out, int64_t at_utc)
{
    static const char days[] = "SunMonTueWedThuFriSat",
                      months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t at = (time_t)at_utc;
    struct tm tm = {0};

    gmtime_r(&at, &tm);
    fprintf(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n", days + 3 * tm.tm_wday,
            tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
            tm.tm_sec);
}

char *mail_text(const char *from, const struct mail *mail)
{
    char *text = NULL, *sender = one_line(from), *to = one_line(mail->to);
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    const char *domain = strchr(sender, '@');

    if (!out)
        die("no memory for a mail");
    date_put(out, mail->at_utc);
    fprintf(out, "From: <%s>\r\nTo: <%s>\r\n", sender, to);
    subject_put(out, mail->subject);
    fprintf(out, "Message-ID: <%s@%s>\r\n", mail->id, domain ? domain + 1 : "metertill");
    fputs("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
          "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n",
          out);
    body_put(out, mail->body);
    if (fclose(out) != 0)
        die("no memory for a mail");
    free(sender);
    free(to);
    return text;
}
