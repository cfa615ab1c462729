# Each target is a line or two. `make` alone lists them.

VENV := .venv
NODE := tests/javascript/node_modules
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
export RUSTDOCFLAGS ?= -D warnings

.PHONY: help run build test check bench

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

run: ## Serve a Bedrock-compatible endpoint over the offline simulator: no AI, no AWS
	cargo run --locked --release -p tsuzuki-cli -- serve --backend sim --scenario scenarios/pace.toml

build: ## Build the release binary, target/release/tsuzuki
	cargo build --locked --release -p tsuzuki-cli

test: check $(VENV)/ready $(NODE)/ready ## Check everything, and run every test: Rust, boto3, the AWS SDK for JavaScript
	cargo test --locked --workspace --all-features
	cargo build --locked -p tsuzuki-cli
	$(VENV)/bin/python -m pytest tests/python
	npm --prefix tests/javascript test

check: ## Formatting, lints, documentation, licences
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
	cargo doc --locked --workspace --no-deps
	@if command -v cargo-deny >/dev/null; then cargo deny --offline check bans licenses sources; else echo "cargo-deny is not installed: licences are not checked"; fi

bench: ## Print the seam score, and what the endpoint costs beside a direct call and nginx
	cargo run --locked --release --quiet -p tsuzuki-engine --example seam_score
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || test "$$(id -u)" != 0 || { apt-get update -q && apt-get install -q -y nginx-light; } || true
	cargo run --locked --release --quiet --manifest-path bench/Cargo.toml

# Debian keeps the part of Python that makes virtual environments in a package of its own.
$(VENV)/ready: tests/python/requirements.txt
	python3 -c 'import ensurepip' 2>/dev/null || { $(SUDO) apt-get update && $(SUDO) apt-get install -y python3-venv; }
	python3 -m venv $(VENV) && $(VENV)/bin/python -m pip install --quiet --requirement $<
	@touch $@

$(NODE)/ready: tests/javascript/package-lock.json
	npm --prefix tests/javascript ci --no-audit --no-fund
	@touch $@
