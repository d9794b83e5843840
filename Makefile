# What a person types; .ci/run runs the same gates on a bare machine.
BIN = .venv/bin

.PHONY: install check test fix accept

install:
	python3 -m venv .venv
	$(BIN)/pip install -q -e '.[dev]' -c constraints.txt

check: test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test:
	$(BIN)/pytest -q -n auto

fix:
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

accept:
	$(BIN)/pytest -q --accept tests/test_house.py
