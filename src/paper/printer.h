/*
 * Printers: bytes to a queue of the print service, and what became of them. The only place that knows
 * CUPS. Every call may block for some seconds: from the print thread only.
 *
 * A printer either confirms or it does not (a setting of its queue). confirms = yes: its backend reports
 * a page only when the page is out, so "done" means printed. confirms = no (most receipt printers): the
 * print service knows only that the bytes left, and "sent" is the last word; the operator is asked
 * whether the paper came out after an error only, not at every sale.
 */
#ifndef PRINTER_H
#define PRINTER_H

#include "err.h"

#define PRINTER_UUID_MAX 64

struct printer_target {
    const char
        *server; /* "host:port" or a socket's path; NULL or "": CUPS_SERVER, client.conf, local */
    const char *queue;
    bool confirms;
};

/* A job is known by its uuid: numbers start again at 1 when the print service loses its state. */
struct printer_job {
    int id;
    char uuid[PRINTER_UUID_MAX];
};

/* X(NAME, "word of the wire", "word for people") */
#define PRINTER_JOB_STATES(X)                                                                      \
    X(WAITING, "waiting", N_("waiting"))                                                           \
    X(PRINTING, "printing", N_("printing"))                                                        \
    X(DONE, "done", N_("printed"))                                                                 \
    X(SENT, "sent", N_("sent to the printer"))                                                     \
    X(UNCONFIRMED, "unconfirmed", N_("not confirmed: did it come out?"))                           \
    X(CANCELLED, "cancelled", N_("cancelled at the printer"))                                      \
    X(ABORTED, "aborted", N_("given up by the print service"))                                     \
    X(LOST, "lost", N_("lost by the print service"))

enum printer_job_state {
#define X(name, wire, word) PRINTER_JOB_##name,
    PRINTER_JOB_STATES(X)
#undef X
};

struct printer_job_status {
    enum printer_job_state state;
    const char *word; /* English, N_(): what became of it */
    const char *
        reason; /* English, N_(): why the printer is not getting on ("out of paper"); NULL: nothing known */
};

/* What a queue says of itself. */
struct printer_status {
    bool accepting; /* takes new jobs */
    bool stopped;   /* takes them and prints none */
    bool busy;
    bool hindered;      /* nothing comes out before somebody does something */
    int jobs;           /* waiting and printing */
    const char *word;   /* English, N_(): "ready", "printing", "stopped", "accepts no jobs" */
    const char *reason; /* as above; also what only warns ("paper is running low") */
};

/*
 * Hands a paper over as one raw job. title: the document's number and nothing else, others can read it.
 * On success *job names it. PRINTER_UNSURE (ERR_AGAIN): the service may have it, *job is filled, look
 * it up before sending again. Every other failure: surely nothing was printed.
 */
int printer_submit(const struct printer_target *target, const char *title, const void *bytes,
                   size_t n, struct printer_job *job, struct err *e);

/* What became of a job. Fails only where the print service cannot be asked: then nothing is known. */
int printer_job_look(const struct printer_target *target, const struct printer_job *job,
                     struct printer_job_status *status, struct err *e);

/* Takes a job back from the print service; one that is over or that it does not know is none to take back: no error.
 * What became of it says printer_job_look(). */
int printer_job_cancel(const struct printer_target *target, const struct printer_job *job,
                       struct err *e);

int printer_look(const struct printer_target *target, struct printer_status *status, struct err *e);

/* "waiting", "done", ... for the wire and the books. */
const char *printer_job_state_wire(enum printer_job_state state);

/* The word of a printer-state-reasons keyword ("media-empty-error" -> "out of paper"), or NULL; *hinders
 * (may be NULL): nothing comes out while it lasts. */
const char *printer_reason_word(const char *keyword, bool *hinders);

#endif
