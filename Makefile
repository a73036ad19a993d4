# Two commands are enough: `make app` opens the app, `make test` runs every check.

BIN := .venv/bin
# Tests of one file stay in one process, so that they share its server and its compiled code.
# Some of the four wait for a browser or a program most of the time: two cores have work all the while.
WORKERS ?= 4
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# To read all the others, only to leave them out, would take a third as long as these run.
UNCOMPILED := $(shell grep -l 'mark\.kernel' tests/test_*.py)
# What the compiler sees; sim/compiled.py names the same files.
KERNELS := sim/_erlang/kernel.py sim/_erlang/steps.py sim/demand/draws.py sim/demand/gamma.py \
           sim/demand/sampling.py sim/engine/base.py sim/engine/kernel.py sim/engine/lean.py \
           sim/engine/line.py sim/experiment/stationary.py sim/learn/adapters/plain_loops.py \
           sim/metrics/answers.py sim/metrics/tally.py sim/metrics/virtual.py sim/metrics/waits.py \
           sim/plan/rosters/lines.py
COMPILED := $(wildcard sim/compiled.py $(KERNELS))

export PYTHON UPGRADE
# Tests start a hundred programs; each begins half a second sooner when Python keeps what it read.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
ifndef TOGETHER
.NOTPARALLEL:
endif
.PHONY: help app test quick test-nojit test-long snapshots read lint types format bench lock environment clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

app: environment .venv/linewise-warm ## open the app in the browser
	@$(BIN)/python -m sim.ui.serving app.py

test: .venv/linewise-warm ## every check and every test
	@$(MAKE) --no-print-directory TOGETHER=1 -j2 test-nojit lint types read
	@$(PYTEST)

quick: environment .venv/linewise-warm ## the tests that take seconds
	@$(PYTEST) -m "not slow and not browser"

test-nojit: environment ## the kernels with the compiler off, and which of their lines the tests reach
	@NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest -q -m kernel $(UNCOMPILED)
	@$(BIN)/coverage report

test-long: environment ## the checks that take minutes to hours
	@HYPOTHESIS_PROFILE=long $(PYTEST) --long -m long

snapshots: environment .venv/linewise-warm ## take the pictures of pages anew that tests compare with
	@NEW_SNAPSHOTS=1 $(BIN)/python -m pytest -q --long tests/test_browser_snapshots.py

# Else each process of the tests would rewrite all their assertions, at the same time as the others.
# What cannot be read is told when the tests run.
read: environment
	@$(BIN)/python -m pytest -qq --collect-only >/dev/null || true

lint: environment ## style, spelling, and which room imports which
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/codespell

types: environment ## mypy, strict
	@$(BIN)/mypy sim tests $(wildcard app.py benchmarks/*.py)

format: environment ## rewrite the code in the house style
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

bench: environment .venv/linewise-warm ## the table of speeds
	@$(BIN)/python -m benchmarks

lock: ## choose the pinned requirements anew (UPGRADE=1: the newest of everything)
	@sh scripts/lock

clean: ## remove everything that make makes
	rm -rf .venv build dist tests/out .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@sh scripts/environment

# The compiler's first run takes seconds: here, once, rather than in front of a user.
.venv/linewise-warm: requirements.lock $(COMPILED) | environment
	@echo "Compiling the simulator, once"
	@$(BIN)/linewise warmup
	@touch $@
