/*
 * Configuration of the process: flag > environment > file > built-in. A const table in config.c holds
 * every key; what belongs to the site (largest sale, quiet hours) is a setting in the books instead.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "err.h"

/* X(KEY, "name", "METERTILL_NAME", "built-in", kind, "meaning"). Kinds: text, path, number, word list "a|b". */
#define CONFIG_KEYS(X)                                                                             \
    X(DATABASE, "database", "METERTILL_DATABASE", "", "path", N_("the books: one SQLite file"))    \
    X(SOCKET, "socket", "METERTILL_SOCKET", "", "path", N_("the engine's socket"))                 \
    X(HEAD_FILE, "head-file", "METERTILL_HEAD_FILE", "", "path",                                   \
      N_("where the journal's head is noted outside the books"))                                   \
    X(LOG_FILE, "log-file", "METERTILL_LOG_FILE", "", "path", N_("the engine's log"))              \
    X(LOG_LEVEL, "log-level", "METERTILL_LOG_LEVEL", "info", "error|warn|info|trace",              \
      N_("how much the log tells"))                                                                \
    X(TEMPLATES, "templates", "METERTILL_TEMPLATES", "", "path",                                   \
      N_("the site's own paper layouts"))                                                          \
    X(EXPORT_DIR, "export-dir", "METERTILL_EXPORT_DIR", "", "path",                                \
      N_("the tray: exports wait here, in a folder for each operator"))                            \
    X(SHARE, "share", "METERTILL_SHARE", "", "path",                                               \
      N_("installed data: layouts, translations; beside the program where it was built"))          \
    X(LANGUAGE, "language", "METERTILL_LANGUAGE", "auto", "auto|en|zh_CN",                         \
      N_("language before login"))                                                                 \
    X(THEME, "theme", "METERTILL_THEME", "auto", "auto|colour|mono", N_("colours of the console")) \
    X(WIDE_SIGNS, "ambiguous-width", "METERTILL_AMBIGUOUS_WIDTH", "auto", "auto|1|2",              \
      N_("cells the terminal gives to ambiguous characters; auto asks it at the start"))           \
    X(ESC_DELAY, "escape-delay", "METERTILL_ESCAPE_DELAY", "200", "number",                        \
      N_("milliseconds an Esc waits for the rest of a key"))                                       \
    X(BACKUP_DIR, "backup-dir", "METERTILL_BACKUP_DIR", "", "path",                                \
      N_("where backups go; beside the database where it is empty"))                               \
    X(BACKUP_COMMAND, "backup-command", "METERTILL_BACKUP_COMMAND", "", "text",                    \
      N_("program and arguments that take a good backup to a second place"))                       \
    X(BACKUP_COMMAND_S, "backup-command-seconds", "METERTILL_BACKUP_COMMAND_SECONDS", "3600",      \
      "number", N_("seconds until that command is ended"))                                         \
    X(NOTIFY_COMMAND, "notify-command", "METERTILL_NOTIFY_COMMAND", "", "text",                    \
      N_("program and arguments that are told of an alarm"))                                       \
    X(NOTIFY_COMMAND_S, "notify-command-seconds", "METERTILL_NOTIFY_COMMAND_SECONDS", "30",        \
      "number", N_("seconds until that command is ended"))                                         \
    X(SMTP_URL, "smtp-url", "METERTILL_SMTP_URL", "", "text",                                      \
      N_("mail server for alarms, like smtp://mail.example.cn"))                                   \
    X(SMTP_FROM, "smtp-from", "METERTILL_SMTP_FROM", "", "text", N_("address that mail is from"))  \
    X(SMTP_USER, "smtp-user", "METERTILL_SMTP_USER", "", "text",                                   \
      N_("login at the mail server; with one the connection must be encrypted"))                   \
    X(SMTP_PASSWORD, "smtp-password-file", "METERTILL_SMTP_PASSWORD_FILE", "", "path",             \
      N_("file whose first line is its password"))                                                 \
    X(SMTP_CA, "smtp-ca", "METERTILL_SMTP_CA", "", "path",                                         \
      N_("certificates that the mail server is checked with; the machine's where it is empty"))    \
    X(SMTP_S, "smtp-seconds", "METERTILL_SMTP_SECONDS", "60", "number",                            \
      N_("seconds until a mail server that hangs is left"))                                        \
    X(START_ENGINE, "start-engine", "METERTILL_START_ENGINE", "yes", "yes|no",                     \
      N_("start an engine where none runs"))

enum config_key {
#define X(key, name, env, value, kind, meaning) CONFIG_##key,
    CONFIG_KEYS(X)
#undef X
        CONFIG_COUNT
};

struct config;

/* Reads the file (path from the flag --config, METERTILL_CONFIG, else $XDG_CONFIG_HOME/metertill.conf,
 * else /etc/metertill.conf; the latter two may be absent) and the environment. Empty paths get
 * their place beside the database or under XDG_RUNTIME_DIR. */
int config_new(struct config **out, const char *file, struct err *e);
void config_free(struct config *c);

/* Sets a key by flag ("database", "/x/y.db"); unknown names and wrong values are errors. */
int config_flag(struct config *c, const char *name, const char *value, struct err *e);

/* Derives the empty paths; call once after the flags. */
int config_finish(struct config *c, struct err *e);

/* share/ beside the program where it was built, else where it was installed; the caller's. */
char *config_share_place(void);

const char *config_get(const struct config *c, enum config_key key); /* never NULL */
const char *config_name(enum config_key key);
const char *config_source(const struct config *c,
                          enum config_key key); /* "flag", "METERTILL_X", "FILE:LINE", "built-in" */
int64_t config_number(const struct config *c, enum config_key key);

#endif
