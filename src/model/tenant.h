/*
 * Tenants, as far as more than one file writes them (import, openings, changes at the counter).
 */
#ifndef TENANT_H
#define TENANT_H

#include <stddef.h>

/* What a tenant is found by: the name, the alias, the first letters of Latin words (zs); folded. buf is always
 * terminated. */
void tenant_search(const char *name, const char *alias, char *buf, size_t size);

#endif
