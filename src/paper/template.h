/*
 * Templates: how a paper looks, as a plain text file per document and language, checked when loaded.
 *
 * The language, line by line:
 *   # a comment                        nothing is printed; so is an empty line
 *   Room | {room}                      two columns: the left one, and the right one aligned right
 *   @center @bold @big {site}          one text; @center or @right, @bold, @big in any order before it
 *   @rule   @rule =                    a line across the paper, of - or of the sign given
 *   @space                             an empty line
 *   @cut                               feed and cut
 *   @qr {number:digits}                a QR code of digits, in the middle
 *   @if tenant ... @else ... @end      where the field has a value; @if not tenant: where it has none
 *   @if delivery=on                    where it is this word; @if not delivery=on
 *   @words pay cash=Cash card="Bank card"   how the words of a text field are written
 *   @copy customer "Customer copy"     one ticket with this {copy}; each @copy is one, with a cut after it
 * {field} is the value as its kind is written; {at:day} and the like write it otherwise: money, capital,
 * price, energy, time, day, minute, short (the first 16 characters), digits. A line all of whose fields have no
 * value is left out. A backslash before | { } @ # or a backslash takes the sign as it is.
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <jansson.h>

#include "doc.h"
#include "err.h"
#include "kind.h"

#define TEMPLATE_BYTES_MAX 65536
#define TEMPLATE_LINE_MAX  400 /* bytes */

struct template;

/* Reads and checks n bytes of a template; file is its name for messages. */
int template_parse(struct template **out, const char *file, const struct paper_kind *kind,
                   const char *text, size_t n, struct err *e);

/* Reads and checks the file at path; ERR_NOT_FOUND without a message where there is none. */
int template_load(struct template **out, const char *path, const struct paper_kind *kind,
                  struct err *e);

void template_free(struct template *t);

/* Makes the document with its first `copies` tickets (0: all); data is checked against the kind. The caller frees
 * *out. */
int template_fill(const struct template *t, const json_t *data, int copies, struct doc **out,
                  struct err *e);

#endif
