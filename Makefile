# Everything a newcomer needs: `make run` and `make test`. `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
WORKERS ?= 2
# One thread a process: the processes share the cores, and results do not depend on a BLAS's own threads.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
# Compiled modules are kept, also where the environment forbids it: each process of the tests would compile them anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help env assets run test test-env lint format db docs bench reference coverage picture messages wheel chaos stuffing screenshots clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

env: $(VENV)/.runtime assets ## the environment .venv with manyi, and the front-end assets

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Manyi needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing. On Debian: sudo apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.runtime: locks/runtime.txt locks/build.txt pyproject.toml | $(VENV)/.python
	@echo "Installing the locked packages (once) …"
	@$(PIP) install --quiet --require-hashes -r locks/runtime.txt || { echo "Step failed: installing locks/runtime.txt with pip."; exit 1; }
	@$(PIP) install --quiet --require-hashes -r locks/build.txt || { echo "Step failed: installing the build backend."; exit 1; }
	@$(PIP) install --quiet --no-deps --no-build-isolation -e . || { echo "Step failed: installing Manyi into .venv."; exit 1; }
	@touch $@

$(VENV)/.test: locks/test.txt $(VENV)/.runtime
	@echo "Installing what the tests need …"
	@$(PIP) install --quiet --require-hashes -r locks/test.txt || { echo "Step failed: installing locks/test.txt with pip."; exit 1; }
	@touch $@

$(VENV)/.docs: locks/docs.txt $(VENV)/.runtime
	@$(PIP) install --quiet --require-hashes -r locks/docs.txt || { echo "Step failed: installing locks/docs.txt with pip."; exit 1; }
	@touch $@

assets: $(VENV)/.assets ## the front-end files and catalogues of the pages

$(VENV)/.assets: web/package.json web/package-lock.json web/assets.py $(wildcard web/translations/*/LC_MESSAGES/messages.po) $(VENV)/.runtime
	@$(BIN)/python -m web.assets || { echo "Step failed: front-end assets (python -m web.assets)."; exit 1; }
	@touch $@

run: env ## environment, database, demo content and the server at http://127.0.0.1:8000/ (or MANYI_PORT)
	@exec $(BIN)/manyi start

test-env: $(VENV)/.test assets ## what the tests need: packages, PostgreSQL, nginx, Chromium
	@scripts/install-test-system.sh

test: test-env lint ## every check and test; installs PostgreSQL, nginx and Chromium through apt if they are missing
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/.test ## ruff, mypy --strict, import-linter, djlint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint web/templates --quiet

format: $(VENV)/.test ## put the code in house style
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

db: env ## bring the database to the newest revision
	@$(BIN)/manyi db upgrade

docs: $(VENV)/.docs ## the documentation as a site, in site/
	@$(BIN)/mkdocs build --strict

bench: $(VENV)/.test assets ## speed, each figure with its baseline measured in the same run
	@$(BIN)/python -m benchmarks

reference: $(VENV)/.test ## how far every estimate is from R packages: files, figures compared, largest deviation
	@$(BIN)/python scripts/reference.py

coverage: $(VENV)/.test ## recovery of planted values and coverage of the intervals, 500 samples and more
	@$(BIN)/python scripts/coverage.py

picture: $(VENV)/.test ## docs/images/house.svg, the rooms as they stand
	@$(BIN)/python scripts/house.py

messages: $(VENV)/.test ## the catalogues of the pages' words, brought up to date with the pages
	@cd web && ../$(BIN)/pybabel -q extract -F babel.cfg --no-location -k _l -k lazy_gettext -o ../$(VENV)/messages.pot .
	@for po in web/translations/*/LC_MESSAGES/messages.po; do \
	  $(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --width 110 -i $(VENV)/messages.pot -o $$po \
	    -l $$(basename $$(dirname $$(dirname $$po))); done

wheel: env ## the wheel in dist/, with everything that a site needs in it
	@$(BIN)/python scripts/wheel.py dist

chaos: $(VENV)/.test assets ## kill the server while people answer and edit: what it acknowledged must be in the database, once
	@$(BIN)/python scripts/chaos.py
	@$(BIN)/python scripts/chaos_editing.py
	@$(BIN)/python scripts/chaos_losses.py

stuffing: $(VENV)/.test assets ## stuff a wave over HTTP: flagged, left out, run, approved, published; the index must stand
	@$(BIN)/python scripts/stuffing.py

screenshots: test-env ## the pictures under docs/images/
	@$(BIN)/python scripts/screenshots.py

clean: ## remove what was built (the database in instance/ stays)
	rm -rf $(VENV) web/node_modules web/static/vendor site dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache web/translations/*/LC_MESSAGES/*.mo
