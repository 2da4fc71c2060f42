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
	@sh tools/install.sh $(INSTALL_O) "$(DESTDIR)" $(PREFIX)

# A Debian package in $(O)/deb; what it is built from is what git has of this tree, or the tree where there is no git.
.PHONY: deb
deb: packages
	@sh tools/deb.sh $(O) $(VERSION)
