# Targets for people: demo, install. Included by the Makefile.
.PHONY: packages
packages:
	@sh tools/packages.sh

demo: packages
	@$(MAKE) --no-print-directory -s -j2 all $(O)/tests/metersim $(O)/tests/simctl
	@sh tools/demo.sh $(O)

# The place of share/ is compiled in: another PREFIX is another build.
DESTDIR ?=
INSTALL_O := $(if $(filter /usr/local,$(PREFIX)),$(O),$(O)/prefix$(subst /,-,$(PREFIX)))
install:
	@$(MAKE) --no-print-directory O=$(INSTALL_O) PREFIX=$(PREFIX) all
	install -D -m 755 $(INSTALL_O)/metertill $(DESTDIR)$(PREFIX)/bin/metertill
	install -D -m 644 $(INSTALL_O)/share/locale/zh_CN/LC_MESSAGES/metertill.mo $(DESTDIR)$(PREFIX)/share/metertill/locale/zh_CN/LC_MESSAGES/metertill.mo
	install -d $(DESTDIR)$(PREFIX)/share/metertill/templates
	install -m 644 share/templates/* $(DESTDIR)$(PREFIX)/share/metertill/templates/
