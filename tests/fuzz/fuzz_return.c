/*
 * Fuzz target: any bytes as the return file of a laptop. What is refused says where and why; what is taken has its row of the
 * line, sound tags, and is sealed by nobody who does not know the key.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "handover_file.h"
#include "message.h"
#include "sheet_json.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct handover_file *f)
{
    struct err e = {0};
    if (!f->channel || !f->channel[0] || !f->code || f->stopped_utc <= 0 || !f->seal)
        abort();
    for (size_t i = 0; i < f->count; i++) {
        const struct handover_tag *t = &f->tag[i];
        if (!text_is_clean(t->meter) || !text_is_clean(t->name) || !text_is_clean(t->reason) ||
            t->line <= f->code_line || t->line >= f->seal_line)
            abort();
    }
    if (handover_file_sealed(f, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                             &e) == 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sheet sheet;
    struct handover_file file;
    struct err e = {0};
    char text[1024];

    if (sheet_parse(&sheet, "return.csv", (const char *)data, size, &e) != 0)
        return 0;
    json_t *files = json_pack("[o]", sheet_json(&sheet));
    sheet_clear(&sheet);
    int code = handover_file_read(files, &file, &e);
    if (code != e.code || (code != 0 && !message_english(&e, text, sizeof text)[0]))
        abort();
    if (code == 0)
        look(&file);
    handover_file_clear(&file);
    json_decref(files);
    return 0;
}
