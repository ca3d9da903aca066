# Hearth: everything a person does with a clone. `make` lists the targets.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
ARGS ?=
FUZZ_SECONDS ?= 600
SOURCES := Sources Tests Benchmarks/Sources Package.swift

release := .build/release
installed := $(DESTDIR)$(PREFIX)

# All at once, tests of servers wait for each other longer than their time limits; a Swift that knows no such bound ignores it.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 6

# Tests that keep every core busy, with models and programs, run after those that talk to live servers with time limits.
busy := (Collect|Decode|Index|Inference|Know|Media|Perceive|Pipeline)Tests|CrashTests|ConsoleTests|demoHousehold

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install the system packages that building needs, if any is missing
	@scripts/setup build

# Everything works without models, so the targets that only want them go on when they cannot be had.
.PHONY: models
models: ## Install the models for search by meaning and for speech, if any is missing
	@scripts/models

.PHONY: build
build: setup ## Build the release program
	@swift build -c release --product hearth
	@swift build -c release --product hearth-decoder

.PHONY: run
run: build ## Start Hearth with nothing to edit; ARGS="--port 9000" passes options to hearth serve
	@scripts/models || true
	@exec $(release)/hearth serve $(ARGS)

.PHONY: demo
demo: build ## Show Hearth with a made-up household
	@scripts/models || true
	@exec $(release)/hearth demo $(ARGS)

.PHONY: test
test: ## Check the layout of the code, build the tests, run them all, and try the release program
	@scripts/setup build test
	@swift format lint --strict --parallel --recursive $(SOURCES)
	@swift build --build-tests
	@scripts/models || true
	@swift test --skip-build --disable-xctest --skip '$(busy)'
	@swift test --skip-build --disable-xctest --filter '$(busy)'
	@$(MAKE) build
	@scripts/smoke

.PHONY: bench
bench: ## Measure the release program against its peers; ARGS passes options to Benchmarks/run.py
	@scripts/setup build bench
	@swift build -c release --product hearth
	@swift build -c release --product hearth-decoder
	@swift build -c release --product hearth-bench
	@scripts/models || true
	@exec python3 Benchmarks/run.py $(ARGS)

.PHONY: fuzz
fuzz: ## Run the fuzz tests for FUZZ_SECONDS (600) each
	@scripts/setup build test
	@swift build --build-tests
	@swift test list --skip-build --disable-xctest | grep -c Fuzz >/dev/null || { echo "fuzz: no fuzz test was found" >&2; exit 1; }
	@HEARTH_FUZZ_SECONDS=$(FUZZ_SECONDS) swift test --skip-build --disable-xctest --filter Fuzz

.PHONY: check-llm
check-llm: ## Ask a real llama.cpp server, where one is on the PATH; HEARTH_LLM_MODEL_FILE names its model
	@scripts/check-llm

.PHONY: format
format: ## Lay out the code as .swift-format says
	@swift format --in-place --parallel --recursive $(SOURCES)

.PHONY: lint
lint: ## Check the layout of the code without changing it
	@swift format lint --strict --parallel --recursive $(SOURCES)

# The program finds its resources beside itself, so both live in lib/hearth and bin/ holds a link. Nothing is built here:
# under sudo the compiler is often out of reach, and .build would belong to root.
.PHONY: install
install: ## Copy the built program and its shell completions under PREFIX (/usr/local)
	@test -x $(release)/hearth -a -x $(release)/hearth-decoder || { echo "install: there is no release program yet; run 'make build' first" >&2; exit 1; }
	@install -d "$(installed)/lib/hearth" "$(installed)/bin" "$(installed)/share/bash-completion/completions" \
		"$(installed)/share/zsh/site-functions" "$(installed)/share/fish/vendor_completions.d"
	@install -m 0755 $(release)/hearth $(release)/hearth-decoder "$(installed)/lib/hearth/"
	@rm -rf "$(installed)"/lib/hearth/*.resources
	@cp -R $(release)/hearth_*.resources "$(installed)/lib/hearth/"
	@ln -sfn ../lib/hearth/hearth "$(installed)/bin/hearth"
	@$(release)/hearth --generate-completion-script bash >"$(installed)/share/bash-completion/completions/hearth"
	@$(release)/hearth --generate-completion-script zsh >"$(installed)/share/zsh/site-functions/_hearth"
	@$(release)/hearth --generate-completion-script fish >"$(installed)/share/fish/vendor_completions.d/hearth.fish"
	@echo "installed $(installed)/bin/hearth"

.PHONY: clean
clean: ## Remove everything that was built (not the data that Hearth keeps)
	@rm -rf .build
