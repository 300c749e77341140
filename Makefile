# `make movie` makes a film, `make test` runs everything. Both install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MOVIEPY := $(VENV)/moviepy
IDEA ?= A lighthouse keeper befriends a storm
# an idea is words: neither make nor the shell may find anything to do in it
override IDEA := $(value IDEA)
export IDEA
MOVIE := $(VENV)/.installed
TESTS := $(VENV)/.installed-tests

.PHONY: movie test lint types unit bench schemas clean system

movie: $(MOVIE)
	$(BIN)/sparkle make "$$IDEA"

test: $(TESTS) lint types unit

lint: $(TESTS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TESTS)
	$(BIN)/mypy

unit: $(TESTS)
	$(BIN)/pytest -n logical --dist loadfile

bench: $(TESTS) $(MOVIEPY)
	$(BIN)/python bench/film.py
	$(BIN)/python bench/cut.py --moviepy $(MOVIEPY)/bin/python
	$(BIN)/python bench/graph.py load share daemon

schemas: $(TESTS)
	$(BIN)/python -m schemas.generate

# skia links libGL and libEGL: the one thing that needs root, and only where they are missing
system:
	@PYTHON="$(PYTHON)" sh scripts/system.sh

$(MOVIE): pyproject.toml constraints.txt scripts/system.sh
	@PYTHON="$(PYTHON)" sh scripts/system.sh
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $(MOVIE)

# tests run the adapters of every model too: a missing package fails, it does not skip
$(TESTS): $(MOVIE)
	@PYTHON="$(PYTHON)" sh scripts/system.sh tests
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,gpu,llm,scale,tts]'
	@touch $(TESTS)

# MoviePy, which the cut is measured against, wants an older Pillow than ours: an environment of its own
$(MOVIEPY): bench/requirements.txt
	$(PYTHON) -m venv $(MOVIEPY)
	$(MOVIEPY)/bin/python -m pip install --quiet --disable-pip-version-check --requirement bench/requirements.txt
	@touch $(MOVIEPY)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
