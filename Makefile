# What the README and continuous integration call. `make` alone lists the targets.
# Each environment is set up once and again only when pyproject.toml changes.

PYTHON ?= python3
VENV ?= .venv
VENV_LAB ?= .venv-lab
VENV_OLDEST ?= .venv-oldest

ifeq ($(OS),Windows_NT)
bin = $(1)/Scripts
else
bin = $(1)/bin
endif

.DEFAULT_GOAL := help
.PHONY: help report picture test coverage test-all check lab sample configuration bench oldest clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

report: $(VENV)/.installed ## fetch real demo data, make a report and say where it is
	$(call bin,$(VENV))/synth-eval demo --fetch --synthesizer copula --out reports/demo

picture: $(VENV)/.installed ## take the picture of a report anew (needs Chromium)
	$(call bin,$(VENV))/synth-eval demo --table simulated --synthesizer copula --out reports/picture
	$(or $(SYNTH_EVAL_BROWSER),chromium) --headless --no-sandbox --disable-gpu --hide-scrollbars \
		--window-size=1280,960 --screenshot=reports/first-screen.png \
		file://$(CURDIR)/reports/picture/copula/report.html

test: $(VENV)/.installed-test ## run the fast tests
	$(call bin,$(VENV))/python -m pytest -m "not slow" -n auto --dist loadfile

coverage: $(VENV)/.installed-test ## run fast and slow tests, show the branches they leave out
	$(call bin,$(VENV))/python -m pytest -m "not study" -n auto --dist loadfile \
		--cov --cov-report=term

test-all: $(VENV)/.installed-test ## run all tests
	$(call bin,$(VENV))/python -m pytest -n auto --dist loadfile

check: $(VENV)/.installed-test ## lint, types and layers
	$(call bin,$(VENV))/ruff check
	$(call bin,$(VENV))/ruff format --check
	$(call bin,$(VENV))/mypy
	$(call bin,$(VENV))/lint-imports

# JupyterLab has an environment of its own: beside it every batch run would pay for the
# parsers its schema validation builds, some five CPU seconds per process.
lab: $(VENV_LAB)/.installed-lab ## open the notebook in JupyterLab
	$(call bin,$(VENV_LAB))/jupyter lab notebooks/evaluate.ipynb

sample: $(VENV)/.installed ## make reports/sample.html again
	$(call bin,$(VENV))/python reports/sample.py

configuration: $(VENV)/.installed ## write what follows from the declarations of settings
	$(call bin,$(VENV))/python docs/configuration.py

bench: $(VENV)/.installed ## measure against the floor and SDMetrics, write benchmarks/README.md
	$(call bin,$(VENV))/python benchmarks/run.py

# The lowest version of every direct dependency that pyproject.toml allows.
oldest: $(VENV_OLDEST)/.installed-oldest ## run the fast tests on the oldest allowed dependencies
	$(call bin,$(VENV_OLDEST))/python -m pytest -m "not slow" -n auto --dist loadfile

clean: ## remove environments, caches and builds; reports stay
	rm -rf $(VENV) $(VENV_LAB) $(VENV_OLDEST) build dist
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

define create
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	test -x $(call bin,$(1))/python || $(PYTHON) -m venv $(1)
endef

%/.installed: pyproject.toml
	$(call create,$*)
	$(call bin,$*)/python -m pip install --disable-pip-version-check --quiet --editable .
	@touch $@

%/.installed-test: pyproject.toml
	$(call create,$*)
	$(call bin,$*)/python -m pip install --disable-pip-version-check --quiet --editable ".[test]"
	@touch $*/.installed $@

%/.installed-lab: pyproject.toml
	$(call create,$*)
	$(call bin,$*)/python -m pip install --disable-pip-version-check --quiet --editable ".[lab]"
	@touch $@

%/.installed-oldest: pyproject.toml
	$(call create,$*)
	$(call bin,$*)/python -m pip install --disable-pip-version-check --quiet uv
	$(call bin,$*)/uv pip install --quiet --python $(call bin,$*)/python \
		--resolution lowest-direct --upgrade --editable ".[test]"
	@touch $@
