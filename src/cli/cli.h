/*
 * The command line: how a verb reaches the engine, parses its flags and shows what came back. A verb
 * (verb.h) stands in a file of its own; what several verbs need stands here and nowhere else.
 */
#ifndef CLI_H
#define CLI_H

#include <jansson.h>

#include "config.h"
#include "err.h"

struct cli;
struct link;

struct cli_restore {
    const char *file, *claim, *last; /* a slip's head and numbers; NULL: none */
    int64_t skip;
    bool other_books;
};

/* What the program can be besides a command line; filled in by main.c, because this folder sees no engine and no screen. */
struct cli_faces {
    /* start_engine(cli) is link.h's, for the first client of a laptop. */
    int (*console)(struct cli *cli, const struct config *config, struct err *e);
    /* The service; returns when it was stopped. background: detached, standard error is closed once it listens. */
    int (*engine)(const struct config *config, bool background, struct err *e);
    /* An engine inside this process: *fd is a connected session with full rights. mode: enum cli_inside_mode. */
    int (*inside_start)(const struct config *config, const char *database, int mode, void **engine,
                        int *fd, struct err *e);
    void (*inside_end)(void *engine);
    /* The database replaced by a copy, while no engine has it open. *result is the caller's. */
    int (*restore)(const struct config *config, const struct cli_restore *wish, json_t **result,
                   struct err *e);
    /* The serial ports of this machine as rows, where there is no engine to ask; the caller's. */
    json_t *(*ports)(void);
};

/* The program: argv as main() got it; returns the exit code. */
int cli_main(const struct cli_faces *faces, int argc, char **argv);

/* ---- for verbs */

struct config *cli_config(struct cli *cli); /* borrowed */
const struct cli_faces *cli_faces(const struct cli *cli);
const char *cli_as(const struct cli *cli); /* --as; NULL: not given */

/* Calls the engine: connects, starts one where that is allowed, and logs in at the first use. args are taken (NULL:
 * none; its key "page" travels beside them); once may be NULL; *result is the caller's. timeout_ms 0: a minute. */
int cli_call(struct cli *cli, const char *call, json_t *args, const char *once, int timeout_ms,
             json_t **result, struct err *e);

/* The id of a change: `given` by who asks for it (again), or a new one where that is NULL. ERR_USAGE: it is none. */
int cli_once(const char *given, char once[33], struct err *e);
/* Did a change's cli_call() end without a word of what became of it? Asked for again under its id it is not done twice. */
bool cli_unanswered(const struct err *e);

/* The link itself, connected and logged in (events, several requests at once); borrowed. */
int cli_link(struct cli *cli, struct link **out, struct err *e);
/* The same before login: only calls that anybody may make. */
int cli_connect(struct cli *cli, struct link **out, struct err *e);

/* For a client that finds no engine (ctx: struct cli): starts one in the background where the books are this account's.
 * 0: worth another try. */
int cli_start_engine(void *ctx, struct err *e);

/* From here on cli_call() goes to an engine inside this process on this file: a new database, one that no engine
 * has open now (refused otherwise), or a copy at rest. Full rights, no login. */
enum cli_inside_mode { CLI_INSIDE_CREATE, CLI_INSIDE_WRITE, CLI_INSIDE_COPY };
int cli_inside(struct cli *cli, const char *database, enum cli_inside_mode mode, struct err *e);

/* Flags of a verb, one table: ends with a NULL name. Exactly one of text and flag is set. */
struct cli_option {
    const char *name;  /* "meter" for --meter */
    const char **text; /* takes a value */
    bool *flag;
    bool filled; /* an empty value is wrong usage */
};
/* Parses argv (argv[0] is the verb); *first is the index of the first word that is no flag (words are moved to the end).
 * Unknown flag, missing value: ERR_USAGE. */
int cli_options(int argc, char **argv, const struct cli_option *options, int *first, struct err *e);
/* At most `max` words may follow the flags and at least `min`; ERR_USAGE with the verb's name otherwise. */
int cli_words(int argc, char **argv, int first, int min, int max, struct err *e);

/* The sentence of an error, on standard error. */
void cli_say_error(const struct err *e);
/* Rows of a query as a table with headings on standard output, by display width. */
void cli_table(const json_t *rows);
/* Where a column of a query stands in its rows; their number where there is no such column. */
size_t cli_column(const json_t *rows, const char *name);
/* A cell of the rows of a query by the name of its column; borrowed, NULL and "" where there is none. */
json_t *cli_row_value(const json_t *rows, size_t row, const char *column);
const char *cli_row_text(const json_t *rows, size_t row, const char *column);
/* One cell of a row by the kind of its column, in words for people. Returns buf. */
const char *cli_cell(const char *kind, const json_t *value, char *buf, size_t size);
/* The same of every kind but "held" (held.h), whose words are made of values. */
const char *cli_value(const char *kind, const json_t *value, char *buf, size_t size);
/* How far a batch or a row of one is, of a cell of kind "course": "done" of a batch is no top-up. */
const char *cli_course(const char *word);
/* What is packed in a cell of kind "sentence" in the reader's words; a text that is no such thing as it is. Returns buf. */
const char *cli_sentence(const char *packed, char *buf, size_t size);
/* Any JSON on one line of standard output. */
void cli_json(const json_t *value);
/* A password: METERTILL_PASSWORD, else asked for on the terminal without echo (again: twice, must agree). The
 * environment name may be another; buf always terminated. */
int cli_password(const char *environment, const char *prompt, bool twice, char *buf, size_t size,
                 struct err *e);

#endif
