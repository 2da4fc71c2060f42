/*
 * What a tenant is found by. Nothing here writes; who writes a tenant stores this beside the name.
 */
#include "tenant.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"

void tenant_search(const char *name, const char *alias, char *buf, size_t size)
{
    char initials[40], *both = mem_format("%s %s", name, alias);
    size_t n = 0;

    for (const char *c = both; *c != '\0' && n + 1 < sizeof initials; c++) {
        bool begins = c == both || c[-1] == ' ' || c[-1] == '-';
        if (begins && (unsigned char)*c < 0x80 && *c != ' ')
            initials[n++] = *c;
    }
    initials[n] = '\0';
    char *all = mem_format("%s %s", both, n > 1 ? initials : "");
    free(both);
    text_fold_search(buf, size, all);
    free(all);
    for (n = strlen(buf); n > 0 && buf[n - 1] == ' '; n--)
        buf[n - 1] = '\0';
}
