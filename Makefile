# Two commands matter: `make run` and `make test`. `make help` lists the rest.

PYTHON := $(shell for p in python3.11 python3; do $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' \
	2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# Values that a production portal would be given; nothing is served with them.
PRODUCTION := PORTAL_HOME=.venv/production PORTAL_HTTPS=1 PORTAL_HOSTS=portal.example \
	SECRET_KEY=$(shell head -c 60 /dev/urandom | base64 -w0)
# uv brings its own list of authorities; a company's proxy is known to the system's only.
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1

# Installs with uv, and with pip where uv can't be had or fails.
define install
	@echo "Installing $(1)"
	@$(BIN)/python -c 'import uv' 2>/dev/null || $(BIN)/pip install --quiet uv || true
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r $(1) 2>.venv/uv.log || $(BIN)/pip install --quiet -r $(1)
endef

.PHONY: help
help:  ## List what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

.PHONY: run
run: .venv/installed  ## Start the portal with everything it needs; Ctrl-C stops it
	@exec $(BIN)/python manage.py run

.PHONY: test
test: .venv/installed-dev  ## Check style, types, import contracts and deployment, then run the whole suite
	@$(MAKE) --keep-going --no-print-directory lint types contracts deployment suite

.PHONY: lint types contracts deployment suite
lint: .venv/installed-dev
	$(BIN)/ruff check .

types: .venv/installed-dev
	$(BIN)/mypy

contracts: .venv/installed-dev
	$(BIN)/lint-imports --no-cache

# Migrations are compared with the models by the suite, which has a database to look at.
deployment: .venv/installed-dev
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

suite: .venv/installed-dev
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: bench
bench: .venv/installed-dev  ## Load 100,000 to 2.9 million accounts; print where the time goes, and pages with a million customers
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.matching
	$(BIN)/python -m tests.benchmarks --single 1000000
	$(BIN)/python -m tests.benchmarks --pages 2900000

.PHONY: bench-matching
bench-matching: .venv/installed-dev  ## Resolve 100,000, a million and ten million records beside Splink's recipe and exact keys
	$(BIN)/python -m tests.benchmarks.matching 100000 1000000 10000000

.PHONY: bench-pages
bench-pages: .venv/installed-dev  ## Load a million customers and measure pages with them, and twenty people at once
	$(BIN)/python -m tests.benchmarks --pages 2900000

.PHONY: bench-stories
bench-stories: .venv/installed-dev  ## Hold health against what happened in a company it never saw
	PORTAL_STORY_SEED=2 $(BIN)/python -m tests.benchmarks --stories 500 --fresh

.PHONY: bench-rivals
bench-rivals: .venv/installed-dev  ## Resolve labelled files with dedupe and others, in an environment of their own
	$(BIN)/python -m tests.benchmarks.matching.rivals
	$(BIN)/python -m tests.benchmarks.matching.unseen

.PHONY: soak
soak: .venv/installed-dev  ## Two hundred kills, an hour of two systems under faults (SOAK_SECONDS), other examples, every page and field as every role
	@for search in 1 2 3 4 5 6 7 8 9 10; do \
		$(BIN)/pytest -q -n 2 -m "hypothesis and not soak" --hypothesis-profile searching || exit 1; done
	$(BIN)/pytest -q -m soak tests/soak tests/browser

.PHONY: screenshots
screenshots: .venv/installed-dev  ## Picture twelve pages of a running demo portal, and the README's three
	$(BIN)/python -m tests.browser.screenshots --readme docs/images

.PHONY: clean
clean:  ## Remove the virtual environment and caches; the portal's data in PORTAL_HOME stay
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 with its venv module is needed (Debian: python3.11-venv)"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(call install,requirements.txt)
	@touch $@

.venv/installed-dev: .venv/installed pyproject.toml
	@$(BIN)/python -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"]))' > .venv/dev.txt
	$(call install,.venv/dev.txt)
	@touch $@
