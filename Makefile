# make                         build/rosterd and build/rosterctl
# make deps                    installs what is missing to build and test
# make demo                    builds, then shows the whole thing at work on this machine
# make console                 tries again to fetch the web console's libraries, and builds
# make test                    unit tests on SQLite and PostgreSQL, then flow and browser tests
# make test-browser            the web console in Chromium; BROWSER=FILE... for some of it
# make screenshots             pictures of all its screens in build-ui/screenshots
# make test-asan test-tsan     the same under ASan + UBSan and TSan
# make lint                    form, layers, tenant, lengths, cppcheck, clang-tidy, -Werror
# make format                  puts the form right
# make fuzz                    a minute for each fuzzer (FUZZ_SECONDS; needs clang)
# make conformance             with servers of others: identity providers from npm and Maven, 389-DS
# make bench                   measurements against other servers; takes its time
# make install                 PREFIX=/usr/local DESTDIR=
# SAN=address,undefined builds into a folder of its own; WERROR=1 is what CI uses;
# V=1 shows the commands

PREFIX ?= /usr/local
CC     ?= cc
CFLAGS ?= -O2 -g
B      := build$(addprefix -,$(SAN))
Q      := $(if $(V),,@)
PYTHON ?= /usr/bin/python3
FUZZ_SECONDS ?= 60

# others' headers are not ours to warn about
PKGS   := libmicrohttpd libpq sqlite3 jansson libutf8proc libsodium libpcre2-8 libcurl \
	ldap lber lasso gobject-2.0 xmlsec1-openssl libxml-2.0 openssl zlib libseccomp liboath
INCS    = -Iinclude $(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g')
LIBS    = $(shell pkg-config --libs $(PKGS)) -linih -lresolv

WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wpointer-arith \
	-Wcast-qual -Wundef -Wformat=2 -Wvla -Wimplicit-fallthrough -Wswitch-enum \
	-Wnull-dereference -Werror=format-security -Werror=incompatible-pointer-types \
	-Werror=implicit-function-declaration -Werror=int-conversion $(if $(WERROR),-Werror)

# the flag, if this compiler knows it
flag    = $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null 2>/dev/null && echo $(1))
HARDEN  = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fPIE -fstack-protector-strong \
	-fstack-clash-protection $(call flag,-fcf-protection=full) \
	$(call flag,-ftrivial-auto-var-init=zero)
HARDLD := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed
# sanitizers see no more with optimized code, and -Wnull-dereference sees ghosts in it
SANIT  := $(if $(SAN),-O1 -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all \
	-Wno-null-dereference)

# asked once per run of make, not once per file; and not before the goals that
# install what is asked for
ifneq ($(filter-out clean deps demo test conformance format,$(or $(MAKECMDGOALS),all)),)
FOREIGN := $(INCS)
LIBS    := $(LIBS)
GUARD   := $(or $(SANIT),$(HARDEN))
endif
COMPILE  = $(CC) -std=gnu17 -D_GNU_SOURCE -pthread -fno-common -fno-strict-aliasing $(FOREIGN) \
	$(WARN) $(CPPFLAGS) $(CFLAGS) $(GUARD)
LINK     = $(CC) -pthread $(LDFLAGS) $(or $(SANIT),$(HARDLD))

SRC    := $(wildcard src/*/*.c)
GEN    := $(B)/gen/presets.o $(B)/gen/console.o
OBJ    := $(SRC:%.c=$(B)/%.o) $(GEN)
CTL    := $(filter $(B)/src/app/ctl.o $(B)/src/app/ctl_%.o,$(OBJ))
LIB    := $(filter-out $(B)/src/app/main.o $(CTL),$(OBJ))
UNIT   := $(wildcard tests/unit/test_*.c)
TESTS  := $(UNIT:tests/unit/%.c=$(B)/%)
FUZZ   := $(patsubst tests/fuzz/%.c,build-fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FORM   := $(wildcard src/*/*.[ch] include/*/*.h tests/*/*.[ch])
IDPS   := $(wildcard idp-configs/*/*.json)
GUIDES := $(wildcard idp-configs/*/SAML.md idp-configs/*/LDAP.md)
UI     := $(wildcard src/ui/*.js src/ui/*.css src/ui/*.svg src/ui/*.html src/ui/*/*.js)

all: $(B)/rosterd $(B)/rosterctl

$(B)/rosterd: $(B)/src/app/main.o $(LIB)
$(B)/rosterctl: $(CTL) $(LIB)
$(B)/rosterd $(B)/rosterctl:
	@echo "  LD    $@"
	$(Q)$(LINK) -o $@ $(filter %.o,$^) $(LIBS)

$(B)/%.o: %.c
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c
	@echo "  CC    $<"
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

# the list itself is an input, so that a preset taken away goes
$(B)/gen/presets.c: src/admin/embed.sh $(B)/gen/presets.list $(IDPS)
	@echo "  EMBED $@"
	$(Q)sh $< $(IDPS) >$@.new && mv $@.new $@

# The libraries of the console, once for all builds.  UI_MODULES is a folder of modules
# that are there already, for machines that npm cannot be reached from.
build-ui/lib: src/ui/vendor.sh src/ui/package-lock.json
	@echo "  NPM   $@"
	$(Q)sh $< $@ $(UI_MODULES)

$(B)/gen/guides.js: src/ui/guides.sh $(GUIDES)
	@mkdir -p $(@D)
	$(Q)sh $< $(GUIDES) >$@.new && mv $@.new $@

$(B)/gen/console.c: src/ui/embed.sh build-ui/lib $(B)/gen/guides.js $(B)/gen/console.list $(UI)
	@echo "  EMBED $@"
	$(Q)sh $< src/ui build-ui/lib $(B)/gen/guides.js >$@.new && mv $@.new $@

$(B)/gen/console.list: FORCE
	@mkdir -p $(@D)
	@echo "$(UI)" | cmp -s - $@ || echo "$(UI)" >$@

console:
	@rm -rf build-ui/lib
	@$(MAKE) --no-print-directory all

$(B)/gen/presets.list: FORCE
	@mkdir -p $(@D)
	@echo "$(IDPS)" | cmp -s - $@ || echo "$(IDPS)" >$@

$(B)/test_%: $(B)/tests/unit/test_%.o $(LIB)
	@echo "  LD    $@"
	$(Q)$(LINK) -o $@ $(filter %.o,$^) $(LIBS) -lcmocka

$(B)/bench_%: $(B)/tests/bench/%.o $(LIB)
	@echo "  LD    $@"
	$(Q)$(LINK) -o $@ $(filter %.o,$^) $(LIBS)

build-fuzz/%: tests/fuzz/%.c $(SRC) $(GEN:.o=.c)
	@echo "  FUZZ  $@"
	@mkdir -p $(@D)
	$(Q)clang -g -O1 -std=gnu17 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined $(INCS) \
		-o $@ $< $(filter-out src/app/main.c src/app/ctl%,$(SRC)) $(GEN:.o=.c) $(LIBS) \
		-pthread

deps:
	@sh tests/deps

demo: deps
	@$(MAKE) --no-print-directory all
	@sh tests/demo/demo.sh

# make sure of the libraries first: the sub-makes then find them
test: deps
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory test-unit
	@$(MAKE) --no-print-directory test-flow
	@$(MAKE) --no-print-directory test-browser

test-unit: $(TESTS)
	@tests/with-postgres sh tests/unit/run $(TESTS)

# more at a time than there are cores: most of them wait
test-flow: all
	@ROSTERD_BIN_DIR=$(CURDIR)/$(B) $(PYTHON) -m pytest -q -n 4 --dist loadfile $(FLOW_ARGS) $(or $(FLOW),tests/flow)

build-ui/browser: tests/browser/package-lock.json
	@echo "  NPM   $@"
	@rm -rf $@ && mkdir -p $@
	@cp tests/browser/package.json tests/browser/package-lock.json tests/browser/.npmrc $@/
	$(Q)cd $@ && npm ci --prefer-offline --no-audit --no-fund --ignore-scripts >npm.log 2>&1 || \
		{ cat npm.log; rm -rf $(CURDIR)/$@; exit 1; }

in_browser = ROSTERD_BIN_DIR=$(CURDIR)/$(B) ROSTERD_BROWSER_MODULES=$(CURDIR)/build-ui/browser

test-browser: all build-ui/browser
	@$(in_browser) node --test --test-concurrency=2 $(or $(BROWSER),$(wildcard tests/browser/*.test.mjs))

screenshots: all build-ui/browser
	@$(in_browser) node tests/browser/screenshots.mjs build-ui/screenshots

# The flow tests marked "slow" prove nothing more under a sanitizer.  Memory errors
# hide where strangers' bytes are read, races where much happens at once.
flow_files = $(patsubst %,tests/flow/test_%.py,$(1))
BYTES := $(call flow_files,scim_quirks scim_quirks_patch scim_patch scim_errors_limits \
	scim_tenants scim_sessions saml_attacks_bytes saml_attacks_wrapping \
	saml_attacks_crypto saml_login admin_people attribution openapi sessions \
	webhooks syslog labelstudio reports)
RACY := $(call flow_files,seats order reliability operations sessions scim_sessions \
	scim_tenants saml_login break_glass lane requests webhooks syslog)

test-asan:
	@$(MAKE) --no-print-directory SAN=address,undefined FLOW_ARGS='-m "not slow" -k "not postgresql"' \
		FLOW="$(BYTES)" test-unit test-flow

test-tsan:
	@$(MAKE) --no-print-directory SAN=thread FLOW_ARGS='-m "not slow" -k "not sqlite"' \
		FLOW="$(RACY)" test-unit test-flow

conformance: deps
	@sh tests/deps conformance || echo "conformance: what needs these packages is left out"
	@$(MAKE) --no-print-directory all
	@ROSTERD_BIN_DIR=$(CURDIR)/$(B) $(PYTHON) -B -m pytest -q -rs $(or $(CONFORMANCE),conformance)
	@ROSTERD_BIN_DIR=$(CURDIR)/$(B) $(PYTHON) -B -m pytest -q -rs tests/flow/conformance

bench: all $(B)/bench_saml_verify
	@ROSTERD_BIN_DIR=$(CURDIR)/$(B) sh tests/bench/run

fuzz: $(FUZZ)
	@for f in $^; do \
		mkdir -p $$f-corpus; \
		$$f -max_total_time=$(FUZZ_SECONDS) -max_len=8192 $$f-corpus \
			$$(ls -d tests/fuzz/corpus/$${f##*/fuzz_} 2>/dev/null) || exit 1; \
	done

lint:
	+@sh tests/lint/all $(FORM)

# what the lint compiles: everything, twice, with warnings as errors; where all is built
# that way (WERROR=1), once is done already
STRICT := $(if $(WERROR),build,build-werror)
lint-gcc:
	@$(MAKE) --no-print-directory B=$(STRICT) CC=gcc WERROR=1 all $(TESTS:$(B)/%=$(STRICT)/%)
lint-clang:
	@$(MAKE) --no-print-directory B=build-clang CC=clang WERROR=1 all $(TESTS:$(B)/%=build-clang/%)

# for tools that want to know how a file is compiled
print-flags:
	@echo $(FOREIGN) -std=gnu17 -D_GNU_SOURCE

format:
	@clang-format -i $(FORM)

install: all
	install -D -m 0755 $(B)/rosterd $(DESTDIR)$(PREFIX)/bin/rosterd
	install -D -m 0755 $(B)/rosterctl $(DESTDIR)$(PREFIX)/bin/rosterctl
	for m in rosterctl.1 rosterd.conf.5 rosterd.8; do \
		install -D -m 0644 man/$$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$$m || exit 1; \
	done
	@$(MAKE) --no-print-directory install-completion

install-completion:
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions
	$(B)/rosterctl completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/rosterctl
	$(B)/rosterctl completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_rosterctl

clean:
	rm -rf build build-*

FORCE:
.PHONY: all console deps demo test test-unit test-flow test-browser screenshots test-asan \
	test-tsan conformance bench fuzz lint lint-gcc \
	lint-clang print-flags format install install-completion clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
-include $(OBJ:.o=.d) $(TESTS:$(B)/%=$(B)/tests/unit/%.d)
