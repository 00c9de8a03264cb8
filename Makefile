# Savoir from a fresh clone: `make demo` shows it, `make test` proves it.

CARGO ?= $(or $(shell command -v cargo),$(HOME)/.cargo/bin/cargo)
TARGET := $(or $(CARGO_TARGET_DIR),target)
# Handed to the program that a goal runs: make demo ARGS="--no-serve --json"
ARGS ?=
# 0: the tests of the pages say SKIPPED where there is no Chromium.
SAVOIR_REQUIRE_BROWSER ?= 1
export SAVOIR_REQUIRE_BROWSER
# How long each fuzzer runs (make fuzz), and how often each operation is asked as each role (make schema).
SECONDS_EACH := $(or $(SECONDS),60)
EXAMPLES ?= 20
# An address makes the tests of the vector index also run against a real Qdrant server.
ifdef QDRANT_URL
export QDRANT_URL
endif

# Features are those of the whole workspace in every goal: else each goal would build the dependencies again.
ALL := --workspace

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz schema screenshots bench fmt build

help: ## Show the goals
	@echo "Savoir: closed service interventions become approved procedures that technicians find."
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## Run written and spoken interventions through the line, then serve (ARGS="--no-serve --json": report and end)
	@bash scripts/ground.sh demo
	@$(CARGO) build $(ALL) --bin savoir
	@$(TARGET)/debug/savoir demo $(ARGS)

test: ## Formatting, lints, licences and every test, on SQLite and PostgreSQL (QDRANT_URL=…: also on that server)
	@bash scripts/ground.sh test
	$(CARGO) fmt --all --check
	$(CARGO) clippy $(ALL) --all-targets -- -D warnings
	@bash scripts/deny.sh $(CARGO)
	@# The program itself, for the test that kills it.
	$(CARGO) build $(ALL) --bin savoir
	SAVOIR_REQUIRE_POSTGRES=1 PROTOCOL_PYTHON=$$(bash scripts/protocol.sh) \
		AXE=$$(bash scripts/axe.sh) $(CARGO) test $(ALL) $(ARGS)
	@bash scripts/schema.sh $(TARGET)/debug/savoir

fuzz: ## Give every reader of strangers' bytes bytes that nobody thought of (SECONDS=600: each so long)
	@bash scripts/ground.sh demo
	FUZZ_SECONDS=$(SECONDS_EACH) $(CARGO) test $(ALL) --test it -- fuzz:: --nocapture

schema: ## Hold the OpenAPI document against the routes, as every role (EXAMPLES=20: of each operation)
	@bash scripts/ground.sh demo
	@$(CARGO) build $(ALL) --bin savoir
	@bash scripts/schema.sh $(TARGET)/debug/savoir $(EXAMPLES)

screenshots: ## Take pictures of every page on the demo data, on a phone and on a desk: target/screenshots
	@bash scripts/ground.sh screenshots
	@$(CARGO) build $(ALL) --bin savoir
	$(CARGO) test $(ALL) --test it -- --ignored --exact faces::screenshots::a_picture_of_every_page_is_taken --nocapture

bench: ## Measure the line (release profile: the first build is long)
	@bash scripts/ground.sh demo
	$(CARGO) bench $(ALL) $(ARGS)

build: ## Build the program for use: target/release/savoir
	@bash scripts/ground.sh demo
	@# Without the test package: its planned failures stay out of what is used.
	$(CARGO) build -p savoir-api --bin savoir --release

fmt: ## Format the code
	$(CARGO) fmt --all
