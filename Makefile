# make run    set up a virtual environment, then open the chat (its address is printed)
# make test   the tests, with branch coverage
# make lint   style, types and the direction of imports
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST_ARGS ?= -n auto --dist loadfile

.PHONY: setup run test lint lock screenshot clean

setup: $(VENV)/.dev

run: $(VENV)/.product
	$(BIN)/shortcast chat

test: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(PYTEST_ARGS) --cov --cov-report=term

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The picture in the README, taken from the real page.
screenshot: $(VENV)/.dev
	$(BIN)/python scripts/screenshot.py

# Torch, Gradio and the rest are pinned by constraints.txt; a stamp makes every later call free.
$(VENV)/.product: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt -e .
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.product

# Write constraints.txt anew from what today's registry resolves pyproject.toml to (a new pip: an old one takes minutes).
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --upgrade pip
	build/lock/bin/python -m pip install --quiet -e '.[dev]'
	( echo "# Every distribution of a clean install with the dev extra, so that an old pip resolves in seconds. Made by \`make lock\`."; \
	  build/lock/bin/python -m pip freeze --exclude-editable | sed -e 's/+[a-z0-9.]*$$//' -e 's/_/-/g' | tr 'A-Z' 'a-z' | LC_ALL=C sort ) > constraints.txt
	rm -rf build/lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage
