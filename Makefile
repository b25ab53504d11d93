# The menu of Bushel. Anything with logic lives in scripts/ or in `cargo xtask`.
# Variables: ARGS="..." is passed on (run, bench, sim), SEED=7 (sim), DATA=folder (clean-data).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run web browser sdk test check lint fmt sim bench faults openapi clean-data

# Last on the PATH: rustup's default place, for shells that don't know it yet, and the tools of CI.
export PATH := $(PATH):$(HOME)/.cargo/bin:$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/bushel/tools/bin

ARGS ?=
SEED ?= 1
DATA ?= bushel-data
BUSHEL = "$${CARGO_TARGET_DIR:-target}/release/bushel"

help: ## Show this menu
	@echo "Bushel: a bank on a double-entry ledger. Start with: make run"
	@echo
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## Install what is missing, build, and serve a demo world (ARGS=--empty: without; ARGS=--help: options)
	@echo "Looking for what Bushel needs:"
	@scripts/setup.sh run
	@scripts/web.sh build
	@echo "Building the release binary:"
	@cargo build --release -p server
	@echo "Starting: bushel serve --demo $(ARGS)"
	@exec $(BUSHEL) serve --demo $(ARGS)

web: ## Build the web app, which the next build of the binary takes in
	@scripts/web.sh build

browser: ## Test the pages in a real browser (screenshots in web/browser/screenshots)
	@cargo build -p server
	@scripts/web.sh browser

sdk: ## Check, test and package the Python SDK
	@scripts/python-sdk.sh all

test: ## Install what is missing, run every test, then the house rules
	@echo "Looking for what the tests need:"
	@scripts/setup.sh test
	@scripts/web.sh test
	@echo "Running the tests:"
	@cargo test --workspace
	@scripts/web.sh browser
	@scripts/python-sdk.sh test
	@echo "Checking the house rules:"
	@cargo xtask tidy

check: ## Format, lints, house rules and, when cargo-deny is installed, the supply chain
	@scripts/setup.sh check
	@echo "Checking the format:"
	@cargo fmt --all --check
	@$(MAKE) --no-print-directory lint
	@scripts/web.sh check
	@scripts/python-sdk.sh check
	@echo "Checking the house rules:"
	@cargo xtask tidy
	@if command -v cargo-deny >/dev/null; then \
		echo "Checking licences, bans and sources of the dependencies:"; \
		cargo deny --log-level error check --hide-inclusion-graph bans licenses sources; \
	else \
		echo "Skipped the dependencies: cargo-deny is not installed (cargo install cargo-deny --locked)"; \
	fi

lint: ## Clippy over everything; a warning is an error
	@echo "Running clippy:"
	@cargo clippy --workspace --all-targets -- -D warnings

fmt: ## Format the code
	@echo "Formatting:"
	@cargo fmt --all

sim: ## Simulate the ledger against its model (SEED=7 ARGS="...")
	@echo "Simulating with seed $(SEED):"
	@cargo xtask sim --seed $(SEED) $(ARGS)

bench: ## Measure the release binary (ARGS="--help" shows the options)
	@scripts/setup.sh run
	@echo "Building the release binary:"
	@cargo build --release -p server
	@echo "Measuring: bushel bench $(ARGS)"
	@exec $(BUSHEL) bench $(ARGS)

faults: ## Break things under load, one script after the other (bench/faults)
	@echo "Building the release binary:"
	@cargo build --release -p server
	@for script in $$(ls bench/faults/*.sh | grep -v lib.sh); do echo "== $$script"; $$script || exit 1; done

openapi: ## Write the generated files again (api/openapi.json and its companions)
	@echo "Writing the generated files:"
	@cargo xtask generated

clean-data: ## Delete the local data folder (DATA=folder, YES=1 to not be asked)
	@scripts/clean-data.sh "$(DATA)"
