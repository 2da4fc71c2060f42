/*
 * The return file: what a laptop tells the site when it gives a line back. A table of rows (CSV outside of the engine): the
 * first says that its engine stopped on the line, then its tags, the last one is the seal. Only what the file itself is and
 * whether its cells can be stands here; what becomes of the tags is handover_back.c's. Pure but for the books it is written from.
 */
#ifndef HANDOVER_FILE_H
#define HANDOVER_FILE_H

#include "books.h"

#define HANDOVER_TAGS_MAX 5000

/* A tag as its row tells it; texts are borrowed from the rows. */
struct handover_tag {
    int64_t line;                              /* of the file */
    int64_t at_utc, verified_utc, cleared_utc; /* 0: it was not */
    int64_t site_id;                           /* the site's own tag; 0: hung with the laptop */
    const char *meter, *login, *name, *reason;
    const char *cleared_login, *cleared_name, *cleared_reason;
};

struct handover_file {
    const char *name;  /* of the file */
    int64_t code_line; /* of the row that names line and handover */
    const char *channel, *code;
    int64_t stopped_utc;
    size_t count;
    struct handover_tag *tag;
    int64_t seal_line;
    const char *seal;
    json_t *rows; /* borrowed: what the seal is of */
};

/* Reads the argument "files" (as an import's, import.h: one file, rows of fields by their columns). The first thing that is
 * wrong is told with file, line and column. */
int handover_file_read(const json_t *files, struct handover_file *out, struct err *e);
void handover_file_clear(struct handover_file *file);
/* Is it as the laptop wrote it? key: of the handover, from the books. */
int handover_file_sealed(const struct handover_file *file, const char *key, struct err *e);

/* What is in the file of a line: its text, the caller's; how many tags hang, and how many were cleared there. */
struct handover_told {
    char *text;
    int64_t hung, cleared;
};
int handover_file_write(struct books *b, int64_t channel_id, const char *channel, const char *code,
                        const char *key, int64_t stopped_utc, struct handover_told *out,
                        struct err *e);

#endif
