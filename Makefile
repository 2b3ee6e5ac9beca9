# bulkpatch: `make demo` and `make test` need only Python 3.11+, git and make.
# Everything else is installed into .venv from constraints.txt, by hash.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
TOOLS := .venv-tools/bin
TOOLS_READY := .venv-tools/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types contracts audit package bench fuzz mutants format constraints clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed 's/:.*## /\t/' | expand -t 14

$(READY): constraints.txt pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "bulkpatch needs Python 3.11 or newer, and found none on PATH."; \
		echo "Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; fi
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Preparing .venv with $$($(PYTHON) --version) (once, about a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

$(TOOLS_READY): .ci/tools.txt $(READY)
	@echo "Preparing .venv-tools (once) ..."
	@$(PYTHON) -m venv .venv-tools
	@$(TOOLS)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/tools.txt
	@touch $(TOOLS_READY)

demo: $(READY) ## roll inputs/partners.csv out against the built-in simulator
	@$(BIN)/bulkpatch apply inputs/partners.csv --simulate --fault-rate 0.05 --yes

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest -n 3 --dist worksteal

check: lint contracts audit types package test ## everything the gate runs

lint: $(READY) ## style and formatting
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(READY) $(TOOLS_READY) ## strict types, by the oldest Python and the newest; a user's script by pyright too
	@$(BIN)/mypy
	@$(BIN)/mypy --python-version 3.14
	@$(TOOLS)/pyright

contracts: $(READY) ## which room may import which
	@$(BIN)/lint-imports --no-logo

bench: $(READY) ## measure everything in benchmarks/ again (half an hour; other clients are installed beside)
	@$(BIN)/python benchmarks/all.py

audit: $(TOOLS_READY) ## known vulnerabilities in what is pinned
	@$(TOOLS)/python .ci/audit.py

package: $(READY) $(TOOLS_READY) ## wheel, sdist, pip and pipx: every command runs without the development packages
	@$(BIN)/python .ci/package.py

fuzz: $(READY) ## look for bytes that break something, 20 seconds for each target
	@$(BIN)/python -m tests.fuzz.run

mutants: $(READY) ## how strong the tests of the pure rooms are, by a sample (half an hour)
	@[ -f .venv-mutants/.ready ] || { $(PYTHON) -m venv .venv-mutants && \
		.venv-mutants/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt && \
		.venv-mutants/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . && \
		.venv-mutants/bin/python -m pip install --quiet --disable-pip-version-check cosmic-ray==8.7.0 && touch .venv-mutants/.ready; }
	@.venv-mutants/bin/python -m tests.mutation.measure --each 10 --out .venv-mutants/mutants.jsonl $(ROOMS)

format: $(READY) ## rewrite the code in the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

constraints: $(TOOLS_READY) ## resolve every dependency again, by hash
	@for one in "dev constraints.txt" "tools .ci/tools.txt"; do set -- $$one; \
		$(TOOLS)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links --upgrade \
			$$([ $$1 = dev ] && echo pyproject.toml) --group pyproject.toml:$$1 --output-file $$2 || exit 1; done

clean: ## remove the environment and caches
	@rm -rf .venv .venv-* benchmarks/.peers .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
