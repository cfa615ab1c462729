# Each target is a line or two. `make` alone lists them.

VENV := .venv
NODE := tests/javascript/node_modules
PAGE := ui/node_modules
BENCH := bench/page/node_modules
CHROMIUM := /usr/bin/chromium
TMUX := /usr/bin/tmux
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
export RUSTDOCFLAGS ?= -D warnings

.PHONY: help run build page test check bench

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

run: ## Serve a Bedrock-compatible endpoint over the offline simulator: no AI, no AWS
	cargo run --locked --release -p tsuzuki-cli -- serve --backend sim --scenario scenarios/pace.toml

build: ## Build the release binary, target/release/tsuzuki
	cargo build --locked --release -p tsuzuki-cli

page: $(PAGE)/ready ## Build the chat page into ui/dist, which is committed
	npm --prefix ui run build

test: check $(VENV)/ready $(NODE)/ready $(PAGE)/ready $(CHROMIUM) $(TMUX) ## Check everything, and run every test: Rust, boto3, the AWS SDK for JavaScript, a terminal, a browser
	cargo test --locked --workspace --all-features
	cargo build --locked -p tsuzuki-cli
	$(VENV)/bin/python -m pytest tests/python
	npm --prefix tests/javascript test
	npm --prefix ui run check
	npm --prefix ui test
	npm --prefix ui run same
	npm --prefix ui run test:page

check: ## Formatting, lints, documentation, licences
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
	cargo clippy --locked --manifest-path bench/Cargo.toml --target-dir target -- -D warnings
	cargo doc --locked --workspace --no-deps
	@if command -v cargo-deny >/dev/null; then cargo deny --offline check bans licenses sources; else echo "cargo-deny is not installed: licences are not checked"; fi

bench: $(BENCH)/ready $(CHROMIUM) ## Print the seam score, and what the endpoint, the chat server and the page cost beside others
	cargo run --locked --release --quiet -p tsuzuki-engine --example seam_score
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || test "$$(id -u)" != 0 || { apt-get update -q && apt-get install -q -y nginx-light; } || true
	cargo run --locked --release --quiet --manifest-path bench/Cargo.toml
	npm --prefix bench/page run --silent build -- --logLevel error
	node bench/page/measure.mjs $(CHROMIUM)

# Debian keeps the part of Python that makes virtual environments in a package of its own.
$(VENV)/ready: tests/python/requirements.txt
	python3 -c 'import ensurepip' 2>/dev/null || { $(SUDO) apt-get update && $(SUDO) apt-get install -y python3-venv; }
	python3 -m venv $(VENV) && $(VENV)/bin/python -m pip install --quiet --requirement $<
	@touch $@

$(CHROMIUM):
	$(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y chromium fonts-noto-cjk

$(TMUX):
	$(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y tmux

$(PAGE)/ready: ui/package-lock.json
	npm --prefix ui ci --no-audit --no-fund
	@touch $@

$(BENCH)/ready: bench/page/package-lock.json
	npm --prefix bench/page ci --no-audit --no-fund
	@touch $@

$(NODE)/ready: tests/javascript/package-lock.json
	npm --prefix tests/javascript ci --no-audit --no-fund
	@touch $@
