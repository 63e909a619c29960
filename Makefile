# peerd: `make run` shows it at work on loopback, `make test` runs all tests.
#
# Each target installs the Debian packages that it needs when they are missing. Swift 6.3 must be there.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

BUILD := .build
RELEASE := $(BUILD)/release
SWIFT_RELEASE := swift build -c release --static-swift-stdlib --scratch-path $(BUILD)
SEEDS ?= 1000
# Of `make test`: enough to meet every kind of peer and command many times, in a few seconds.
TEST_SEEDS ?= 200

# pkg-config's systemd.pc, which newer releases have in a package of its own.
INSTALL_PACKAGES := systemd pkg-config $(shell apt-cache pkgnames systemd-dev 2>/dev/null | grep -x systemd-dev)
BUILD_PACKAGES := g++ libc6-dev libstdc++-12-dev libtomlplusplus-dev libsystemd-dev libsqlite3-dev \
    pkg-config git
RUN_PACKAGES := $(BUILD_PACKAGES) procps
TEST_PACKAGES := $(RUN_PACKAGES) util-linux iproute2 python3 python3-venv socat systemd libnss-systemd \
    dbus
# A Python that has the varlink client of somebody else.
VARLINK := $(BUILD)/varlink
BENCH_PACKAGES := gcc libc6-dev python3 iproute2

PREFIX ?= /usr
DESTDIR ?=
PURGE ?=
# Where systemd looks, as its own package says.
systemd_dir = $(DESTDIR)$(or $(shell pkg-config --variable=$(1) systemd),$(error \
    pkg-config finds no systemd: install the package that has systemd.pc))
# Where the shells look: zsh has other folders for packages than for what is installed beside them.
share = $(DESTDIR)$(PREFIX)/share
COMPLETIONS := bash:bash-completion/completions/peerctl \
    zsh:zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)/_peerctl \
    fish:fish/vendor_completions.d/peerctl.fish
UNITS := peerd.service peerd@.service peerd.socket peerd-control.socket

# How long each target is fuzzed, unless RUNS says how often.
SECONDS ?= 60
RUNS ?=

# Enough to tell a difference of some percent on a machine that has other work.
ROUNDS ?= 5
BENCH := $(BUILD)/bench
BENCH_PROGRAMS := floor load acceptor peers awake blake256

.PHONY: build run test check simulate bench fuzz install install-packages uninstall format clean

build: ## Daemon and peerctl, optimised, with the Swift runtime inside: $(RELEASE)/peerd
	@Tests/scripts/need.sh $(BUILD_PACKAGES)
	$(SWIFT_RELEASE) --product peerd
	$(SWIFT_RELEASE) --product peerctl

run: build ## Twelve daemons on loopback shake hands, seen by peerctl; Ctrl-C or RUN_SECONDS=60 ends it
	@Tests/scripts/need.sh $(RUN_PACKAGES)
	@Tests/scripts/swarm.sh $(RELEASE)/peerd

test: ## All tests: units, real sockets, the program, the simulation
	@Tests/scripts/need.sh $(TEST_PACKAGES)
	$(SWIFT_RELEASE) --product peerd
	$(SWIFT_RELEASE) --product peerctl
	Tests/scripts/static-runtime.sh $(RELEASE)/peerd
	Tests/scripts/static-runtime.sh $(RELEASE)/peerctl
	$(SWIFT_RELEASE) --product simulate
	$(RELEASE)/simulate --seeds $(TEST_SEEDS)
	$(RELEASE)/simulate --speed
	Tests/scripts/up-and-down.py $(RELEASE)/peerd
	Tests/scripts/store-churn.py $(RELEASE)/peerd
	[[ $(VARLINK)/installed -nt Tests/scripts/requirements.txt ]] || { \
	    /usr/bin/python3 -m venv --clear $(VARLINK); \
	    $(VARLINK)/bin/pip install --quiet --require-hashes -r Tests/scripts/requirements.txt; \
	    touch $(VARLINK)/installed; \
	}
	$(VARLINK)/bin/python3 Tests/scripts/real-clients.py $(RELEASE)/peerd
	swift test --scratch-path $(BUILD)
	Tests/decred/run
	Tests/lab/run

simulate: ## SEEDS=1000 simulated lives of the connection manager
	@Tests/scripts/need.sh $(BUILD_PACKAGES)
	$(SWIFT_RELEASE) --product simulate
	$(RELEASE)/simulate --seeds $(SEEDS)

bench: build ## peerd beside a plain C program: ROUNDS=5, ONLY="hold queue ..." for some works
	@Tests/scripts/need.sh $(BENCH_PACKAGES)
	$(SWIFT_RELEASE) --product corebench
	$(SWIFT_RELEASE) --product wirebench
	mkdir -p $(BENCH)
	for program in $(BENCH_PROGRAMS); do \
	    gcc -O2 -Wall -Wextra -Werror -o $(BENCH)/$$program Benchmarks/C/$$program.c; \
	done
	cp $(RELEASE)/peerd $(RELEASE)/corebench $(RELEASE)/wirebench $(BENCH)/
	@# Pages of a file that is not on the disk yet would count as the daemon's own.
	sync -f $(BENCH)
	gcc -O2 -Wall -Wextra -Werror -o $(BENCH)/crowd Tests/crowd/crowd.c
	@Benchmarks/bench.py $(BENCH) --rounds $(ROUNDS) $(addprefix --only ,$(ONLY))
	@[[ -n "$(ONLY)" ]] || Benchmarks/control.py $(BENCH)

fuzz: ## Every fuzz target for SECONDS=60, or RUNS=10000000 executions; ONLY="frames control"
	@Tests/scripts/need.sh $(BUILD_PACKAGES)
	PEERD_FUZZ=1 swift build -c release --product fuzz --scratch-path $(BUILD)/fuzz \
	    --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing \
	    -Xcc -fsanitize=address,fuzzer-no-link
	@SECONDS_EACH=$(SECONDS) RUNS=$(RUNS) ONLY="$(ONLY)" Fuzz/run $(BUILD)/fuzz/release/fuzz

check: ## What a machine can say about style, and a build in which warnings are errors
	@Tests/scripts/need.sh $(BUILD_PACKAGES)
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz
	Tests/scripts/style.sh
	swift build --build-tests --scratch-path $(BUILD)

install-packages:
	@Tests/scripts/need.sh $(INSTALL_PACKAGES)

install: build install-packages ## Into DESTDIR and PREFIX (/usr), with units, user, catalogue and configuration
	install -D -m 755 $(RELEASE)/peerd $(DESTDIR)$(PREFIX)/bin/peerd
	install -D -m 755 $(RELEASE)/peerctl $(DESTDIR)$(PREFIX)/bin/peerctl
	for completion in $(COMPLETIONS); do \
	    file="$(share)/$${completion#*:}"; \
	    mkdir -p "$${file%/*}"; \
	    $(RELEASE)/peerctl --generate-completion-script $${completion%%:*} >"$$file"; \
	    chmod 644 "$$file"; \
	done
	for unit in $(UNITS); do \
	    install -D -m 644 systemd/$$unit "$(call systemd_dir,systemdsystemunitdir)/$$unit"; \
	    sed -i 's|/usr/bin/peerd|$(PREFIX)/bin/peerd|; s|/usr/share/doc|$(PREFIX)/share/doc|' \
	        "$(call systemd_dir,systemdsystemunitdir)/$$unit"; \
	done
	install -D -m 644 systemd/peerd.sysusers "$(call systemd_dir,sysusersdir)/peerd.conf"
	install -D -m 644 systemd/peerd.tmpfiles "$(call systemd_dir,tmpfilesdir)/peerd.conf"
	install -D -m 644 systemd/peerd.catalog "$(call systemd_dir,catalogdir)/peerd.catalog"
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/peerd README.md LICENSE docs/*.md
	install -D -m 644 config/peerd.toml $(DESTDIR)$(PREFIX)/share/doc/peerd/peerd.toml
	[[ -e $(DESTDIR)/etc/peerd/peerd.toml ]] \
	    || install -D -m 644 config/peerd.toml $(DESTDIR)/etc/peerd/peerd.toml
	@[[ -n "$(DESTDIR)" ]] || Tests/scripts/registered.sh install

uninstall: install-packages ## What `make install` put there; PURGE=1 takes configuration, state and user too
	@[[ -n "$(DESTDIR)" ]] || Tests/scripts/registered.sh stop
	rm -f $(DESTDIR)$(PREFIX)/bin/peerd $(DESTDIR)$(PREFIX)/bin/peerctl
	@# With folders that nobody else needs; `cd`, since `rmdir -p` would go on above.
	for completion in $(COMPLETIONS); do \
	    file="$${completion#*:}"; \
	    rm -f "$(share)/$$file"; \
	    (cd "$(share)" 2>/dev/null && rmdir -p --ignore-fail-on-non-empty "$${file%/*}") \
	        2>/dev/null || true; \
	done
	rm -f $(foreach unit,$(UNITS),"$(call systemd_dir,systemdsystemunitdir)/$(unit)")
	rm -f "$(call systemd_dir,sysusersdir)/peerd.conf" "$(call systemd_dir,tmpfilesdir)/peerd.conf"
	rm -f "$(call systemd_dir,catalogdir)/peerd.catalog"
	[[ -z "$(PURGE)" ]] || rm -rf $(DESTDIR)/etc/peerd
	if cmp -s config/peerd.toml $(DESTDIR)/etc/peerd/peerd.toml; then \
	    rm $(DESTDIR)/etc/peerd/peerd.toml; \
	elif [[ -e $(DESTDIR)/etc/peerd/peerd.toml ]]; then \
	    echo "$(DESTDIR)/etc/peerd/peerd.toml was changed and stays"; \
	fi
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/peerd
	rmdir --ignore-fail-on-non-empty $(DESTDIR)/etc/peerd/peerd.conf.d $(DESTDIR)/etc/peerd \
	    2>/dev/null || true
	@[[ -n "$(DESTDIR)" ]] || PURGE=$(PURGE) Tests/scripts/registered.sh uninstall

format: ## Formats every Swift file in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz

clean:
	rm -rf $(BUILD)
