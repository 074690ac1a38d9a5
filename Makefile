# `make` prints help. Nothing needs to be done before `make run` or `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock
PORT_BASE ?= 8000
export PORT_BASE

.PHONY: help run test check lint bench soak mutants serve worker translations lock clean-state browser
help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# What a lock file lists, and nothing else. uv, itself from the lock file, needs seconds where pip needs a minute; pip stands in
# where uv cannot go, for example behind an index that only pip is configured for.
define install
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-test.lock > $(VENV)/uv.lock
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(VENV)/uv.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) || $(BIN)/python -m pip install --quiet --require-hashes -r $(1)
endef

$(VENV)/.ready: $(LOCK) setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(call install,$(LOCK))
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready requirements-test.lock
	$(call install,requirements-test.lock)
	@touch $@

run: $(VENV)/.ready  ## everything, with embedded defaults, on http://localhost:8000 (PORT_BASE=9000 moves it)
	@$(BIN)/python -m sandbox.stack

browser: $(VENV)/.ready-test
	@$(BIN)/python -m tests.installing

test: browser  ## all tests, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.ready-test  ## style, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy idp
	$(BIN)/lint-imports

check: lint test  ## lint, types, contract, tests

bench: $(VENV)/.ready-test  ## rounds a second of authorize, token, userinfo
	@$(BIN)/python -m tests.bench

# A hundred thousand requests that mean harm; every test run sends ten thousand of them. And all tests on PostgreSQL,
# also those that say nothing about stores and run on SQLite alone otherwise.
HOSTILE := tests/test_hostile.py tests/oidc/test_hostile.py tests/oidc/test_openapi.py tests/oidc/test_walks.py
soak: browser  ## long trials
	$(BIN)/python -m pytest -n 2 tests/soak
	$(BIN)/python -m pytest -n 2 --dist worksteal --database postgresql
	HOSTILE_TIMES=10 $(BIN)/python -m pytest -n 2 --dist worksteal $(HOSTILE)

# MUTANTS="codes limits" tries some groups only; docs/mutants.md says what there is.
mutants: $(VENV)/.ready-test  ## mutation testing of codes, limits, sign-in, recovery, tokens and redirects; takes an hour
	$(BIN)/python -m tests.mutation $(MUTANTS)

serve: $(VENV)/.ready  ## the provider alone, settings from the environment
	@$(BIN)/idp db upgrade
	@exec $(BIN)/python -m idp.serve

worker: $(VENV)/.ready  ## the provider's worker alone, settings from the environment
	@exec $(BIN)/python -m idp.worker

translations: $(VENV)/.ready-test  ## renew the list of sentences to translate, after a change of words
	@mkdir -p var
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k _n:1,2 -k lazy_ngettext:1,2 --add-location=file --sort-by-file -w 120 -o var/messages.pot .
	$(BIN)/pybabel -q update -i var/messages.pot -d idp/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 120

lock: $(VENV)/.ready-test  ## renew the lock files from setup.cfg
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --extra build --extra sandbox setup.cfg -o $(LOCK)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --extra build --extra sandbox --extra test -c $(LOCK) setup.cfg -o requirements-test.lock

clean-state:  ## forget everything: database, keys, files
	rm -rf var keys/master-*.key
