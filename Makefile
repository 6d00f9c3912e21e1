# make demo   deploy a real Worker to an account on this machine, and show its answer
# make test   everything that must hold: style, types, layers, tests
# make fuzz   the tests with random input, for as long as an hour
# make faults everything that may befall a deploy, and histories of it, ours and plain wrangler: for the night
# make bench  how fast it is, side by side with its floor
# make soak   the edge under load while things are killed, a hundred times; as root also power cuts

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SOURCES := core cloudflare plugins edge server .ci
FUZZED := tests/fuzz tests/core/project/test_random_documents.py tests/plugins/wrangler/config/test_from_wrangler.py
# Where tests are that the day does without.
NIGHTLY := tests/faults tests/server/api/test_document.py

.PHONY: demo test browser check audit fuzz bench soak clean

demo: $(STAMP)
	@$(BIN)/python examples/demo.py

test: check audit browser
	$(BIN)/aerostack toolchain install
	$(BIN)/pytest -n 2 --dist loadgroup

# With FAULTS=cold each command starts as its users start it, which takes three times as long.
faults: $(STAMP)
	$(BIN)/aerostack toolchain install
	FAULTS_EXAMPLES=2000 $(BIN)/pytest -n 2 --dist loadgroup -m "nightly or not nightly" $(NIGHTLY)
	$(BIN)/python -m bench faults

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
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml $(SOURCES)
	$(BIN)/zizmor --quiet --offline --persona=auditor .github

# Known vulnerabilities of what is installed. Where the service cannot be asked it says so; with AUDIT=required it fails.
audit: $(STAMP)
	$(BIN)/python .ci/audit.py

fuzz: $(STAMP)
	HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -n 2 $(FUZZED)

bench: $(STAMP)
	$(BIN)/python -m bench

soak: $(STAMP)
	$(BIN)/python -m bench soak

$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
