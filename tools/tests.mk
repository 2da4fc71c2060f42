# Proof: test, asan, tsan, fuzz, bench, soak, lint, format. Included by the Makefile.
.PHONY: packages-test
packages-test:
	@sh tools/packages.sh test

test: packages-test
	@$(MAKE) --no-print-directory -s -j2 tests-built
	@tests/run $(O)

lint: packages-test
	@$(MAKE) --no-print-directory -s all
	@O=$(O) sh tools/lint.sh full && echo "lint: clean"

format:
	@clang-format -i $$(find src screens drivers tests -name '*.[ch]')

asan: packages-test
	@$(MAKE) --no-print-directory -s -j2 O=$(O)/asan SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer' OPT='-O1 -g' tests-built
	@ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 TEST_LIMIT=900 tests/run $(O)/asan

tsan: packages-test
	@$(MAKE) --no-print-directory -s -j2 O=$(O)/tsan SAN='-fsanitize=thread' OPT='-O1 -g' tests-built
	@TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 TEST_LIMIT=900 tests/run $(O)/tsan 'money|collect|faults/batch|unit/(base|link|field|engine)'

FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_TIME ?= 30
fuzz: packages-test
	@$(MAKE) --no-print-directory -s -j2 CC=clang O=$(O)/fuzz SAN='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' OPT='-O1 -g' fuzzers
	@for f in $(FUZZERS); do mkdir -p $(O)/fuzz/corpus/$$f; echo "== $$f, $(FUZZ_TIME) s"; \
	  TMPDIR=$(O)/fuzz $(O)/fuzz/$$f -max_total_time=$(FUZZ_TIME) -max_len=65536 -rss_limit_mb=1024 -artifact_prefix=$(O)/fuzz/ -verbosity=0 -print_final_stats=1 $(O)/fuzz/corpus/$$f $$(test -d tests/fuzz/corpus/$$f && echo tests/fuzz/corpus/$$f) 2>&1 | grep -E 'ERROR|SUMMARY|number_of_executed|crash' ; test $$(ls $(O)/fuzz/crash-* $(O)/fuzz/leak-* $(O)/fuzz/timeout-* $(O)/fuzz/oom-* 2>/dev/null | wc -l) = 0 || exit 1; done
	@echo "fuzz: clean"
fuzzers: $(patsubst %,$(O)/%,$(FUZZERS))
$(O)/fuzz_%: tests/fuzz/fuzz_%.c $(ARCHIVES)
	$(Q)$(CC) $(CPPFLAGS) -std=c11 -g -O1 $(SAN) -fsanitize=fuzzer $(foreach d,base link db model field field/api paper notify sheet ui,-iquote src/$(d) -iquote $(O)/gen/$(d)) -iquote drivers -o $@ $< -Wl,--start-group $(filter-out %/cli.a %/screens.a,$(ARCHIVES)) -Wl,--end-group $(LIBS)

bench: packages-test
	@$(MAKE) --no-print-directory -s -j2 tests-built
	@sh tests/bench/run.sh $(O)
	@sh tests/bench/building.sh $(O)
	@sh tests/bench/batch.sh $(O)
	@sh tests/bench/screens.sh $(O)
	@sh tests/bench/history.sh $(O)
	@sh tests/bench/export.sh $(O)

# Books with 31 million readings in $(O)/bench, for `make bench` (2.2 GB, some minutes).
.PHONY: bench-data
bench-data: packages-test
	@$(MAKE) --no-print-directory -s -j2 tests-built
	@sh tests/bench/data.sh $(O) $(O)/bench

SOAK ?= 10000
soak: packages-test
	@$(MAKE) --no-print-directory -s -j2 tests-built
	@O=$(O) sh tests/money/money.sh $(SOAK)
	@O=$(O) FULL=1 sh tests/faults/crash.test
