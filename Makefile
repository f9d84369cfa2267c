# Everything runs in the .venv of this folder, whatever else is active. On a fresh machine nothing but Python 3.11 with its
# venv module, and make, need be there.

PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,\
	$(if $(shell $(p) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(p))) python3)
# One more than the two cores that the tests are meant for: some of them wait for processes and daemons.
WORKERS ?= 3
TESTS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := thimbl finger tui feeds tests hatch_build.py $(wildcard bench)
PROGRAMS := $(sort $(filter-out bench/_%,$(wildcard bench/*.py)))

# The last one would have each of a thousand short commands in the tests compile this program anew.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check bench clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile

demo: $(STAMP) ## three hosts on this machine, an account for you, and the terminal UI
	@$(BIN)/thimbl demo

test: $(STAMP) ## every test; TESTS=tests/core runs some, WORKERS=4 uses more cores
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile $(TESTS)

check: $(STAMP) ## lint, types, layers
	@echo "lint";   $(BIN)/ruff check --quiet $(SOURCES)
	@echo "types";  $(BIN)/mypy --no-error-summary $(SOURCES)
	@echo "layers"; $(BIN)/lint-imports --no-cache >$(VENV)/layers.log 2>&1 || { cat $(VENV)/layers.log; exit 1; }

bench: $(STAMP) ## run each program of bench/
	@set -e; for program in $(PROGRAMS); do echo "== $$program"; $(BIN)/python $$program; done

clean: ## remove the virtual environment and all caches
	@rm -rf $(VENV) dist build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find $(wildcard $(SOURCES)) -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "thimbl needs Python 3.11 or newer, and '$(PYTHON)' is not that." >&2; \
		echo "Install one (on Debian: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.11" >&2; \
		exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) lacks the venv module. On Debian and Ubuntu: apt install python3-venv" >&2; \
		exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null || { \
		echo "making $(VENV)"; rm -rf $(VENV); $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; }
	@echo "installing into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --editable '.[all,dev]'
	@touch $@
