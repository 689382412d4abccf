# Sets up, checks, tests and shows Rackhand. "make" alone lists what there is.

PYTHON_IN := .venv/bin
SETUP_DONE := .venv/.set-up
ENGINE ?= docker
PORT ?=
PLAY ?=
WORKERS ?= 2

# Whole files in their order, for the long ones come first; tests/services/sharing.py says who has
# which.
IN_PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup check test test-fast demo bench lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make demo ENGINE=memory   on simulated racks, without Docker"
	@echo "  make demo PLAY=1          plays the whole story by itself and ends"
	@echo "  make demo PORT=8000       serves the page on another port"

setup: $(SETUP_DONE) ## Make .venv with everything the others need

$(SETUP_DONE): requirements/dev.txt pyproject.toml
	@sh scripts/ensure_packages.sh setup
	@$(PYTHON_IN)/python -c '' 2>/dev/null || "$$(sh scripts/find_python.sh)" -m venv --clear .venv
	@$(PYTHON_IN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(PYTHON_IN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

check: setup ## Lint, types, the arrow between packages, spelling
	@$(PYTHON_IN)/ruff check --quiet .
	@$(PYTHON_IN)/ruff format --check --quiet .
	@$(PYTHON_IN)/mypy
	@$(PYTHON_IN)/lint-imports --no-logo
	@$(PYTHON_IN)/codespell

test: check ## The whole test suite; what is not installed skips, in CI it fails
	@sh scripts/ensure_packages.sh test
	@$(PYTHON_IN)/pytest $(IN_PARALLEL)

test-fast: setup ## Tests that need nothing but Python
	@$(PYTHON_IN)/pytest $(IN_PARALLEL) tests/unit tests/contract -k "unit or memory"

demo: setup ## Try it: a local workspace, two racks and a sample app
	@$(if $(filter memory,$(ENGINE)),,sh scripts/ensure_packages.sh demo)
	@$(PYTHON_IN)/python -m scripts.demo --engine $(ENGINE) $(if $(PLAY),--play) $(if $(PORT),--port $(PORT))

bench: setup ## Measure ours against the alternatives
	@sh scripts/ensure_packages.sh bench
	@missed=0; for file in $$(grep -l '__main__' bench/*.py); do \
		$(PYTHON_IN)/python -m bench.$$(basename $$file .py) || missed=1; \
	done; exit $$missed

lock: setup ## Pin all dependencies anew
	@$(PYTHON_IN)/uv pip compile --quiet pyproject.toml --extra dev --generate-hashes \
		--no-emit-index-url --no-header -o requirements/dev.txt
	@$(PYTHON_IN)/uv pip compile --quiet pyproject.toml --generate-hashes \
		--no-emit-index-url --no-header -c requirements/dev.txt -o requirements/run.txt

clean: ## Remove the environment, caches and what runs left behind
	@if [ -x $(PYTHON_IN)/python ]; then $(PYTHON_IN)/python -m scripts.clean; fi
	@rm -rf .venv .run .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
