# `make movie` makes a film, `make test` runs everything. Both install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
IDEA ?= A lighthouse keeper befriends a storm
STAMP := $(VENV)/.installed

.PHONY: movie test lint types unit bench schemas clean system

movie: $(STAMP)
	$(BIN)/sparkle make "$(subst ",\",$(subst $$,\$$,$(subst `,\`,$(IDEA))))"

test: $(STAMP) lint types unit

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

unit: $(STAMP)
	$(BIN)/pytest

bench: $(STAMP)
	$(BIN)/python bench/film.py

schemas: $(STAMP)
	$(BIN)/python -m schemas.generate

# skia links libGL and libEGL: the one thing that needs root, and only where they are missing
system:
	@PYTHON="$(PYTHON)" sh scripts/system.sh

$(STAMP): pyproject.toml constraints.txt scripts/system.sh
	@PYTHON="$(PYTHON)" sh scripts/system.sh
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
