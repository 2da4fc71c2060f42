/*
 * The words behind operation_words.h: one table from actions to sentences. An action that is not in it is shown by
 * its own name and object: nothing is hidden because nobody wrote a sentence.
 */
#include "operation_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "message.h"
#include "money.h"
#include "show.h"
#include "text.h"

#define KEYS_MOST 3

/* keys: members of the detail that fill %1, %2, %3. */
static const struct operation {
    const char *action, *title, *words;
    const char *keys[KEYS_MOST];
} operations[] = {
    {"session.login", N_("Log in"), N_("log in"), {NULL}},
    {"session.unix", N_("Log in"), N_("log in by the account of the machine"), {NULL}},
    {"session.logout", N_("Log out"), N_("log out"), {NULL}},
    {"session.language", N_("Language"), N_("change the language"), {NULL}},
    {"sale.new", N_("Sell"), N_("sell %1 (%2) to meter %3"), {"amount_minor", "pay", "meter"}},
    {"sale.cancel", N_("Cancel a sale"), N_("cancel sale %1: %2"), {"sale", "reason"}},
    {"shift.open", N_("Open a shift"), N_("open a shift at %1 with %2"), {"till", "float_minor"}},
    {"account.open",
     N_("Open an account"),
     N_("open meter %1 for an account (%2)"),
     {"meter", "how"}},
    {"opening.retry",
     N_("Open an account"),
     N_("send the settings of opening %1 again"),
     {"opening"}},
    {"opening.drop", N_("Open an account"), N_("take opening %1 back"), {"opening"}},
    {"account.set", N_("Change an account"), N_("change account %1: %2"), {"account", "note"}},
    {"tenant.set",
     N_("Change a tenant"),
     N_("change tenant %1: %2 %3"),
     {"tenant", "name", "phone"}},
    {"order.switch", N_("Switch a meter"), N_("switch meter %1: %2"), {"meter", "mode"}},
    {"order.settings",
     N_("Settings of a meter"),
     N_("set alarms and overdraft of meter %1"),
     {"meter"}},
    {"order.load",
     N_("Settings of a meter"),
     N_("set the overload control of meter %1"),
     {"meter"}},
    {"order.clock", N_("Clock of a meter"), N_("set the clock of meter %1"), {"meter"}},
    {"order.retry", N_("Send a top-up again"), N_("send order %1 again"), {"order"}},
    {"order.decide",
     N_("Decide an order"),
     N_("decide order %1: %2, %3"),
     {"order", "outcome", "reason"}},
    {"order.look", N_("Look at an order"), N_("look at order %1"), {"order"}},
    {"order.settle", N_("Look at an order"), N_("look at all orders in doubt"), {NULL}},
    {"excess.seen",
     N_("Excess on a meter"),
     N_("say what was done about excess %1: %2"),
     {"excess", "note"}},
    {"meter.read", N_("Read a meter"), N_("read meter %1"), {"meter"}},
    {"channel.read", N_("Read a meter"), N_("read line %1"), {"channel"}},
    {"site.read", N_("Read a meter"), N_("read all meters"), {NULL}},
    {"paper.reprint", N_("Print again"), N_("print paper %1 again"), {"document"}},
    {"paper.cancel", N_("Papers"), N_("take paper %1 out of the queue"), {"outbox"}},
    {"paper.confirm", N_("Papers"), N_("say whether paper %1 came out: %2"), {"outbox", "came"}},
    {"paper.delivery", N_("Papers"), N_("print a delivery slip for sale %1"), {"sale"}},
    {"operator.add", N_("Operators"), N_("add operator %1 (%2, %3)"), {"login", "name", "role"}},
    {"operator.passwd", N_("Operators"), N_("change the password of %1"), {"login"}},
    {"operator.disable", N_("Operators"), N_("disable operator %1"), {"login"}},
    {"operator.enable", N_("Operators"), N_("enable operator %1"), {"login"}},
    {"till.add", N_("Tills"), N_("add till %1 with printer %2"), {"till", "queue"}},
    {"till.set", N_("Tills"), N_("change till %1"), {"till"}},
    {"setting.set", N_("Settings"), N_("set %1 to %2"), {"key", "value"}},
    {"site.init", N_("Settings"), N_("begin the books"), {NULL}},
    {"import.apply", N_("Import"), N_("import files"), {NULL}},
    {"import.check", N_("Import"), N_("check files for an import"), {NULL}},
    {"export.note", N_("Export"), N_("export %1"), {"title"}},
    {"backup.now", N_("Backup"), N_("make a backup"), {NULL}},
    {"backup.file", N_("Backup"), N_("make a backup into a file"), {NULL}},
    {"engine.stop", N_("Engine"), N_("stop the engine"), {NULL}},
    {"verify", N_("Verify"), N_("verify the books"), {NULL}},
};

static const struct operation *operation_of(const char *action)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (strcmp(operations[i].action, action) == 0)
            return &operations[i];
    }
    return NULL;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* A member of the detail as a person writes it, the program's own numbers by the names of what they stand for.
 * buf has SHOW_TEXT_MAX. */
static const char *member_text(const json_t *detail, const json_t *named, const char *object,
                               const char *key, char *buf)
{
    const json_t *value = json_object_get(detail, key);
    const char *name = json_string_value(json_object_get(named, key));
    buf[0] = '\0';
    if (name)
        return text_copy(buf, SHOW_TEXT_MAX, name), buf;
    if (json_is_integer(value) && ends_with(key, "_minor"))
        return money_text(json_integer_value(value), buf);
    if (json_is_integer(value))
        snprintf(buf, SHOW_TEXT_MAX, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        text_copy(buf, SHOW_TEXT_MAX, json_is_true(value) ? _("yes") : _("no"));
    else if (json_is_string(value) && json_string_value(value)[0])
        text_copy(buf, SHOW_TEXT_MAX, message_gettext(json_string_value(value)));
    else if (strcmp(key, "meter") == 0 || strcmp(key, "login") == 0)
        text_copy(buf, SHOW_TEXT_MAX, object);
    return buf;
}

const char *operation_what(const struct rows *r, int row, char *buf)
{
    char part[KEYS_MOST][SHOW_TEXT_MAX];
    const char *action = rows_text(r, row, "action"), *object = rows_text(r, row, "object");
    const struct operation *op = operation_of(action);
    if (!op) {
        snprintf(buf, SHOW_TEXT_MAX, "%s %s", action, object);
        return buf;
    }
    json_t *detail = json_loads(rows_text(r, row, "detail"), 0, NULL);
    json_t *named = json_loads(rows_text(r, row, "named"), 0, NULL);
    for (int i = 0; i < KEYS_MOST; i++) {
        part[i][0] = '\0';
        if (op->keys[i])
            member_text(detail, named, object, op->keys[i], part[i]);
    }
    json_decref(detail);
    json_decref(named);
    show_format(buf, SHOW_TEXT_MAX, message_gettext(op->words),
                SHOW_ARGS(part[0], part[1], part[2]));
    for (size_t n = strlen(buf); n > 0 && strchr(" :,", buf[n - 1]); n--)
        buf[n - 1] = '\0'; /* nothing followed */
    return buf;
}

char *operation_values(const struct rows *r, int row)
{
    json_t *detail = json_loads(rows_text(r, row, "detail"), 0, NULL);
    json_t *named = json_loads(rows_text(r, row, "named"), 0, NULL);
    char *all = mem_text("");
    const char *key;
    json_t *value;
    json_object_foreach(detail, key, value)
    {
        char text[SHOW_TEXT_MAX];
        char *whole =
            json_is_object(value) || json_is_array(value) ? json_dumps(value, JSON_COMPACT) : NULL;
        char *more = mem_format("%s%s%s: %s", all, all[0] ? "; " : "", key,
                                whole ? whole : member_text(detail, named, "", key, text));
        free(whole);
        free(all);
        all = more;
    }
    json_decref(detail);
    json_decref(named);
    return all;
}

const char *operation_who(const struct rows *r, int row, char *buf)
{
    const char *name = rows_text(r, row, "name"), *login = rows_text(r, row, "login");
    if (name[0])
        text_copy(buf, SHOW_TEXT_MAX, name);
    else
        text_copy(buf, SHOW_TEXT_MAX, login[0] ? login : _("the program"));
    return buf;
}

/* The message that the log names; -1: it was done, or the name is not known. */
static int refusal_of(const struct rows *r, int row)
{
    const char *result = rows_text(r, row, "result");
    return strcmp(result, "ok") == 0 ? -1 : message_find(result);
}

const char *operation_result(const struct rows *r, int row, char *buf)
{
    const int msg = refusal_of(r, row);
    const char *word = _("refused");
    if (strcmp(rows_text(r, row, "result"), "ok") == 0)
        word = _("success");
    else if (msg >= 0 && message_get((enum msg_id)msg)->code == ERR_DENIED)
        word = _("! denied");
    text_copy(buf, SHOW_TEXT_MAX, word);
    return buf;
}

const char *operation_why(const struct rows *r, int row, char *buf, size_t size)
{
    const int msg = refusal_of(r, row);
    buf[0] = '\0';
    if (msg < 0)
        return buf;
    /* the log keeps which sentence it was, not what was put into it */
    return show_format(buf, size, message_gettext(message_get((enum msg_id)msg)->text),
                       SHOW_ARGS("...", "...", "...", "...", "...", "...", "...", "...", "..."));
}

const char *operation_title(const char *action)
{
    const struct operation *op = operation_of(action);
    return op ? message_gettext(op->title) : action;
}
