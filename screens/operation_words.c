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
    {"lock_out.set", N_("Lock-outs"), N_("lock meter %1 out: %2"), {"meter", "reason"}},
    {"lock_out.clear",
     N_("Lock-outs"),
     N_("clear the lock-out of meter %1: %2"),
     {"lock_out", "reason"}},
    {"lock_out.off", N_("Lock-outs"), N_("force locked-out meter %1 off again"), {"lock_out"}},
    {"wanted.fix", N_("Said and is"), N_("make meter %1 as it was said: %2"), {"meter", "item"}},
    {"wanted.accept", N_("Said and is"), N_("accept meter %1 as it is: %2"), {"meter", "item"}},
    {"alarm.ack", N_("Alarms"), N_("acknowledge the alarm %1 %2: %3"), {"kind", "alarm", "note"}},
    {"notice.test", N_("Alarms"), N_("try the notices"), {NULL}},
    {"batch.start", N_("Batches"), N_("begin batch %1: %2, %3"), {"batch", "command", "select"}},
    {"batch.stop", N_("Batches"), N_("stop batch %1"), {"batch"}},
    {"batch.resume", N_("Batches"), N_("go on with batch %1"), {"batch"}},
    {"batch.retry", N_("Batches"), N_("try the failures of batch %1 again"), {"batch"}},
    {"batch.undo", N_("Batches"), N_("take batch %1 back"), {"batch"}},
    {"batch.preview", N_("Batches"), N_("see what a batch would do"), {NULL}},
    {"batch.resume_preview", N_("Batches"), N_("see what a batch would do"), {NULL}},
    {"batch.retry_preview", N_("Batches"), N_("see what a batch would do"), {NULL}},
    {"batch.undo_preview", N_("Batches"), N_("see what a batch would do"), {NULL}},
    {"handover.set", N_("Lines"), N_("hand line %1 over to %2"), {"channel", "to"}},
    {"handover.back", N_("Lines"), N_("take line %1 back"), {"channel"}},
    {"handover.done", N_("Lines"), N_("give line %1 back from the laptop"), {"channel"}},
    {"channel.drop", N_("Lines"), N_("remove line %1"), {"channel"}},
    {"lines.list", N_("Lines"), N_("see how the lines are"), {NULL}},
    {"ports.list", N_("Lines"), N_("see the serial ports"), {NULL}},
    {"protocol.list", N_("Engine"), N_("see what the protocol has"), {NULL}},
    {"doctor.run", N_("Examine a line"), N_("examine line %1"), {"channel"}},
    {"doctor.show", N_("Examine a line"), N_("see the examination of line %1"), {"channel"}},
    {"doctor.stop", N_("Examine a line"), N_("stop the examination of line %1"), {"channel"}},
    {"scan.start", N_("Scan"), N_("look for meters on line %1"), {"channel"}},
    {"scan.show", N_("Scan"), N_("see what a scan found"), {NULL}},
    {"scan.stop", N_("Scan"), N_("stop a scan"), {NULL}},
    {"meter.retest", N_("Test a meter again"), N_("test meter %1 again"), {"meter"}},
    {"inspection.add", N_("Inspections"), N_("note an inspection of %1: %2"), {"space", "note"}},
    {"backup.structure", N_("Backup"), N_("make books for a laptop"), {NULL}},
    {"draft.set", N_("Drafts"), N_("keep what is half typed"), {NULL}},
    {"draft.drop", N_("Drafts"), N_("drop what was half typed"), {NULL}},
    {"presence.set", N_("Drafts"), N_("tell the others what is being done"), {NULL}},
    {"presence.list", N_("Drafts"), N_("see what the others do"), {NULL}},
    {"subscribe", N_("Log in"), N_("be told of what happens"), {NULL}},
    {"session.who", N_("Log in"), N_("ask who is logged in"), {NULL}},
    {"engine.status", N_("Engine"), N_("see how the engine is"), {NULL}},
    {"import.templates", N_("Import"), N_("describe the files of an import"), {NULL}},
    {"paper.layouts", N_("Papers"), N_("see the layouts of the papers"), {NULL}},
    {"paper.preview", N_("Papers"), N_("see paper %1"), {"document"}},
    {"paper.state", N_("Papers"), N_("see how the papers are"), {NULL}},
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

/* Of what was refused the log keeps what it was about, and nothing else. */
static bool is_object(const char *key)
{
    static const char *const keys[] = {"meter", "login", "channel", "batch", "lock_out"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(key, keys[i]) == 0)
            return true;
    }
    return false;
}

/* Words that were left out leave one blank between those around them. */
static void blanks_fold(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from != ' ' || to == text || to[-1] != ' ')
            *to++ = *from;
    }
    *to = '\0';
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
        return text_copy(buf, SHOW_TEXT_MAX, message_gettext(name)), buf;
    if (json_is_integer(value) && ends_with(key, "_minor"))
        return money_text(json_integer_value(value), buf);
    if (json_is_integer(value))
        snprintf(buf, SHOW_TEXT_MAX, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        text_copy(buf, SHOW_TEXT_MAX, json_is_true(value) ? _("yes") : _("no"));
    else if (json_is_string(value) && json_string_value(value)[0])
        text_copy(buf, SHOW_TEXT_MAX, message_gettext(json_string_value(value)));
    else if (is_object(key))
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
    blanks_fold(buf);
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
