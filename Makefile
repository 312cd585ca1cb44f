# Wirewatch's commands; the README, CI and the hooks call these and nothing else. `make` alone lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/pip install --quiet --disable-pip-version-check
DATA   ?=
PRISM_VERSION = v2.77.0
export PATH := $(abspath $(BIN)):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format types coverage faults bench prism lock schemas clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

setup: $(VENV)/.ready ## make the virtual environment from the lock file, with hashes

$(VENV)/.ready: requirements/dev.lock setup.py
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Wirewatch needs Python 3.11 to 3.13, this is %s; say make PYTHON=python3.11 ..." % sys.version.split()[0])'
	@echo "Making $(VENV) from the lock file; this takes a minute or two ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --no-deps --require-hashes --requirement requirements/dev.lock >$(VENV)/setup.log 2>&1 || { cat $(VENV)/setup.log; exit 1; }
	@$(PIP) --no-deps --no-build-isolation --editable . >>$(VENV)/setup.log 2>&1 || { cat $(VENV)/setup.log; exit 1; }
	@$(BIN)/pip check --disable-pip-version-check >>$(VENV)/setup.log 2>&1 || { cat $(VENV)/setup.log; exit 1; }
	@touch $@

demo: setup ## run the pipeline over the bundled newsroom and print its alerts
	@$(BIN)/wirewatch demo --out out

test: setup ## run the tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup

lint: setup ## style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## put the code into the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

coverage: setup ## the tests again, with the share of lines they reach, worker processes included
	$(BIN)/python -m pytest --cov=transforms --cov-report=term-missing:skip-covered

faults: setup ## kill runs and streams at random moments and check what is left
	$(BIN)/python -m tests.faults

bench: setup ## every figure of the README; DATA=DIR names the folder with the evaluation data
	$(BIN)/python -m bench $(if $(DATA),--data $(DATA))

prism: setup ## put the Prism runner, which `wirewatch stream` needs, into .cache
	$(BIN)/python -m pipeline.prism

lock: ## resolve requirements/*.in anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet requirements/run.in --output-file requirements/run.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet requirements/dev.in --constraints requirements/run.lock --output-file requirements/dev.lock

schemas: setup ## write docs/schemas anew from the records
	$(BIN)/python -m pipeline.schemas

clean: ## remove what the targets made
	rm -rf $(VENV) .cache out build .mypy_cache .ruff_cache .pytest_cache .hypothesis
