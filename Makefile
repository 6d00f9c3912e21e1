# make demo   deploy a real Worker to an account on this machine, and show its answer
# make test   everything that must hold: style, types, layers, tests
# make bench  how fast it is, side by side with its floor

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test check bench clean

demo: $(STAMP)
	@$(BIN)/python examples/demo.py

test: check
	$(BIN)/aerostack toolchain install
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m bench

$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
