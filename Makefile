# Everything a newcomer needs. `make run` and `make test` install what is missing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PACKAGES := unionportal members assistance modelworkers competitions mediation bench

# A stamp bears the hash of its lock file: what is installed once is not asked again.
lock_hash = $(shell $(PYTHON) -c "import hashlib; print(hashlib.sha256(open('$(1)', 'rb').read()).hexdigest()[:16])")
RUN_STAMP := $(VENV)/.installed-$(call lock_hash,requirements.txt)
DEV_STAMP := $(VENV)/.installed-$(call lock_hash,requirements-dev.txt)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

.PHONY: help run test check fmt lock bench faults restore-drill bundle screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## start the portal with its demonstration on http://127.0.0.1:8000 (PORT=…)
	@exec $(BIN)/python manage.py serve

test: $(DEV_STAMP) ## every test, on all cores; ARGS="tests/members -k …"; ARGS=--cov measures
	$(BIN)/python -m pytest --numprocesses auto $(ARGS)

check: $(DEV_STAMP) ## format, lint, templates, imports, types, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --lint templates
	$(BIN)/lint-imports
	$(BIN)/mypy manage.py $(PACKAGES) tests
	$(BIN)/python manage.py makemigrations --check --dry-run

fmt: $(DEV_STAMP) ## format and repair what can be repaired
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: $(DEV_STAMP) ## resolve requirements*.in anew
	$(COMPILE) --upgrade requirements.in --output-file requirements.txt
	$(COMPILE) --upgrade requirements-dev.in --output-file requirements-dev.txt

bench: $(DEV_STAMP) ## speed against the floors, written into the README; ARGS="evaluate --rows 1000000"
	$(BIN)/python manage.py bench --readme $(ARGS)

faults: $(DEV_STAMP) ## break it: kills, lost brokers, clocks; ARGS="--seed N --rows R1,R2 --tries K"
	@$(BIN)/python -m tests.faults $(ARGS)

restore-drill: $(RUN_STAMP) ## lose money on a throwaway portal, restore it, prove every fen
	$(BIN)/python manage.py restore_drill $(ARGS)

bundle: $(RUN_STAMP) ## everything a machine without a network needs, into var/bundle
	$(BIN)/python manage.py bundle $(ARGS)

screenshots: $(DEV_STAMP) ## pictures of the main pages into var/screenshots
	$(BIN)/python -m tests.screenshots

clean: ## remove the environment and all local data, the demonstration's too
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache htmlcov .coverage

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更新版本，可用 make PYTHON=python3.11 指定。")'
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): $(VENV)/bin/python requirements.txt
	@echo "正在安装依赖…"
	$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

$(DEV_STAMP): $(VENV)/bin/python requirements-dev.txt
	@echo "正在安装开发依赖…"
	$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@
