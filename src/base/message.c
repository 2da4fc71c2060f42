/*
 * Messages put into words: the table of all messages.def, gettext, and the arguments set in at %1 %2.
 */
#include "message.h"

#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "money.h"

extern int _nl_msg_cat_cntr; /* GNU: a new value makes gettext look at LANGUAGE again */

static const struct message messages[MSG_COUNT] = {
#define MSG(name, code, types, text) [MSG_##name] = {#name, ERR_##code, types, N_(text)},
#include "messages_all.def"
#undef MSG
};

const struct message *message_get(enum msg_id id)
{
    return &messages[id >= 0 && id < MSG_COUNT ? id : MSG_NONE];
}

int message_find(const char *name)
{
    for (int i = 0; i < MSG_COUNT; i++) {
        if (strcmp(messages[i].name, name) == 0)
            return i;
    }
    return -1;
}

const char *message_gettext(const char *text)
{
    return text[0] ? dgettext("metertill", text) : text;
}

static const char *plain(const char *text)
{
    return text;
}

/* One argument in words; buf has ERR_TEXT_MAX bytes. */
static const char *argument(const struct err_arg *arg, char type,
                            const char *(*translate)(const char *), char *buf)
{
    switch (type) {
    case 's': return arg->text;
    case 'k': return translate(arg->text);
    case 'm': return money_text(arg->number, buf);
    case 'p': return price_text(arg->number, buf);
    case 't': return clock_text(arg->number, buf);
    default: snprintf(buf, ERR_TEXT_MAX, "%lld", (long long)arg->number); return buf;
    }
}

static const char *compose(const struct err *e, const char *(*translate)(const char *), char *buf,
                           size_t size)
{
    const struct message *m = message_get(e->msg);
    const char *text = translate(m->text);
    size_t types = strlen(m->types), used = 0;

    while (*text && used + 1 < size) {
        if (text[0] == '%' && text[1] >= '1' && text[1] < (char)('1' + (int)types)) {
            char word[ERR_TEXT_MAX];
            size_t i = (size_t)(text[1] - '1');
            const char *arg = argument(&e->arg[i], m->types[i], translate, word);
            size_t n = strlen(arg);
            if (n > size - 1 - used)
                n = size - 1 - used;
            memcpy(buf + used, arg, n);
            used += n;
            text += 2;
        } else {
            buf[used++] = *text++;
        }
    }
    buf[used] = '\0';
    return buf;
}

/* The translator as a plain function pointer: message_gettext() carries an attribute for printf. */
static const char *translated(const char *text)
{
    return text[0] ? dgettext("metertill", text) : text;
}

const char *message_text(const struct err *e, char *buf, size_t size)
{
    return compose(e, translated, buf, size);
}

const char *message_english(const struct err *e, char *buf, size_t size)
{
    return compose(e, plain, buf, size);
}

void message_language(const char *language, const char *dir)
{
    if (!setlocale(LC_ALL, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_ALL, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
    /* Under the plain C locale gettext ignores LANGUAGE: messages need any other one. */
    const char *messages_locale = setlocale(LC_MESSAGES, NULL);
    if (!messages_locale || strcmp(messages_locale, "C") == 0 ||
        strcmp(messages_locale, "POSIX") == 0)
        setlocale(LC_MESSAGES, "C.UTF-8");
    setenv("LANGUAGE", language, 1);
    _nl_msg_cat_cntr++;
    bindtextdomain("metertill", dir ? dir : METERTILL_SHARE "/locale");
    bind_textdomain_codeset("metertill", "UTF-8");
}
