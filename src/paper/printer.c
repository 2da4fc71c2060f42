/*
 * The print service: the one file that talks to CUPS. A connection a call, every wait bounded. Words are
 * in printer_word.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cups/cups.h>

#include "message.h"
#include "printer.h"
#include "text.h"

#define CONNECT_MS 3000
#define ANSWER_S   2.0

/* Attributes are asked for by name: a service that is asked for all of them is slow. */
static const char *const job_attributes[] = {"job-uuid", "job-state", "job-impressions-completed",
                                             "number-of-documents"};
static const char *const printer_attributes[] = {"printer-state", "printer-state-reasons",
                                                 "printer-is-accepting-jobs", "queued-job-count"};

/* CUPS would ask for a password on the terminal. */
static const char *no_password(const char *prompt, http_t *http, const char *method,
                               const char *resource, void *ctx)
{
    (void)prompt;
    (void)http;
    (void)method;
    (void)resource;
    (void)ctx;
    return NULL;
}

static int connect_service(const struct printer_target *target, http_t **http, struct err *e)
{
    const char *server = target->server && *target->server ? target->server : NULL;
    cupsSetServer(server); /* of this thread; NULL: CUPS_SERVER, client.conf, the local one */
    cupsSetPasswordCB2(no_password, NULL);
    *http = httpConnect2(cupsServer(), ippPort(), NULL, AF_UNSPEC, cupsEncryption(), 1, CONNECT_MS,
                         NULL);
    if (!*http) {
        err_set(e, MSG_PRINTER_NO_SERVICE);
        return err_detail(e, "%s:%d: %s", cupsServer(), ippPort(), cupsLastErrorString());
    }
    httpSetTimeout(*http, ANSWER_S, NULL,
                   NULL); /* a hung scheduler accepts and then says nothing */
    return 0;
}

/* The message for a request that was not answered with success. */
static int answer_error(const struct printer_target *target, enum msg_id otherwise, struct err *e)
{
    int rc;
    switch (cupsLastError()) {
    case IPP_STATUS_ERROR_NOT_FOUND: rc = err_set(e, MSG_PRINTER_NO_QUEUE, target->queue); break;
    case IPP_STATUS_ERROR_NOT_ACCEPTING_JOBS:
        rc = err_set(e, MSG_PRINTER_REJECTS, target->queue);
        break;
    case IPP_STATUS_ERROR_FORBIDDEN:
    case IPP_STATUS_ERROR_NOT_AUTHENTICATED:
    case IPP_STATUS_ERROR_NOT_AUTHORIZED: rc = err_set(e, MSG_PRINTER_DENIED, target->queue); break;
    case IPP_STATUS_ERROR_TIMEOUT:
    case IPP_STATUS_ERROR_SERVICE_UNAVAILABLE:
    case IPP_STATUS_ERROR_INTERNAL: rc = err_set(e, MSG_PRINTER_NO_ANSWER); break;
    default: rc = err_set(e, otherwise, target->queue); break;
    }
    err_detail(e, "queue=%s ipp=0x%04x %s", target->queue, (unsigned)cupsLastError(),
               cupsLastErrorString());
    return rc;
}

/* A request with its uri and the attributes wanted; NULL and no error where the thing is not there. */
static int ask(http_t *http, const struct printer_target *target, ipp_op_t operation,
               const char *uri_name, const char *uri, const char *const *wanted, int wanted_count,
               ipp_t **answer, struct err *e)
{
    ipp_t *request = ippNewRequest(operation);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, uri_name, NULL, uri);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL,
                 cupsUser());
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", wanted_count,
                  NULL, wanted);
    *answer = cupsDoRequest(http, request, "/");
    ipp_status_t status = cupsLastError();
    if (*answer && status <= IPP_STATUS_OK_EVENTS_COMPLETE) {
        return 0;
    }
    ippDelete(*answer);
    *answer = NULL;
    return status == IPP_STATUS_ERROR_NOT_FOUND ? 0
                                                : answer_error(target, MSG_PRINTER_NO_ANSWER, e);
}

static int answer_integer(ipp_t *answer, const char *name, int otherwise)
{
    ipp_attribute_t *a = ippFindAttribute(answer, name, IPP_TAG_ZERO);
    return a ? ippGetInteger(a, 0) : otherwise;
}

/* The reason worth saying: one that hinders before one that does not. */
static const char *answer_reason(ipp_t *answer, bool *hinders)
{
    ipp_attribute_t *a = ippFindAttribute(answer, "printer-state-reasons", IPP_TAG_KEYWORD);
    const char *best = NULL;
    *hinders = false;
    for (int i = 0; a && i < ippGetCount(a); i++) {
        bool hard = false;
        const char *word = printer_reason_word(ippGetString(a, i, NULL), &hard);
        if (word && (!best || (hard && !*hinders))) {
            best = word;
            *hinders = hard;
        }
    }
    return best;
}

static int look_at_queue(http_t *http, const struct printer_target *target,
                         struct printer_status *status, struct err *e)
{
    char uri[HTTP_MAX_URI];
    ipp_t *answer = NULL;
    httpAssembleURIf(HTTP_URI_CODING_ALL, uri, sizeof(uri), "ipp", NULL, "localhost", 0,
                     "/printers/%s", target->queue);
    int rc = ask(http, target, IPP_OP_GET_PRINTER_ATTRIBUTES, "printer-uri", uri,
                 printer_attributes, 4, &answer, e);
    if (rc) {
        return rc;
    }
    if (!answer) {
        return err_set(e, MSG_PRINTER_NO_QUEUE, target->queue);
    }
    ipp_attribute_t *accepting =
        ippFindAttribute(answer, "printer-is-accepting-jobs", IPP_TAG_BOOLEAN);
    int state = answer_integer(answer, "printer-state", IPP_PSTATE_IDLE);
    *status = (struct printer_status){
        .accepting = !accepting || ippGetBoolean(accepting, 0),
        .stopped = state == IPP_PSTATE_STOPPED,
        .busy = state == IPP_PSTATE_PROCESSING,
        .jobs = answer_integer(answer, "queued-job-count", 0),
    };
    status->reason = answer_reason(answer, &status->hindered);
    status->hindered = status->hindered || status->stopped;
    status->word = !status->accepting ? N_("accepts no jobs")
                   : status->stopped  ? N_("stopped")
                   : status->busy     ? N_("printing")
                                      : N_("ready");
    ippDelete(answer);
    return 0;
}

int printer_look(const struct printer_target *target, struct printer_status *status, struct err *e)
{
    http_t *http = NULL;
    int rc = connect_service(target, &http, e);
    if (rc) {
        return rc;
    }
    rc = look_at_queue(http, target, status, e);
    httpClose(http);
    return rc;
}

/* What the service says of a job number; *answer NULL: it knows no such job. */
static int ask_job(http_t *http, const struct printer_target *target, int id, ipp_t **answer,
                   struct err *e)
{
    char uri[HTTP_MAX_URI];
    httpAssembleURIf(HTTP_URI_CODING_ALL, uri, sizeof(uri), "ipp", NULL, "localhost", 0, "/jobs/%d",
                     id);
    return ask(http, target, IPP_OP_GET_JOB_ATTRIBUTES, "job-uri", uri, job_attributes, 4, answer,
               e);
}

static const char *answer_uuid(ipp_t *answer)
{
    ipp_attribute_t *a = ippFindAttribute(answer, "job-uuid", IPP_TAG_URI);
    const char *uuid = a ? ippGetString(a, 0, NULL) : NULL;
    return uuid ? uuid : "";
}

/* Opens a job without its paper; nothing can be printed yet. */
static int job_create(http_t *http, const struct printer_target *target, const char *title,
                      cups_dest_t **dest, cups_dinfo_t **info, struct printer_job *job,
                      struct err *e)
{
    ipp_t *answer = NULL;
    *dest = cupsGetNamedDest(http, target->queue, NULL);
    if (!*dest) {
        return answer_error(target, MSG_PRINTER_REFUSED, e);
    }
    *info = cupsCopyDestInfo(http, *dest);
    if (!*info) {
        return answer_error(target, MSG_PRINTER_REFUSED, e);
    }
    ipp_status_t status = cupsCreateDestJob(http, *dest, *info, &job->id, title, 0, NULL);
    if (status > IPP_STATUS_OK_EVENTS_COMPLETE) {
        return answer_error(target, MSG_PRINTER_REFUSED, e);
    }
    int rc = ask_job(http, target, job->id, &answer, e);
    if (rc == 0 && !answer) {
        rc = err_set(e, MSG_PRINTER_REFUSED, target->queue);
    }
    if (rc == 0) {
        text_copy(job->uuid, sizeof(job->uuid), answer_uuid(answer));
    }
    ippDelete(answer);
    return rc;
}

static int job_send(http_t *http, const struct printer_target *target, const char *title,
                    cups_dest_t *dest, cups_dinfo_t *info, const struct printer_job *job,
                    const void *bytes, size_t n, struct err *e)
{
    http_status_t status =
        cupsStartDestDocument(http, dest, info, job->id, title, CUPS_FORMAT_RAW, 0, NULL, 1);
    if (status == HTTP_STATUS_CONTINUE) {
        status = cupsWriteRequestData(http, bytes, n);
    }
    if (status != HTTP_STATUS_CONTINUE) {
        /* The service throws away a paper whose end it did not see. */
        err_set(e, MSG_PRINTER_BROKEN, target->queue);
        return err_detail(e, "queue=%s job=%d http=%d %s", target->queue, job->id, (int)status,
                          cupsLastErrorString());
    }
    /* A connection that ends before the answer leaves the IPP status of the request before: HTTP's own tells. */
    ipp_status_t answered = cupsFinishDestDocument(http, dest, info);
    if (answered > IPP_STATUS_OK_EVENTS_COMPLETE || httpGetStatus(http) != HTTP_STATUS_OK) {
        err_set(e, MSG_PRINTER_UNSURE, target->queue);
        return err_detail(e, "queue=%s job=%d ipp=0x%04x %s", target->queue, job->id,
                          (unsigned)cupsLastError(), cupsLastErrorString());
    }
    return 0;
}

/* An empty job would wait for its paper for minutes. The connection that failed is good for nothing more. */
static void job_drop(const struct printer_target *target, struct printer_job *job)
{
    http_t *http = NULL;
    struct err unsaid = {0};
    if (connect_service(target, &http, &unsaid) == 0) {
        cupsCancelJob2(http, target->queue, job->id, 0);
        httpClose(http);
    }
    *job = (struct printer_job){0};
}

/* Nobody answered whether the paper is there: a job that has none, and is taken back, prints nothing for sure. */
static int job_settle(const struct printer_target *target, struct printer_job *job, struct err *e)
{
    http_t *http = NULL;
    ipp_t *answer = NULL;
    struct err unsaid = {0};
    int rc = ERR_AGAIN;
    if (connect_service(target, &http, &unsaid) == 0 &&
        ask_job(http, target, job->id, &answer, &unsaid) == 0 && answer &&
        strcmp(answer_uuid(answer), job->uuid) == 0 &&
        answer_integer(answer, "number-of-documents", 1) == 0 &&
        cupsCancelJob2(http, target->queue, job->id, 0) <= IPP_STATUS_OK_EVENTS_COMPLETE) {
        *job = (struct printer_job){0};
        rc = err_set(e, MSG_PRINTER_BROKEN, target->queue);
    }
    ippDelete(answer);
    httpClose(http);
    return rc;
}

int printer_submit(const struct printer_target *target, const char *title, const void *bytes,
                   size_t n, struct printer_job *job, struct err *e)
{
    http_t *http = NULL;
    cups_dest_t *dest = NULL;
    cups_dinfo_t *info = NULL;
    struct printer_status queue;
    *job = (struct printer_job){0};
    int rc = connect_service(target, &http, e);
    if (rc) {
        return rc;
    }
    rc = look_at_queue(http, target, &queue, e);
    if (rc == 0 && !queue.accepting) {
        rc = err_set(e, MSG_PRINTER_REJECTS, target->queue);
    }
    rc = rc ? rc : job_create(http, target, title, &dest, &info, job, e);
    rc = rc ? rc : job_send(http, target, title, dest, info, job, bytes, n, e);
    cupsFreeDestInfo(info);
    cupsFreeDests(dest ? 1 : 0, dest);
    httpClose(http);
    if (rc == ERR_AGAIN) {
        return job_settle(target, job, e);
    }
    if (rc && job->id > 0) {
        job_drop(target, job);
    }
    return rc;
}

/* A finished job: what "completed" is worth (printer.h). No page at all is a doubt with every printer. */
static enum printer_job_state completed(const struct printer_target *target, ipp_t *answer)
{
    if (answer_integer(answer, "job-impressions-completed", 0) == 0) {
        return PRINTER_JOB_UNCONFIRMED;
    }
    return target->confirms ? PRINTER_JOB_DONE : PRINTER_JOB_SENT;
}

static enum printer_job_state job_state(const struct printer_target *target,
                                        const struct printer_job *job, ipp_t *answer)
{
    if (!answer || strcmp(answer_uuid(answer), job->uuid) != 0) {
        return PRINTER_JOB_LOST; /* the number may be another job's by now */
    }
    switch (answer_integer(answer, "job-state", 0)) {
    case IPP_JSTATE_PROCESSING: return PRINTER_JOB_PRINTING;
    case IPP_JSTATE_CANCELED: return PRINTER_JOB_CANCELLED;
    case IPP_JSTATE_ABORTED: return PRINTER_JOB_ABORTED;
    case IPP_JSTATE_COMPLETED: return completed(target, answer);
    default: return PRINTER_JOB_WAITING; /* pending, held, processing-stopped */
    }
}

int printer_job_look(const struct printer_target *target, const struct printer_job *job,
                     struct printer_job_status *status, struct err *e)
{
    static const char *const words[] = {
#define X(name, wire, word) [PRINTER_JOB_##name] = word,
        PRINTER_JOB_STATES(X)
#undef X
    };
    http_t *http = NULL;
    ipp_t *answer = NULL;
    struct printer_status queue;
    struct err unseen = {0};
    int rc = connect_service(target, &http, e);
    if (rc) {
        return rc;
    }
    rc = ask_job(http, target, job->id, &answer, e);
    if (rc == 0) {
        *status = (struct printer_job_status){.state = job_state(target, job, answer)};
        status->word = words[status->state];
        bool pending =
            status->state == PRINTER_JOB_WAITING || status->state == PRINTER_JOB_PRINTING;
        if (pending && look_at_queue(http, target, &queue, &unseen) == 0) {
            status->reason = queue.reason;
        }
        if (!status->reason && answer_integer(answer, "job-state", 0) == IPP_JSTATE_HELD) {
            status->reason = N_("held at the print service");
        }
    }
    ippDelete(answer);
    httpClose(http);
    return rc;
}

int printer_job_cancel(const struct printer_target *target, const struct printer_job *job,
                       struct err *e)
{
    http_t *http = NULL;
    ipp_t *answer = NULL;
    int rc = connect_service(target, &http, e);
    if (rc) {
        return rc;
    }
    rc = ask_job(http, target, job->id, &answer, e);
    /* The number alone could be another's job by now. */
    if (rc == 0 && answer && strcmp(answer_uuid(answer), job->uuid) == 0 &&
        answer_integer(answer, "job-state", 0) < IPP_JSTATE_CANCELED &&
        cupsCancelJob2(http, target->queue, job->id, 0) > IPP_STATUS_OK_EVENTS_COMPLETE &&
        cupsLastError() != IPP_STATUS_ERROR_NOT_POSSIBLE) {
        rc = answer_error(target, MSG_PRINTER_NO_ANSWER, e);
    }
    ippDelete(answer);
    httpClose(http);
    return rc;
}
