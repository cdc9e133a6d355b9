# The commands to learn. `make run` and `make test` do all the set-up themselves on Debian 12 with Swift 6.3.

SHELL := /bin/bash
SWIFT ?= swift
# Every import must be declared in Package.swift.
BUILD_FLAGS := --explicit-target-dependency-import-check error
RUN_HOME ?= .run/home
SOURCES := Package.swift Sources Tests

.PHONY: help run demo test unit-test system-test system-test-server torture fuzz bench bench-cluster bench-judging bench-log bench-settings bench-spam build format lint clean

help:
	@sed -n 's/^## //p' Makefile

## make run       one node with the web interface: installs what is missing, builds, starts, says what to open
run:
	@scripts/install-packages.sh run
	@$(SWIFT) build $(BUILD_FLAGS) --product securitygateway
	@scripts/run-node.sh "$$($(SWIFT) build --show-bin-path)/securitygateway" "$(RUN_HOME)"

## make demo      a whole cluster: Firebird server, three nodes, HAProxy, a mail sink, sample mail; says what to open
demo:
	@scripts/install-packages.sh demo
	@$(SWIFT) build $(BUILD_FLAGS) --product securitygateway
	@/usr/bin/python3 -B scripts/demo.py --program "$$($(SWIFT) build --show-bin-path)/securitygateway" $(DEMO_FLAGS)

## make test      everything that can be tested on one machine
test:
	@scripts/install-packages.sh test
	@$(MAKE) --no-print-directory lint
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	@$(MAKE) --no-print-directory unit-test
	@$(MAKE) --no-print-directory system-test
	@$(MAKE) --no-print-directory system-test-server

# Each module's tests in a process of their own: one module's threads, engine and servers are not another's.
unit-test:
	@set -e; for module in $$(find Tests -mindepth 2 -maxdepth 2 -type d -name '*Tests' -printf '%f\n' | sort); do \
	    echo "== $$module"; \
	    timeout -k 10 900 $(SWIFT) test --skip-build --filter "^$$module\." $(TEST_FLAGS) 2>&1 | scripts/test-summary.sh; \
	done

system-test:
	SECURITYGATEWAY_PROGRAM="$$($(SWIFT) build --show-bin-path)/securitygateway" /usr/bin/python3 -B -m pytest -q -p no:cacheprovider Tests/SystemTests $(PYTEST_FLAGS)

# Most system tests use the embedded database, those of the cluster a server; some of the others again with a server.
SERVER_TESTS := test_crashes.py::test_kill_at_random_moments_loses_nothing test_log_search.py test_maintenance.py
system-test-server:
	SYSTEM_TESTS_DATABASE=server ROUNDS=3 SECURITYGATEWAY_PROGRAM="$$($(SWIFT) build --show-bin-path)/securitygateway" /usr/bin/python3 -B -m pytest -q -p no:cacheprovider $(addprefix Tests/SystemTests/,$(SERVER_TESTS)) $(PYTEST_FLAGS)

## make torture   three nodes under load lose nodes, primary, database and the way to it, ROUNDS times (200); SEED repeats a run
torture:
	@scripts/install-packages.sh test
	$(SWIFT) build $(BUILD_FLAGS) --product securitygateway
	SECURITYGATEWAY_PROGRAM="$$($(SWIFT) build --show-bin-path)/securitygateway" ROUNDS="$${ROUNDS:-200}" SETTINGS_CHANGES=1000 /usr/bin/python3 -B -u -m pytest -q -s -p no:cacheprovider Tests/SystemTests/test_settings_burst.py Tests/SystemTests/test_torture.py

## make bench     the same load through this gateway, through it with every check on, and through Postfix, in alternating runs;
##                then bench-cluster, bench-log with 100,000 rows, and with CORPUS=folder bench-judging
bench:
	@scripts/install-packages.sh bench
	$(SWIFT) build -c release $(BUILD_FLAGS) --product securitygateway
	/usr/bin/python3 -B Benchmarks/relay.py --program "$$($(SWIFT) build -c release --show-bin-path)/securitygateway" --judging $(BENCH_FLAGS)
	@$(MAKE) --no-print-directory bench-cluster
	@LOG_ROWS=$${LOG_ROWS:-100000} $(MAKE) --no-print-directory bench-log
	@[ -z "$(CORPUS)" ] || $(MAKE) --no-print-directory bench-judging

## make bench-judging what judging costs: this gateway, Postfix + Rspamd, and Postfix alone, on the same real mails (CORPUS=folder of mail-*.tar.zst)
bench-judging:
	@scripts/install-packages.sh bench
	$(SWIFT) build -c release $(BUILD_FLAGS) --product securitygateway
	/usr/bin/python3 -B Benchmarks/judging.py --program "$$($(SWIFT) build -c release --show-bin-path)/securitygateway" --corpus "$(or $(CORPUS),$(error say CORPUS=folder of the mail archives))" $(BENCH_JUDGING_FLAGS)

## make bench-cluster what a message costs with one, two and three nodes; how soon a change of settings is in force on all of them
bench-cluster:
	@scripts/install-packages.sh test
	$(SWIFT) build -c release $(BUILD_FLAGS) --product securitygateway
	/usr/bin/python3 -B Benchmarks/cluster.py --program "$$($(SWIFT) build -c release --show-bin-path)/securitygateway" $(BENCH_CLUSTER_FLAGS)

## make bench-log the message log with a million rows, the quarantine with a tenth: what each kind of search takes, and its plan
##                (LOG_ROWS=100000 for fewer, LOG_PLACES="embedded server" for both places)
bench-log:
	@scripts/install-packages.sh test
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	SECURITYGATEWAY_LOG_ROWS=$${LOG_ROWS:-1000000} SECURITYGATEWAY_LOG_PLACES="$${LOG_PLACES:-embedded}" $(SWIFT) test --skip-build --no-parallel --filter '^GatewayDatabaseTests\.(LogSearch|Quarantine)Benchmark' 2>&1 | grep -E 'rows in|text index of|p95|✘|passed|failed'

## make bench-settings how long after its commit a change of settings is in force on another node, by event and by polling alone
bench-settings:
	@scripts/install-packages.sh test
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	SECURITYGATEWAY_SETTINGS_CHANGES=$${SETTINGS_CHANGES:-1000} $(SWIFT) test --skip-build --filter '^GatewayDatabaseTests\.SettingsBenchmark' 2>&1 | grep -E '^settings in force|✘|Test run'

## make bench-spam our classifier, bogofilter, SpamAssassin's Bayes and Rspamd's, trained and tested on the same mails (CORPUS=folder of mail-*.tar.zst)
bench-spam:
	@scripts/install-packages.sh bench-spam
	$(SWIFT) build -c release $(BUILD_FLAGS) --product BayesBenchmark
	/usr/bin/python3 -B Benchmarks/spam/spam.py --program "$$($(SWIFT) build -c release --show-bin-path)/BayesBenchmark" --corpus "$(or $(CORPUS),$(error say CORPUS=folder of the mail archives))" $(BENCH_FLAGS)

## make fuzz      libFuzzer on every reader of foreign bytes, FUZZ_SECONDS (600) each, two at a time (TARGETS="mime dkim" for some of them)
fuzz:
	@scripts/install-packages.sh test
	SECURITYGATEWAY_FUZZ=1 $(SWIFT) build -c release --scratch-path .build-fuzz -Xswiftc -enable-testing --product Fuzzer
	@scripts/fuzz.sh "$$(SECURITYGATEWAY_FUZZ=1 $(SWIFT) build -c release --scratch-path .build-fuzz --show-bin-path)/Fuzzer"

## make build     the release programs
build:
	@scripts/install-packages.sh run
	$(SWIFT) build -c release $(BUILD_FLAGS) --product securitygateway
	$(SWIFT) build -c release $(BUILD_FLAGS) --product sgdbtool

## make format    the house's layout
format:
	$(SWIFT) format -i -r --parallel $(SOURCES)

## make lint      refuses unformatted code
lint:
	$(SWIFT) format lint --strict -r --parallel $(SOURCES)

clean:
	rm -rf .build .build-fuzz .run
