# The commands of this project; README.md says what each is for.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
TESTS ?= tests
PYTEST_WORKERS ?= auto

.PHONY: help demo test check guards bench quality services services-stop services-test lock format clean

help: ## what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

# --- what the commands stand on -----------------------------------------------------------------------------------

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; PYTHON=/path/to/python3.11 names one."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "python3 has no venv module: on Debian and Ubuntu it is 'apt install python3-venv'."; exit 1; }

.venv/run.stamp: requirements.txt requirements-sandbox.txt | .venv/bin/python
	@echo "Installing what the application and the sandbox need …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-sandbox.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing what tests and linters need …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/services.stamp: requirements-services.txt .venv/dev.stamp
	@$(BIN)/python -m tools.services check-build
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-services.txt
	@touch $@

# --- to run ---------------------------------------------------------------------------------------------------------

demo: .venv/run.stamp ## the whole product against a sandbox tenant, on this machine
	@exec $(BIN)/python -m tools.demo --port $(PORT)

test: .venv/dev.stamp ## the whole suite on the embedded defaults
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) -q $(TESTS)

check: .venv/dev.stamp ## lint, types, import contracts, templates, migrations, deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=0 BASE_URL=https://sync.acme.example ALLOWED_HOSTS=sync.acme.example SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	FIELD_ENCRYPTION_KEYS=$$($(BIN)/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())') \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

guards: .venv/dev.stamp ## each guard taken away in turn: its test must miss it
	@$(BIN)/python -m tools.guards $(GUARDS)

bench: .venv/dev.stamp ## what things cost, each beside its floor
	@$(BIN)/python -m benchmarks.first_sync
	@$(BIN)/python -m benchmarks.pages

quality: .venv/dev.stamp ## what screening, text and threading make of public mail sets
	@$(BIN)/python -m benchmarks.quality

services: .venv/services.stamp ## start MariaDB, Redis and Elasticsearch under var/services/
	@$(BIN)/python -m tools.services start

services-stop: ## stop exactly those
	@$(BIN)/python -m tools.services stop

services-test: .venv/services.stamp ## the suite again on real servers, and what only they can show
	@$(BIN)/python -m tools.services test -- -n $(PYTEST_WORKERS) -q $(TESTS)

# --- to keep house --------------------------------------------------------------------------------------------------

lock: .venv/dev.stamp ## pin the newest versions that fit
	@$(BIN)/pip install --quiet uv && requirements/lock.sh

format: .venv/dev.stamp ## let the formatter write
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format . ; $(BIN)/djlint templates --reformat --quiet

clean: ## forget the demo's data and the virtual environment
	rm -rf .venv var staticfiles
