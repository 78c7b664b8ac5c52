# `make run` and `make test` each do all of their own set-up.
PYTHON ?= python3
VENV ?= .venv
REPO ?= .

.PHONY: run test check clean

run: $(VENV)/.run
	$(VENV)/bin/rlm-tui "$(REPO)"

test: check
	$(VENV)/bin/python -m pytest -n auto

check: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy rlm_tui indexers tools themes tests benchmarks
	$(VENV)/bin/lint-imports

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "rlm-tui needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(VENV)/bin/python -m pip install -q -c constraints.txt -e '.[monty]'
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(VENV)/bin/python -m pip install -q -c constraints.txt -e '.[monty,test]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist *.egg-info
