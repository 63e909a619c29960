# peerd: `make run` shows it at work on loopback, `make test` runs all tests.
#
# Each target installs the Debian packages that it needs when they are missing. Swift 6.3 must be there
# for all but installing what is built.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

BUILD := .build
RELEASE := $(BUILD)/release
SWIFT_RELEASE := swift build -c release --static-swift-stdlib --scratch-path $(BUILD)
SEEDS ?= 1000
# Of `make test`: enough to meet every kind of peer and command many times, in a few seconds.
TEST_SEEDS ?= 200
# The same of whole daemons, which cost more.
TEST_ENGINE_SEEDS ?= 40
# Networks of each kind in which the address book is attacked: the means are within their bounds.
TEST_ATTACKS ?= 6

# pkg-config's systemd.pc, which newer releases have in a package of its own.
INSTALL_PACKAGES := systemd pkg-config $(shell apt-cache pkgnames systemd-dev 2>/dev/null | grep -x systemd-dev)
BUILD_PACKAGES := g++ libc6-dev libstdc++-12-dev libtomlplusplus-dev libsystemd-dev libsqlite3-dev \
    pkg-config git
RUN_PACKAGES := $(BUILD_PACKAGES) procps
TEST_PACKAGES := $(RUN_PACKAGES) util-linux iproute2 python3 python3-venv socat systemd libnss-systemd \
    dbus zsh fish
# Pythons with what tests need of PyPI: the varlink client of somebody else, and a second BLAKE-256.
VARLINK := $(BUILD)/varlink
DECRED := $(BUILD)/decred
# In a network that holds nothing but loopback.
ALONE := Tests/scripts/alone.sh
BENCH_PACKAGES := gcc libc6-dev python3 iproute2

PREFIX ?= /usr
DESTDIR ?=
PURGE ?=
# Where systemd looks, as its own package says.
systemd_dir = $(DESTDIR)$(or $(shell pkg-config --variable=$(1) systemd),$(error \
    pkg-config finds no systemd: install the package that has systemd.pc))
# Where the shells look, for each program: zsh has other folders for packages than for what is
# installed beside them.
share = $(DESTDIR)$(PREFIX)/share
PROGRAMS := peerd peerctl
ZSH := zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
COMPLETIONS := $(foreach program,$(PROGRAMS),bash:$(program):bash-completion/completions/$(program) \
    zsh:$(program):$(ZSH)/_$(program) fish:$(program):fish/vendor_completions.d/$(program).fish)
UNITS := peerd.service peerd@.service peerd.socket peerd-control.socket
# Everything that `install` puts somewhere, but for the configuration and the documents.
INSTALLED = $(PROGRAMS:%=$(DESTDIR)$(PREFIX)/bin/%) \
    $(foreach completion,$(COMPLETIONS),$(share)/$(lastword $(subst :, ,$(completion)))) \
    $(foreach unit,$(UNITS),$(call systemd_dir,systemdsystemunitdir)/$(unit)) \
    $(call systemd_dir,sysusersdir)/peerd.conf $(call systemd_dir,tmpfilesdir)/peerd.conf \
    $(call systemd_dir,catalogdir)/peerd.catalog

# How long each target is fuzzed, unless RUNS says how often.
SECONDS ?= 60
RUNS ?=

# Enough to tell a difference of some percent on a machine that has other work.
ROUNDS ?= 5
BENCH := $(BUILD)/bench
BENCH_PROGRAMS := floor load acceptor peers awake blake256

.PHONY: build run test test-tools check simulate bench fuzz install uninstall format clean

build: ## Daemon and peerctl, optimised, with the Swift runtime inside: $(RELEASE)/peerd
	@Tests/scripts/need.sh --swift $(BUILD_PACKAGES)
	$(SWIFT_RELEASE) --product peerd
	$(SWIFT_RELEASE) --product peerctl

run: build ## Twelve daemons on loopback shake hands, seen by peerctl; Ctrl-C or RUN_SECONDS=60 ends it
	@Tests/scripts/need.sh $(RUN_PACKAGES)
	@$(ALONE) Tests/scripts/swarm.sh $(RELEASE)/peerd

test-tools: build # What tests need and is built or fetched before, since they run without a network
	@Tests/scripts/need.sh $(TEST_PACKAGES)
	$(SWIFT_RELEASE) --product simulate
	swift build --build-tests --scratch-path $(BUILD)
	Tests/scripts/python.sh $(VARLINK) Tests/scripts/requirements.txt
	Tests/scripts/python.sh $(DECRED) Tests/decred/requirements.txt

test: test-tools ## All tests: units, real sockets, the program, the simulation; no packet leaves
	Tests/scripts/static-runtime.sh $(RELEASE)/peerd
	Tests/scripts/static-runtime.sh $(RELEASE)/peerctl
	$(RELEASE)/simulate --seeds $(TEST_SEEDS)
	$(RELEASE)/simulate --speed
	$(RELEASE)/simulate --engines --seeds $(TEST_ENGINE_SEEDS) --hours 0.25
	$(RELEASE)/simulate --engines --speed
	$(RELEASE)/simulate --attacks $(TEST_ATTACKS)
	$(ALONE) Tests/project/run
	$(ALONE) Tests/scripts/up-and-down.py $(RELEASE)/peerd
	$(ALONE) Tests/scripts/store-churn.py $(RELEASE)/peerd
	$(ALONE) $(VARLINK)/bin/python3 Tests/scripts/real-clients.py $(RELEASE)/peerd
	$(ALONE) swift test --skip-build --scratch-path $(BUILD)
	$(ALONE) Tests/decred/run
	$(ALONE) Tests/lab/run

simulate: ## SEEDS=1000 simulated lives of the connection manager, and of whole daemons
	@Tests/scripts/need.sh --swift $(BUILD_PACKAGES)
	$(SWIFT_RELEASE) --product simulate
	$(RELEASE)/simulate --seeds $(SEEDS)
	$(RELEASE)/simulate --engines --seeds $(SEEDS)

bench: build ## peerd beside a plain C program: ROUNDS=5, ONLY="hold ..." for some works, AGAINST=folder of another peerd
	@Tests/scripts/need.sh $(BENCH_PACKAGES)
	$(SWIFT_RELEASE) --product corebench
	$(SWIFT_RELEASE) --product wirebench
	$(SWIFT_RELEASE) --product bookbench
	mkdir -p $(BENCH)
	for program in $(BENCH_PROGRAMS); do \
	    gcc -O2 -Wall -Wextra -Werror -o $(BENCH)/$$program Benchmarks/C/$$program.c; \
	done
	cp $(foreach program,peerd corebench wirebench bookbench,$(RELEASE)/$(program)) $(BENCH)/
	@# Pages of a file that is not on the disk yet would count as the daemon's own.
	sync -f $(BENCH)
	gcc -O2 -Wall -Wextra -Werror -o $(BENCH)/crowd Tests/crowd/crowd.c
	@Benchmarks/bench.py $(BENCH) --rounds $(ROUNDS) $(addprefix --only ,$(ONLY)) \
	    $(addprefix --against ,$(AGAINST))
	@[[ -n "$(ONLY)" ]] || Benchmarks/control.py $(BENCH)

fuzz: ## Every fuzz target for SECONDS=60, or RUNS=10000000 executions; ONLY="frames control"
	@Tests/scripts/need.sh --swift $(BUILD_PACKAGES)
	PEERD_FUZZ=1 swift build -c release --product fuzz --scratch-path $(BUILD)/fuzz \
	    --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing \
	    -Xcc -fsanitize=address,fuzzer-no-link
	@SECONDS_EACH=$(SECONDS) RUNS=$(RUNS) ONLY="$(ONLY)" Fuzz/run $(BUILD)/fuzz/release/fuzz

check: ## What a machine can say about style, and a build in which warnings are errors
	@Tests/scripts/need.sh --swift $(BUILD_PACKAGES)
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz
	Tests/scripts/style.sh
	swift build --build-tests --scratch-path $(BUILD)

# What is there is installed as it is, so that it takes no Swift.
$(PROGRAMS:%=$(RELEASE)/%):
	$(MAKE) build

install: $(PROGRAMS:%=$(RELEASE)/%) ## What is built, into DESTDIR and PREFIX (/usr), with all that belongs to it
	@Tests/scripts/need.sh $(INSTALL_PACKAGES)
	@newer=$$(find Sources Package.swift -newer $(RELEASE)/peerd -type f -print -quit); \
	[[ -z $$newer ]] || echo "$(RELEASE)/peerd is older than $$newer; 'make build' builds it anew"
	for program in $(PROGRAMS); do \
	    install -D -m 755 $(RELEASE)/$$program $(DESTDIR)$(PREFIX)/bin/$$program; \
	done
	for completion in $(COMPLETIONS); do \
	    IFS=: read -r shell program file <<<"$$completion"; \
	    mkdir -p "$(share)/$${file%/*}"; \
	    $(RELEASE)/$$program --generate-completion-script $$shell >"$(share)/$$file"; \
	    chmod 644 "$(share)/$$file"; \
	done
	for unit in $(UNITS); do \
	    install -D -m 644 systemd/$$unit "$(call systemd_dir,systemdsystemunitdir)/$$unit"; \
	    sed -i 's|/usr/bin/peer|$(PREFIX)/bin/peer|g; s|/usr/share/doc|$(PREFIX)/share/doc|' \
	        "$(call systemd_dir,systemdsystemunitdir)/$$unit"; \
	done
	install -D -m 644 systemd/peerd.sysusers "$(call systemd_dir,sysusersdir)/peerd.conf"
	install -D -m 644 systemd/peerd.tmpfiles "$(call systemd_dir,tmpfilesdir)/peerd.conf"
	install -D -m 644 systemd/peerd.catalog "$(call systemd_dir,catalogdir)/peerd.catalog"
	@# In the folders that they have here, so that their links lead somewhere.
	rm -rf $(share)/doc/peerd
	install -D -m 644 -t $(share)/doc/peerd README.md LICENSE config/peerd.toml
	install -D -m 644 -t $(share)/doc/peerd/docs docs/*
	install -D -m 644 -t $(share)/doc/peerd/examples examples/*
	[[ -e $(DESTDIR)/etc/peerd/peerd.toml ]] \
	    || install -D -m 644 config/peerd.toml $(DESTDIR)/etc/peerd/peerd.toml
	@[[ -n "$(DESTDIR)" ]] || Tests/scripts/registered.sh install

uninstall: ## What `make install` put there; PURGE=1 takes configuration, state and user too
	@Tests/scripts/need.sh $(INSTALL_PACKAGES)
	@[[ -n "$(DESTDIR)" ]] || Tests/scripts/registered.sh stop
	rm -f $(INSTALLED)
	rm -rf $(share)/doc/peerd
	! cmp -s config/peerd.toml $(DESTDIR)/etc/peerd/peerd.toml || rm $(DESTDIR)/etc/peerd/peerd.toml
	@PURGE=$(PURGE) Tests/scripts/leftovers.sh "$(DESTDIR)"
	@# Folders that nobody else needs: in the system itself only those below share.
	@Tests/scripts/emptied.sh "$(or $(DESTDIR),$(share))" $(INSTALLED) $(share)/doc/peerd \
	    $(DESTDIR)/etc/peerd
	@[[ -n "$(DESTDIR)" ]] || Tests/scripts/registered.sh uninstall

format: ## Formats every Swift file in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz

clean:
	rm -rf $(BUILD)
