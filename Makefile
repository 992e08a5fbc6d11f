# Everything is built in the release profile into one target folder, so that the targets share their work.

SHELL := bash
# target/tools holds a link to the linker where Debian's Rust is used; rustup's folder may not be on PATH yet.
export PATH := $(CURDIR)/target/tools:$(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export FILE

.DEFAULT_GOAL := help
.PHONY: help demo test test-node bench-node node contract lint bench setup clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: contract ## tell a deal from end to end on a chain inside the process (FILE=path to store, ARGS="--story cluster")
	cargo run --release -p orch -- demo $${FILE:+--file "$$FILE"} $(ARGS)

test: contract ## run all tests but those that need a node; the last lines count them
	@scripts/test

test-node: ## run the tests that need a node; the last line counts them
	@scripts/test-node

bench-node: contract ## measure calls a second and a block on a node, and write docs/node-benchmark.md
	@scripts/bench-node

node: ## find the node that tests run, or build it, which takes over an hour; the last line is its path
	@scripts/node

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
