# `make help` lists what there is. On Windows use the commands of README.md instead.
#
# Everything runs in .venv, which is made on first need and remade when pyproject.toml or constraints.txt change,
# when an installation was interrupted, or when the checkout has moved. Another Python: make study PYTHON=python3.13

venv := .venv
bin := $(venv)/bin
install := $(bin)/python -m pip --disable-pip-version-check --no-input install --quiet --constraint constraints.txt
sound := $(shell exec 2>/dev/null; test -d $(venv) && test ! -e $(venv)/.unfinished && test "$$(cat $(venv)/.place)" = "$$PWD" \
	&& $(bin)/python -c "" && echo yes)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help study test lint docs format inventory clean again

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

study: $(venv)/.runtime  ## Run the sample study and say where its report is
	@$(bin)/evaluate run sample_operation

test: lint  ## Check style, types and the import order of the rooms, then run the tests
	@$(bin)/python -m pytest -q -n 2 --dist loadfile

lint: $(venv)/.dev  ## Check style, types and the import order of the rooms
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports --no-cache

docs: $(venv)/.docs  ## Build the documentation site in build/docs/html; a warning is an error
	@$(bin)/python docs/site

format: $(venv)/.dev  ## Put the code into the project's style
	$(bin)/ruff check --fix
	$(bin)/ruff format

inventory: $(venv)/.dev  ## Bring the table of files in ARCHITECTURE.md up to date
	@$(bin)/python scripts/inventory.py

clean:  ## Remove the environment, builds and caches
	rm -rf $(venv) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find evaluate tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is touched only after the whole of an installation; .unfinished marks one that was cut short.
$(venv)/.place: $(if $(sound),,again)
	@python=$$(scripts/find-python "$(PYTHON)") && echo "Making $(venv) with $$python" \
		&& "$$python" -m venv --clear $(venv) && printf '%s\n' "$$PWD" > $@

$(venv)/.runtime: pyproject.toml constraints.txt $(venv)/.place
	@echo "Installing evaluate and what it needs (once)"
	@touch $(venv)/.unfinished && $(install) --editable . && rm $(venv)/.unfinished && touch $@

$(venv)/.dev: pyproject.toml constraints.txt $(venv)/.place
	@echo "Installing evaluate and the tools for its tests (once)"
	@touch $(venv)/.unfinished && $(install) --editable '.[dev,maps]' && rm $(venv)/.unfinished && touch $@ $(venv)/.runtime

$(venv)/.docs: pyproject.toml constraints.txt $(venv)/.place
	@echo "Installing evaluate and what builds its documentation (once)"
	@touch $(venv)/.unfinished && $(install) --editable '.[docs]' && rm $(venv)/.unfinished && touch $@
