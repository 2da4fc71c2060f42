/*
 * Fuzz target: any bytes as a selection of meters. What is refused says why and gives nothing; what is accepted is asked of
 * meters of every sort, and with "not:" before its only term it says the opposite.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "select.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct selection *parsed(const char *text)
{
    struct selection *s = NULL;
    struct err e = {0};
    char sentence[1024];
    int code = selection_parse(text, &s, &e);

    if (code != e.code || (code == 0) != (s != NULL))
        abort();
    if (code != 0 && !text_is_clean(message_english(&e, sentence, sizeof sentence)))
        abort();
    return s;
}

/* Meters with all there is, with nothing, and with the expression itself in their names. */
static void ask(const struct selection *s, const struct selection *opposite, const char *text)
{
    const struct select_meter meters[] = {
        {.state = "forced off",
         .path = "Tower A/12F/1204",
         .room = "1204",
         .channel = "L01",
         .number = "190301527",
         .tenant = "张三 zhang san",
         .model = "DDSY1352",
         .tariff = "Shops",
         .account = "A-000412",
         .role = "tenant"},
        {0},
        {text, text, text, text, text, text, text, text, text, text}};

    for (size_t i = 0; i < sizeof meters / sizeof *meters; i++) {
        bool taken = selection_takes(s, &meters[i]);
        if (opposite && selection_takes(opposite, &meters[i]) == taken)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_format("%.*s", (int)size, (const char *)data);
    char *turned = mem_format("not:%s", text);
    struct selection *s = parsed(text);
    /* A space outside quotation marks parts terms: only one without any is surely one term. */
    struct selection *opposite = s && !strchr(text, ' ') ? parsed(turned) : NULL;

    if (s && !strchr(text, ' ') && !opposite)
        abort();
    if (s)
        ask(s, opposite, text);
    selection_free(opposite);
    selection_free(s);
    free(turned);
    free(text);
    return 0;
}
