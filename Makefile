# Belfry's commands. Each target is a thin line over a program that also runs by itself; `make help` lists them.
# A fresh machine needs Python 3.11 or newer and Go; everything else is made by the first target that needs it.

PYTHON ?= python3
RUN := .venv/bin/python -m

# Programs that tests hand rules and configurations to, or start.
TESTED_BY := pulumi promtool amtool alertmanager prometheus loki lokitool jaeger otelcol helm blackbox_exporter yace

# Recipes see the pinned tools first; the user's own PATH stays as it is.
export PATH := $(CURDIR)/.tools/bin:$(PATH)

.DEFAULT_GOAL := help
# The steps of a target build on each other.
.NOTPARALLEL:
.PHONY: help up down preview plan cost diff test check charts-check assets lock schema new tools venv constraints clean

help: ## List the targets with a sentence each.
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

up: venv tool-pulumi ## Bring up the local environment (stack `local`, offline providers, no account needed).
	@$(RUN) engine up local

down: venv tool-pulumi ## Take the local environment down again.
	@$(RUN) engine down

preview: need-ENV venv tool-pulumi ## Show what an environment would get, without credentials: make preview ENV=dev
	@$(RUN) engine preview '$(ENV)'

plan: need-ENV venv tool-pulumi ## Write the plan of an environment to build/<env>/plan.json: make plan ENV=dev
	@$(RUN) engine plan '$(ENV)'

cost: need-ENV venv tool-pulumi ## Price what an environment would get, by component: make cost ENV=prod (BUDGET=500 checks a limit)
	@$(RUN) engine cost '$(ENV)' $(if $(BUDGET),--budget '$(BUDGET)')

diff: need-A need-B venv ## Compare two plans readably: make diff A=old.json B=new.json
	@$(RUN) engine diff '$(A)' '$(B)'

test: check $(addprefix tool-,$(TESTED_BY)) ## Check everything, then run all tests with coverage; builds the tools they need.
	@$(RUN) pytest -n auto --dist worksteal --cov --cov-report=term-missing:skip-covered --cov-fail-under=100

check: venv ## Lint, formatting and types of all Python files.
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy --strict .

charts-check: venv tool-pulumi tool-helm ## Render every Helm release with its pinned chart and check it (CHART_MIRROR=folder or URL).
	@$(RUN) engine charts-check

assets: venv ## Write the generated rules and dashboards anew from the catalog.
	@$(RUN) authoring assets

lock: venv ## Write the checksums of changed assets under a new version: make lock BUMP=patch (or minor, major)
	@$(RUN) authoring lock $(if $(BUMP),--bump '$(BUMP)')

schema: venv ## Write the JSON Schema of the catalog, for editors.
	@$(RUN) authoring schema

new: need-SYSTEM venv ## Start the catalog file of a new system: make new SYSTEM=name
	@$(RUN) authoring new system '$(SYSTEM)'

tools: need-python ## Build the pinned command-line tools into .tools/bin, or one: make tools TOOL=promtool
	@$(PYTHON) tools/build.py $(TOOL)

venv: need-python ## Make or update .venv from the pinned requirements.
	@$(PYTHON) tools/install.py

constraints: need-python ## Resolve and freeze all Python packages anew, after a change of a requirements file.
	@$(PYTHON) tools/constraints.py

clean: ## Remove the local environment's state and all build output; .venv and .tools stay.
	rm -rf .local build

need-python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is no $(PYTHON) on PATH" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, this is $$($(PYTHON) --version); try: make PYTHON=python3.12 ..." >&2; exit 1; }

tool-%: need-python
	@$(PYTHON) tools/build.py $*

# A variable that the target cannot do without.
need-%:
	@: $(if $($*),,$(error $* is missing: make $(MAKECMDGOALS) $*=...))
