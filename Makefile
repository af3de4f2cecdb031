# Two commands do everything on a machine that has Python 3.11+, git and make:
#   make run    set up and open the app
#   make test   set up and run every check and test, browser tests included
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS ?= ultralytics
STAMP := $(VENV)/.ready
PORT ?= 8501
WORKERS ?= 2

.PHONY: run test lint types layers setup lock clean
.DEFAULT_GOAL := run

setup: $(STAMP)

$(STAMP): requirements/lock.txt requirements/overrides.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Pentimento needs Python 3.11 or newer; say make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements/lock.txt --override requirements/overrides.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@# compiled once here, so that the first start does not pay for it
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null 2>&1 || true
	touch $(STAMP)

run: setup
	$(BIN)/pentimento app --port $(PORT)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/pyright

layers: setup
	$(BIN)/lint-imports

test: lint types layers
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lock:
	$(BIN)/uv pip compile -q pyproject.toml --extra dev --extra $(EXTRAS) --override requirements/overrides.txt \
		--python-version 3.11 --no-header --no-annotate -o requirements/lock.txt

clean:
	rm -rf $(VENV)
