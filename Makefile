# make demo   deploy a real Worker to an account on this machine, and show its answer
# make test   everything that must hold: style, types, layers, tests
# make bench  how fast it is, side by side with its floor

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test browser check bench clean

demo: $(STAMP)
	@$(BIN)/python examples/demo.py

test: check browser
	$(BIN)/aerostack toolchain install
	$(BIN)/pytest -n 2 --dist loadgroup

# The dashboard is tested in Chromium. Who is not root installs it themselves; the tests say so.
browser:
	@command -v chromedriver >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		chromium chromium-driver fonts-dejavu-core >/dev/null; }

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
