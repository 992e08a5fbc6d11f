# Everything is built in the release profile into one target folder, so that the targets share their work.

SHELL := bash
# target/tools holds a link to the linker where Debian's Rust is used; rustup's folder may not be on PATH yet.
export PATH := $(CURDIR)/target/tools:$(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export FILE

.DEFAULT_GOAL := help
.PHONY: help demo test contract lint bench setup clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: contract ## tell a deal from end to end on a chain inside the process (FILE=path to store, ARGS="--story cluster")
	cargo run --release -p orch -- demo $${FILE:+--file "$$FILE"} $(ARGS)

test: contract ## run all tests; the last line counts them
	@scripts/test

contract: setup ## build target/ink/orchestrator.{contract,json,wasm} and print their sizes
	@cargo run --release -p build-contract

lint: setup ## check formatting, and clippy with warnings as errors
	@scripts/lint

bench: contract ## measure trees, proofs and encryption against the raw hash and cipher
	cargo bench -p orchestrator-proof -p orchestrator-market --bench '*'

setup: ## install what is missing: Rust as pinned, a Wasm linker, a C++ compiler
	@scripts/setup

clean: setup ## remove everything that was built
	cargo clean
