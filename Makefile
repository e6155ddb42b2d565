# make book: build the book        make test: everything that is checked        make help: the rest
PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/ready
JOBS ?= 2

.PHONY: help book zip test lint types unit notebooks gates lock clean
.DEFAULT_GOAL := help

help:
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

book: $(READY) ## install what is missing, execute the chapters, build the HTML
	$(PY) -m course_lib book build --jobs $(JOBS)

zip: book ## the built book as one file for reading offline
	$(PY) tools/offline_zip.py dist/robo-poet.zip

test: lint types unit notebooks gates ## everything that is checked

lint: $(READY) ## style of the code
	$(PY) -m ruff check --quiet .
	$(PY) -m ruff format --check --quiet .

types: $(READY) ## types of the code
	$(PY) -m mypy

unit: $(READY) ## unit tests and doctests
	$(PY) -m pytest -q -n $(JOBS)

notebooks: $(READY) ## the solutions, cell by cell
	$(PY) -m pytest -q -n $(JOBS) --nbval solutions/

gates: $(READY) ## what every exercise has to prove
	$(PY) -m course_lib exercise verify --jobs $(JOBS)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11, 3.12 or 3.13 is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 book")'
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@echo "Installing the course's libraries into .venv (a minute or two) ..."
	@$(PY) -m pip install --quiet -r requirements.lock
	@$(PY) -m pip install --quiet --no-deps --editable .
	@touch $@

lock: ## write requirements.lock and environment.yml anew from pyproject.toml
	tools/lock.sh $(PYTHON)
	$(PYTHON) tools/environment.py

clean: ## remove what was built; keep .venv
	rm -rf _build dist
