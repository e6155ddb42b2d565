# make book: build the book        make test: everything that is checked        make help: the rest
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
JOBS ?= 2

.PHONY: help book zip test lint types unit notebooks gates lock environment clean
.DEFAULT_GOAL := help

help:
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

book: $(READY) ## install what is missing, execute the chapters, build the HTML
	$(BIN)/course book build --jobs $(JOBS)

zip: book ## the built book as one file for reading offline
	$(BIN)/python tools/offline_zip.py dist/robo-poet.zip

test: lint types unit notebooks gates ## everything that is checked

lint: $(READY) ## style of the code
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

types: $(READY) ## types of the code
	$(BIN)/mypy

unit: $(READY) ## unit tests and doctests
	$(BIN)/pytest -q -n $(JOBS)

notebooks: $(READY) ## the solutions, cell by cell
	$(BIN)/pytest -q -n $(JOBS) --nbval solutions/

gates: $(READY) ## what every exercise has to prove
	$(BIN)/course exercise verify

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11, 3.12 or 3.13 is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 book")'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@echo "Installing the course's libraries into .venv (a minute or two) ..."
	@$(BIN)/pip install --quiet -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

lock: ## write requirements.lock and environment.yml anew from pyproject.toml
	tools/lock.sh $(PYTHON)
	$(PYTHON) tools/environment.py

clean: ## remove what was built; keep .venv
	rm -rf _build dist
