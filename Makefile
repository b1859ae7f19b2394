# `make run` and `make test` need nothing but Python 3.11+, git and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/messages.po)

.PHONY: $(shell sed -nE "s/^([a-z-]+):.*##.*/\1/p" $(firstword $(MAKEFILE_LIST)))

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/run.stamp $(VENV)/words.stamp ## Start the demo: web server, worker and mailbox
	@exec $(BIN)/python -m app.demo.run

test: lint types unit integration browser-tests audit ## All checks and tests

lint: $(VENV)/test.stamp $(VENV)/words.stamp ## Style, structure, dependencies, templates, security
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/deptry .
	$(BIN)/bandit --quiet --recursive app --configfile pyproject.toml
	$(BIN)/python -m tests.static.secrets_scan
	$(BIN)/python docs/generate.py --check

types: $(VENV)/test.stamp ## Types, strictly
	$(BIN)/mypy

unit: $(VENV)/test.stamp $(VENV)/words.stamp ## Tests of the rules alone
	$(BIN)/pytest tests/domain tests/unit tests/journey tests/static

integration: $(VENV)/test.stamp $(VENV)/words.stamp ## Tests on real databases, SMTP and processes
	$(BIN)/pytest tests/integration tests/attack

browser-tests: browsers $(VENV)/words.stamp ## The journey in real browsers
	$(BIN)/pytest e2e

audit: $(VENV)/test.stamp ## Known vulnerabilities of the pinned packages, where that can be looked up
	@$(BIN)/python -m tests.static.dependencies

browsers: $(VENV)/test.stamp ## Install the browsers that the tests need
	$(BIN)/python -m e2e.browsers

attack: $(VENV)/test.stamp $(VENV)/words.stamp ## Attack a server of its own, or TARGET=url CUSTOMERS=file; more in ARGS
	$(BIN)/python -m attack $(if $(TARGET),--target $(TARGET) --customers $(CUSTOMERS)) $(ARGS)

mutants: $(VENV)/test.stamp $(VENV)/words.stamp ## Change the rules spot by spot and see whether a test notices; a part: ONLY='app.steps.*'
	$(BIN)/python -m tests.mutation $(if $(ONLY),'$(ONLY)') $(ARGS)

weight: browsers $(VENV)/words.stamp ## Weigh every step: bytes, requests, vitals, Lighthouse (needs npm); fails over budget
	@$(BIN)/python -m e2e.weight

dossier: browsers $(VENV)/words.stamp ## Every state in every engine as one page for an accessibility reviewer, in instance/dossier.html; more in ARGS
	@$(BIN)/python -m e2e.dossier $(ARGS)

fuzz: $(VENV)/test.stamp $(VENV)/words.stamp ## 20,000 hostile requests to every address, field and header; more in ARGS
	$(BIN)/python -m tests.fuzz $(ARGS)

format: $(VENV)/test.stamp ## Put code in form
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

translations: $(VENV)/test.stamp ## Take new sentences into the catalogue
	$(BIN)/pybabel --quiet extract -F babel.cfg -k N_ --no-location --omit-header -o $(VENV)/messages.pot .
	$(BIN)/pybabel --quiet update --width 80 --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i $(VENV)/messages.pot -d app/translations

words: $(VENV)/test.stamp $(VENV)/words.stamp ## Measure how easy pages and messages are to read
	$(BIN)/python -m tests.integration.reading

docs: $(VENV)/test.stamp $(VENV)/words.stamp ## Renew what the documents say of the code
	$(BIN)/python docs/generate.py

snapshots: browsers $(VENV)/words.stamp ## Write anew what a screen reader is given at each state
	$(BIN)/pytest e2e/test_accessibility.py --renew-snapshots

speech: $(VENV)/test.stamp $(VENV)/words.stamp ## Have the screen reader Orca read the journey in Firefox and Chromium (Debian): docs/speech
	$(BIN)/python -m e2e.aloud

picture: browsers $(VENV)/words.stamp ## Photograph the journey for the README
	$(BIN)/python -m e2e.picture

lock: ## Renew the pinned versions (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --upgrade pyproject.toml --all-extras -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --upgrade pyproject.toml --all-extras --group dev -o requirements-dev.lock

clean: ## Remove what was built and the local database
	rm -rf $(VENV) instance/* .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock | $(BIN)/python
	@test -f $(VENV)/test.stamp || $(PIP) -r requirements.lock
	@touch $@

$(VENV)/test.stamp: requirements-dev.lock | $(BIN)/python
	$(PIP) -r requirements-dev.lock
	@touch $@

$(VENV)/words.stamp: $(CATALOGUES) | $(BIN)/python
	@test -f $(VENV)/test.stamp || $(MAKE) --no-print-directory $(VENV)/run.stamp
	$(BIN)/pybabel --quiet compile -d app/translations
	@touch $@
