# Python 3.11 or newer and make are all a machine needs; every target sets up what it uses.
PYTHON ?= python3
PORT ?= 8700
V := .venv/bin

.PHONY: sandbox test check format bench proofs lock

.venv/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "calendar-bot needs Python 3.11 or newer; name one with PYTHON=python3.x")'
	@echo "Setting up .venv (once; about a minute)"
	@test -x $(V)/python || $(PYTHON) -m venv .venv
	@$(V)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(V)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.browser: .venv/.ready
	@$(V)/python -m tests.chromium
	@touch $@

sandbox: .venv/.ready  ## the whole bot on loopback, with stand-ins for Slack and Google
	@$(V)/python -m tests.sandbox --port $(PORT)

# Files stay together, for they share servers and browsers. Three for two cores: a good third of the time is waiting.
WORKERS ?= 3
PYTEST := $(V)/python -m pytest -n $(WORKERS) --dist loadfile

test: .venv/.browser  ## every test: SQLite, an embedded PostgreSQL, browser journeys
	@$(PYTEST)

check: .venv/.browser  ## format, lint, types, import contracts, tests
	@$(V)/ruff format --check .
	@$(V)/ruff check .
	@$(V)/mypy
	@$(V)/lint-imports --no-cache
	@$(PYTEST)

format: .venv/.ready
	@$(V)/ruff format .
	@$(V)/ruff check --fix .

bench: .venv/.ready  ## speed, as ratios measured side by side in one run
	@$(V)/python -m tests.bench

proofs: .venv/.ready  ## the proofs at full size; takes long
	@PROOF_SCALE=100 $(V)/python -m pytest tests/proofs

lock: .venv/.ready  ## pin pyproject.toml's dependencies, with hashes and without any registry's address
	@$(V)/uv lock --upgrade --quiet
	@$(V)/uv export --no-emit-project --group dev --no-header --no-annotate --quiet -o requirements.txt
	@rm uv.lock
