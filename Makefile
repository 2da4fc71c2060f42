# Metertill: all, demo, test, asan, tsan, fuzz, bench, soak, lint, install. Sources are found by
# wildcard; a new screen, driver, query, statement file, migration, message list, translation or test
# is only a new file. `make O=DIR` builds elsewhere, `make CC=clang` with clang, `make V=1` shows the
# commands. tools/packages.sh installs what is missing.
O      ?= build
CC     := $(if $(filter default,$(origin CC)),gcc,$(CC))
PREFIX ?= /usr/local
VERSION := 0.1.0
Q      := $(if $(V),,@)
say     = $(if $(V),,@printf '  %-6s %s\n' $(1) $(2))

# --- what may include what (architecture: layers). A folder sees only these; quoted includes carry no path.
FOLDERS   := base link db model field paper notify engine sheet ui cli
SEES_base     := base
SEES_link     := link base
SEES_db       := db base
SEES_model    := model db base
SEES_field    := field field/api base
SEES_paper    := paper base
SEES_notify   := notify base
SEES_engine   := engine model field field/api paper notify link base
SEES_sheet    := sheet base
SEES_ui       := ui link base
SEES_cli      := cli link sheet base
SEES_main     := engine cli ui link base
SEES_drivers  := field/api base
SEES_screens  := ui link sheet base

iquote = $(foreach d,$(SEES_$(1)),-iquote src/$(d) -iquote $(O)/gen/$(d)) $(if $(filter paper,$(1)),$(PAPER_CFLAGS))
sources = $(wildcard src/$(1)/*.c)

# --- flags
PKGS_base    :=
PKGS_link    := jansson
PKGS_db      := sqlite3
PKGS_model   := jansson libsodium
PKGS_field   :=
PKGS_paper   := jansson pangocairo libqrencode
PKGS_engine  := jansson libsodium
PKGS_sheet   := xlsxwriter
PKGS_notify  := libcurl
PKGS_ui      := jansson
PKGS_cli     := jansson
PKGS_screens := jansson
PKGS_drivers := libmodbus libserialport
PAPER_CFLAGS := $(shell pkg-config --cflags $(PKGS_paper) | sed 's/-I/-isystem /g')
LIBS := -lsqlite3 -ljansson -lsodium -lmodbus -lserialport -lxlsxwriter $(shell pkg-config --libs pangocairo) -lqrencode -lcurl -lcups -linih -lcsv -lpanelw -lncursesw -ltinfo -lpthread
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wformat -Wformat-security -Wundef -Werror
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
OPT  ?= -O2 -g
SAN  ?=
CPPFLAGS += -D_GNU_SOURCE -DMETERTILL_VERSION='"$(VERSION)"' -DMETERTILL_SHARE='"$(PREFIX)/share/metertill"'
CFLAGS  += -std=c11 $(WARN) -Wno-overlength-strings $(OPT) $(if $(SAN),$(SAN) -fPIE,$(HARDEN))
LDFLAGS += -pie -Wl,-z,relro,-z,now $(SAN)

.PHONY: all clean lint demo test asan tsan fuzz bench soak install packages format tests-built
all: $(O)/metertill $(O)/share/.done $(if $(SAN),,$(O)/.lint)
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

# --- generated: message list, SQL, registries of screens, drivers, requests, queries
MESSAGE_DEFS := $(sort $(wildcard src/*/messages.def screens/messages.def drivers/messages.def))
SQL_FILES    := $(sort $(wildcard sql/migrations/*.sql sql/statements/*.sql sql/queries/*.sql sql/reports/*.sql))
GEN := $(O)/gen/base/messages_all.def $(O)/gen/db/sql_id.h $(O)/gen/db/sql_text.c \
       $(O)/gen/screens/registry.c $(O)/gen/drivers/registry.c $(O)/gen/drivers/framings.c $(O)/gen/model/registry.c $(O)/gen/engine/registry.c $(O)/gen/cli/registry.c

$(O)/gen/base/messages_all.def: $(MESSAGE_DEFS)
	@mkdir -p $(@D)
	$(Q)cat $^ > $@
$(O)/gen/db/sql_id.h $(O)/gen/db/sql_text.c &: $(SQL_FILES) tools/sqlgen.sh
	@mkdir -p $(O)/gen/db
	$(call say,GEN,sql)
	$(Q)sh tools/sqlgen.sh $(O)/gen/db $(SQL_FILES)
# registry FILE TYPE ARRAY HEADER SOURCES: every `const struct TYPE NAME` at the start of a line of SOURCES
define registry
$(1): $(5) tools/registry.sh
	@mkdir -p $$(@D)
	$$(Q)sh tools/registry.sh '$(2)' $(3) $(4) $(5) > $$@
endef
$(eval $(call registry,$(O)/gen/screens/registry.c,struct screen,screen_registry,screen.h,$(sort $(wildcard screens/*.c))))
$(eval $(call registry,$(O)/gen/drivers/registry.c,struct driver,driver_registry,driver.h,$(sort $(wildcard drivers/*.c))))
$(eval $(call registry,$(O)/gen/drivers/framings.c,struct framing,framing_registry,framing.h,$(sort $(wildcard drivers/*.c))))
$(eval $(call registry,$(O)/gen/model/registry.c,struct request_table,request_registry,request.h,$(sort $(wildcard src/model/*.c))))
$(eval $(call registry,$(O)/gen/engine/registry.c,struct live_table,live_registry,live.h,$(sort $(wildcard src/engine/*.c))))
$(eval $(call registry,$(O)/gen/cli/registry.c,struct verb,verb_registry,verb.h,$(sort $(wildcard src/cli/*.c))))

# --- objects: one rule a folder
ALL_OBJS :=
define folder
OBJS_$(1) := $$(patsubst src/%.c,$(O)/obj/%.o,$$(call sources,$(1)))
$(O)/obj/$(1)/%.o: src/$(1)/%.c | $(GEN)
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(Q)$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(call iquote,$(1)) -MMD -MP -c $$< -o $$@
endef
$(foreach f,$(FOLDERS),$(eval $(call folder,$(f))))
OBJS_db += $(O)/obj/gen/db/sql_text.o
OBJS_model += $(O)/obj/gen/model/registry.o
OBJS_engine += $(O)/obj/gen/engine/registry.o
OBJS_cli += $(O)/obj/gen/cli/registry.o
OBJS_screens := $(patsubst screens/%.c,$(O)/obj/screens/%.o,$(wildcard screens/*.c)) $(O)/obj/gen/screens/registry.o
OBJS_drivers := $(patsubst drivers/%.c,$(O)/obj/drivers/%.o,$(wildcard drivers/*.c)) $(O)/obj/gen/drivers/registry.o $(O)/obj/gen/drivers/framings.o
define loose
$(O)/obj/$(1)/%.o: $(1)/%.c | $(GEN)
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(Q)$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(call iquote,$(1)) -MMD -MP -c $$< -o $$@
endef
$(eval $(call loose,screens))
$(eval $(call loose,drivers))
define generated
$(O)/obj/gen/$(1)/%.o: $(O)/gen/$(1)/%.c | $(GEN)
	@mkdir -p $$(@D)
	$$(Q)$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(call iquote,$(1)) -MMD -MP -c $$< -o $$@
endef
$(foreach f,db model engine cli screens drivers,$(eval $(call generated,$(f))))
$(O)/obj/main.o: src/main.c | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(call iquote,main) -MMD -MP -c $< -o $@
$(O)/lib/%.a:
	@mkdir -p $(@D)
	$(Q)rm -f $@; ar rcs $@ $^
$(foreach f,$(FOLDERS) screens drivers,$(eval $(O)/lib/$(f).a: $(OBJS_$(f))))
ARCHIVES := $(foreach f,screens cli ui sheet engine model paper notify field drivers link db base,$(O)/lib/$(f).a)
$(O)/metertill: $(O)/obj/main.o $(ARCHIVES)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(O)/obj/main.o -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS)

# --- the rules of the house are part of the build: tools/lint.sh looks at sources and objects
$(O)/.lint: $(O)/metertill $(wildcard share/locale/zh_CN/*.po) tools/lint.sh
	$(call say,LINT,$(O))
	$(Q)O=$(O) sh tools/lint.sh
	@touch $@

# --- share: templates and translations, laid out as they are installed
PO_FILES := $(sort $(wildcard share/locale/zh_CN/*.po))
$(O)/share/.done: $(PO_FILES) $(wildcard share/templates/*)
	@mkdir -p $(O)/share/locale/zh_CN/LC_MESSAGES $(O)/share/templates
	$(call say,PO,zh_CN)
	$(Q)msgcat --use-first -o $(O)/share/zh_CN.po $(PO_FILES) && msgfmt -c -o $(O)/share/locale/zh_CN/LC_MESSAGES/metertill.mo $(O)/share/zh_CN.po
	$(Q)cp -r share/templates/. $(O)/share/templates/
	@touch $@

# --- tests. tests/unit/FOLDER/NAME.c links FOLDER's archive and those below it.
BELOW_base := base
BELOW_link := link base
BELOW_db := db base
BELOW_model := model db base
BELOW_field := field drivers base
BELOW_paper := paper base
BELOW_notify := notify base
BELOW_engine := engine model paper notify field drivers link db base
BELOW_sheet := sheet base
BELOW_ui := ui link base
BELOW_cli := cli sheet link base
BELOW_screens := screens ui sheet link base
UNIT_TESTS := $(sort $(wildcard tests/unit/*/*.c))
UNIT_BINS  := $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(UNIT_TESTS))
define unit
$(O)/tests/unit/$(1)/%: tests/unit/$(1)/%.c $(foreach b,$(BELOW_$(1)),$(O)/lib/$(b).a)
	@mkdir -p $$(@D)
	$$(call say,TEST,$$<)
	$$(Q)$(CC) $$(CPPFLAGS) $$(CFLAGS) -Wno-missing-prototypes $$(foreach b,$$(BELOW_$(1)),-iquote src/$$(b) -iquote $(O)/gen/$$(b)) -iquote src/field/api -iquote drivers -iquote tests -MMD -MP $$(LDFLAGS) -o $$@ $$< -Wl,--start-group $$(foreach b,$$(BELOW_$(1)),$(O)/lib/$$(b).a) -Wl,--end-group -lcmocka $$(LIBS)
endef
$(foreach f,$(sort $(patsubst tests/unit/%/,%,$(dir $(UNIT_TESTS)))),$(eval $(call unit,$(f))))
SIM_SRC := $(filter-out tests/sim/test_%.c tests/sim/simctl.c,$(wildcard tests/sim/*.c))
SIM_OBJ := $(patsubst tests/%.c,$(O)/obj/tests/%.o,$(SIM_SRC))
SIM_TESTS := $(patsubst tests/sim/%.c,$(O)/tests/sim/%,$(wildcard tests/sim/test_*.c))
$(O)/obj/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -iquote $(<D) -MMD -MP -c $< -o $@
$(O)/tests/metersim: $(SIM_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm
$(O)/tests/simctl: $(O)/obj/tests/sim/simctl.o
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
$(O)/tests/sim/test_%: tests/sim/test_%.c $(O)/tests/metersim $(O)/tests/simctl
	@mkdir -p $(@D)
	$(call say,TEST,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes -iquote tests/sim $(LDFLAGS) -o $@ $< -lcmocka
# tools of the tests in C: tests/tools/NAME.c, each one program on libc, jansson and the link layer
TEST_TOOLS := $(patsubst tests/tools/%.c,$(O)/tests/tools/%,$(wildcard tests/tools/*.c))
$(O)/tests/tools/%: tests/tools/%.c $(O)/lib/link.a $(O)/lib/db.a $(O)/lib/base.a
	@mkdir -p $(@D)
	$(call say,TEST,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes $(call iquote,link) -MMD -MP $(LDFLAGS) -o $@ $< $(O)/lib/link.a $(O)/lib/base.a $(LIBS)
$(O)/tests/%.so: tests/faults/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -std=c11 $(WARN) -O2 -fPIC -shared -o $@ $< -ldl
tests-built: all $(UNIT_BINS) $(O)/tests/metersim $(O)/tests/simctl $(SIM_TESTS) $(TEST_TOOLS) $(patsubst tests/faults/%.c,$(O)/tests/%.so,$(wildcard tests/faults/*.c))

-include tools/targets.mk
include tools/tests.mk
-include $(shell test -d $(O)/obj && find $(O)/obj $(O)/tests -name '*.d' 2>/dev/null)
