/*
 * Fuzz target: any bytes as a template of a sale. What is accepted is also filled and printed, with the
 * first byte choosing the width.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <jansson.h>

#include "escpos.h"
#include "grid.h"
#include "layout.h"
#include "template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void print(const struct template *t, int columns)
{
    struct err e = {0};
    struct doc *doc = NULL;
    unsigned char *out = NULL;
    size_t out_n = 0;
    json_t *data = json_pack("{s:s,s:I,s:I,s:s,s:s,s:s,s:I}", "number", "S-2026-000001", "at",
                             (json_int_t)1793599389, "amount", (json_int_t)140950, "delivery",
                             "held", "tenant", "张三 “Z·S” \u00a5", "head_hash",
                             "0123456789abcdef0", "reprint", (json_int_t)2);
    if (!data || template_fill(t, data, 0, &doc, &e)) {
        abort();
    }
    free(grid_render(doc, columns));
    if (escpos_render(doc,
                      &(struct paper_format){
                          .columns = columns, .encoding = "GB18030", .qr = FORMAT_QR_RASTER},
                      &out, &out_n, &e)) {
        abort();
    }
    free(out);
    doc_free(doc);
    json_decref(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct err e = {0};
    struct template *t = NULL;
    if (template_parse(&t, "fuzz", kind_find("sale"), (const char *)bytes, n, &e) == 0) {
        print(t, LAYOUT_COLUMNS_MIN + (n ? bytes[0] % 40 : 0));
        template_free(t);
    }
    return 0;
}
