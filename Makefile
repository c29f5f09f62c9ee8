# Everything begins here. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := .tools/bin/uv
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet --quiet
# uv installs in seconds what takes pip a minute (docs/decisions/0019); where it gets nothing, pip does it. The locks name
# all that is needed, so neither has to look for it; what is used is compiled when it is first used.
define installed
$(UV) pip install --quiet --python $(BIN)/python --no-deps $(1) || \
  { echo "uv could not install it; pip does." && $(PIP) --python $(BIN)/python install --no-deps --no-compile $(1); }
endef
export RAFIQA_DATA_DIR ?= $(CURDIR)/data
# Where it is set, every process of a test run would compile all of this anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run install test check everything unit browser drills pictures bench lock translations check-translations clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 22

run: $(VENV)/run ## a trial of Rafiqa at http://127.0.0.1:8000 (PORT and RAFIQA_DATA_DIR are honoured)
	@RAFIQA_SIMULATOR=on $(BIN)/rafiqa setup --trial
	@RAFIQA_SIMULATOR=on exec $(BIN)/rafiqa serve

install: $(VENV)/run ## what a server needs, and nothing else (docs/operations.md)
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib api bot flows # who serves may not be allowed to write here

# Beside each other what may be. What is made for all tests is made before.
test: ## everything that must be green: style, types, tests on SQLite and PostgreSQL, pages in Chromium
	@$(MAKE) --no-print-directory --jobs=2 $(VENV)/test chromium
	@$(MAKE) --no-print-directory --jobs=2 check everything

check: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# What failed runs once more, alone: on two busy cores a test may fail for want of time (docs/decisions/0016).
define tested
$(BIN)/python -m pytest -n 2 --dist worksteal $(1) || { [ $$? = 1 ] && \
  echo "FAILED ONCE, AND WORTH A LOOK EVEN IF IT PASSES NOW: the tests above run again, alone." && \
  $(BIN)/python -m pytest --verbose --last-failed --last-failed-no-failures none $(1); }
endef

everything: $(VENV)/test chromium
	$(call tested,-m "not long")

unit: $(VENV)/test ## without the pages
	$(call tested,-m "not long and not browser")

browser: $(VENV)/test chromium ## the pages alone
	$(call tested,-m "not long" tests/browser)

drills: $(VENV)/test chromium ## what takes longer: kill -9 in the middle, seizure of the disk, every page in every colour
	$(BIN)/python -m pytest tests/drills
	$(BIN)/python -m pytest -m long

pictures: $(VENV)/test chromium ## pictures of every page in ./screenshots, for eyes
	PICTURES=1 $(BIN)/python -m pytest -m browser tests/browser/test_pages.py tests/browser/test_days.py

bench: $(VENV)/test ## speed, beside others
	$(BIN)/python -m tests.benchmarks

translations: $(VENV)/run ## bring the catalogues up to date with the texts
	$(BIN)/python -m flows.catalogues

check-translations: $(VENV)/run ## count what is not translated, and what no native speaker has read
	$(BIN)/python -m flows.catalogues --check

COMPILE = $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate --quiet
lock: $(VENV)/made ## pin the newest versions, with hashes and without addresses
	$(COMPILE) pyproject.toml --group build -o requirements/run.txt
	$(COMPILE) pyproject.toml --group build --group test -c requirements/run.txt -o requirements/test.txt
	$(COMPILE) --group install -o requirements/uv.txt

clean: ## remove what was installed; the data folder stays
	rm -rf $(VENV) .tools *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Debian's Python may come without venv, and its pip installs only beside itself: uv needs neither, and no root.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rafiqa needs Python 3.11 or newer")'
	@echo "Preparing $(VENV) (once) ..."
	@{ $(PIP) install --require-hashes --upgrade --target .tools -r requirements/uv.txt && \
	  $(UV) venv --quiet --clear --no-python-downloads --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV); } || \
	  $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/made requirements/run.txt pyproject.toml
	@echo "Installing what Rafiqa needs ..."
	@$(call installed,--require-hashes -r requirements/run.txt)
	@$(call installed,--no-build-isolation -e .)
	@touch $@

# Its lock has all that a server needs as well.
$(VENV)/test: $(VENV)/made requirements/run.txt requirements/test.txt pyproject.toml
	@echo "Installing what Rafiqa and its tests need ..."
	@$(call installed,--require-hashes -r requirements/test.txt)
	@$(call installed,--no-build-isolation -e .)
	@touch $(VENV)/run $@

# The browser tests say so themselves where there is no Chromium.
chromium:
	@{ command -v chromium && command -v chromium-headless-shell; } >/dev/null 2>&1 || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  echo "Installing Chromium and fonts from Debian's packages ..." && apt-get update -qq && \
	  apt-get install -y -qq chromium chromium-headless-shell fonts-noto-core >/dev/null; } || true
.PHONY: chromium
