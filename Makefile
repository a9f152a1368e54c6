# Belfry's commands. Each target is a thin line over a program that also runs by itself; `make help` lists them.
# A fresh machine needs Python 3.11 or newer and Go; everything else is made by the first target that needs it.

PYTHON ?= python3
RUN := .venv/bin/python -m
BUILD := $(PYTHON) -m tools.build

# Recipes see the pinned tools first; the user's own PATH stays as it is.
export PATH := $(CURDIR)/.tools/bin:$(PATH)

# Recipes read what users give from the environment, as it was given: neither make nor the shell takes it for anything
# but text. Make would expand a value such as $(shell ...) when it exports the variable under its own name.
GIVEN := A AGAIN ALERTMANAGER APPROVER B BASE BUDGET BUMP CHART CHECK COMMIT COMPONENT DAY DAYS ENV EVIDENCE FEATURE FOR FROM HTML HURRY ID IN_CLUSTER KIND KUBERNETES LOAD LOKI MESSAGE NAME NAMESPACE ONLY OUT OVERRIDE PAGES PDF PERIOD PLAN PUBLISH \
	PROMETHEUS REASON RECORD REMEDIATION REPORT REPOSITORY RESULT ROWS RUN_URL SIMULATED SKIP SQL STATE STATUS SUBJECT SYSTEM TARGET TEAM TO TOOL VERB VERSION WATCH WRITE
unexport $(GIVEN)
$(foreach name,$(GIVEN),$(eval export GIVEN_$(name) = $$(value $(name))))

.DEFAULT_GOAL := help
# The steps of a target build on each other.
.NOTPARALLEL:
.PHONY: help up status down archive doctor alarm history faults fault gameday preview plan cost policy changes comment backend detect drift forecast moved gate report review warehouse query incident verify evidence promote reviewed deploy diff test test-fast test-engine test-servers check rules-check charts-check chart addons assets pictures lock release schema new tools browser venv constraints clean

help: ## List the targets with a sentence each.
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ line = sprintf("%-14s", $$1); \
		count = split($$2, words, " "); \
		for (i = 1; i <= count; i++) { \
			if (length(line " " words[i]) > 80) { print line; line = sprintf("%-14s", "") } \
			line = line " " words[i] } \
		print line }'

up: venv need-first-tools ## Bring up the local environment: deploy `local` offline, run its servers and a demo workload here (SYSTEM=cloudmart LOAD=2, REMEDIATION=act lets it heal).
	@$(RUN) engine up local
	@set -f; set --; for each in $$GIVEN_SYSTEM; do set -- "$$@" --system="$$each"; done; \
		$(RUN) lab up --build "$$@" $${GIVEN_LOAD:+--load="$$GIVEN_LOAD"} $${GIVEN_REMEDIATION:+--remediation="$$GIVEN_REMEDIATION"}

status: venv ## Show the state of the local environment's servers.
	@$(RUN) lab status

down: venv ## Stop the local environment; its data stays for the next `make up`.
	@$(RUN) lab down

history: venv tool-promtool ## Give the local Prometheus eight weeks of simulated use, for forecasts.
	@$(RUN) lab history

faults: venv ## List the faults for the demo workload, and the alert that each must raise.
	@$(RUN) lab faults

fault: need-NAME venv ## Inject a fault and wait for its alert: make fault NAME=outage (TARGET=cloudmart/backend FOR=5m)
	@$(RUN) lab fault $${GIVEN_TARGET:+--target="$$GIVEN_TARGET"} $${GIVEN_FOR:+--for="$$GIVEN_FOR"} -- "$$GIVEN_NAME"

gameday: venv ## Run every fault in turn and judge it: make gameday (HURRY=10 waits a tenth, ONLY=outage runs one, REMEDIATION=act or shadow compares)
	@$(RUN) lab gameday $${GIVEN_ONLY:+--only="$$GIVEN_ONLY"} $${GIVEN_HURRY:+--hurry="$$GIVEN_HURRY"} $${GIVEN_REMEDIATION:+--remediation="$$GIVEN_REMEDIATION"}

alarm: need-NAME need-STATE venv ## Set a CloudWatch alarm of the local environment: make alarm NAME=prod-... STATE=ALARM (or OK)
	@$(RUN) lab alarm $${GIVEN_REASON:+--reason="$$GIVEN_REASON"} -- "$$GIVEN_NAME" "$$GIVEN_STATE"

preview: need-ENV venv tool-pulumi ## Preview the resources of an environment, without credentials: make preview ENV=dev
	@$(RUN) engine preview -- "$$GIVEN_ENV"

plan: need-ENV venv tool-pulumi ## Write the plan of an environment to build/<env>/plan.json: make plan ENV=dev (SIMULATED=1: nothing unknown, as evidence needs it)
	@$(RUN) engine plan $${GIVEN_SIMULATED:+--offline --simulated} -- "$$GIVEN_ENV"

cost: need-ENV venv tool-pulumi ## Estimate the monthly cost of an environment, by component: make cost ENV=prod (BUDGET=500 checks a limit)
	@$(RUN) engine cost $${GIVEN_BUDGET:+--budget="$$GIVEN_BUDGET"} -- "$$GIVEN_ENV"

changes: need-BASE venv tool-pulumi ## Report what a change does, against where it parted from BASE: make changes BASE=main (ENV=prod, HTML=file, REPORT=file)
	@set -f; $(RUN) engine changes --base="$$GIVEN_BASE" $${GIVEN_HTML:+--html="$$GIVEN_HTML"} $${GIVEN_REPORT:+--report="$$GIVEN_REPORT"} -- $${GIVEN_ENV:-all}

comment: venv ## Comment on a pull request with the report of another run; for a workflow on workflow_run alone.
	@$(RUN) ops comment

policy: need-ENV venv tool-pulumi ## Ask the policies about what an environment would get: make policy ENV=prod (PLAN=file; exit code 3: a mandatory finding)
	@$(RUN) engine policy $${GIVEN_PLAN:+--plan="$$GIVEN_PLAN"} -- "$$GIVEN_ENV"

backend: need-ENV venv ## Create the bucket and key for an environment's state: make backend ENV=prod (CHECK=1 only checks)
	@$(RUN) ops backend --env="$$GIVEN_ENV" $${GIVEN_CHECK:+--check}

detect: need-ENV venv ## Detect the kinds of nodes of an adopted cluster, for cluster.compute: make detect ENV=prod (WRITE=1 writes it).
	@$(RUN) ops detect --env="$$GIVEN_ENV" $${GIVEN_WRITE:+--write}

drift: need-ENV venv tool-pulumi ## Compare what runs with what was deployed, and change nothing: make drift ENV=prod (PUBLISH=1 sends the metric of the alert)
	@$(RUN) ops drift --env="$$GIVEN_ENV" $${GIVEN_PUBLISH:+--publish}

forecast: need-ENV venv ## Forecast when limits will be met: make forecast ENV=local (SUBJECT=volume DAYS=28 PROMETHEUS=URL OUT= PUBLISH=1 sends the metrics of the board and the alert)
	@$(RUN) ops forecast --env="$$GIVEN_ENV" $${GIVEN_SUBJECT:+--subject="$$GIVEN_SUBJECT"} $${GIVEN_DAYS:+--days="$$GIVEN_DAYS"} $${GIVEN_PROMETHEUS:+--prometheus="$$GIVEN_PROMETHEUS"} $${GIVEN_OUT:+--out="$$GIVEN_OUT"} $${GIVEN_PUBLISH:+--publish}

moved: need-ENV venv ## List the series that moved during an incident: make moved ENV=local ID=2026-11-30-shop-01 (or FROM=2026-11-30T10:15 TO=; SYSTEM= PROMETHEUS=URL)
	@$(RUN) ops moved --env="$$GIVEN_ENV" $${GIVEN_ID:+--id="$$GIVEN_ID"} $${GIVEN_FROM:+--from="$$GIVEN_FROM"} $${GIVEN_TO:+--to="$$GIVEN_TO"} $${GIVEN_SYSTEM:+--system="$$GIVEN_SYSTEM"} $${GIVEN_PROMETHEUS:+--prometheus="$$GIVEN_PROMETHEUS"}

gate: need-ENV need-SYSTEM venv ## Check whether the error budget allows a deployment now: make gate ENV=local SYSTEM=cloudmart (COMPONENT= FEATURE= KIND=fix REASON= APPROVER= PROMETHEUS=URL or STATUS=FILE, REPORT=file also as JSON)
	@$(RUN) ops gate --env="$$GIVEN_ENV" --system="$$GIVEN_SYSTEM" $${GIVEN_COMPONENT:+--component="$$GIVEN_COMPONENT"} $${GIVEN_FEATURE:+--feature="$$GIVEN_FEATURE"} $${GIVEN_KIND:+--kind="$$GIVEN_KIND"} $${GIVEN_REASON:+--reason="$$GIVEN_REASON"} \
		$${GIVEN_APPROVER:+--approver="$$GIVEN_APPROVER"} $${GIVEN_OVERRIDE:+--override="$$GIVEN_OVERRIDE"} $${GIVEN_RECORD:+--record="$$GIVEN_RECORD"} $${GIVEN_PROMETHEUS:+--prometheus="$$GIVEN_PROMETHEUS"} $${GIVEN_STATUS:+--status="$$GIVEN_STATUS"} $${GIVEN_REPORT:+--report="$$GIVEN_REPORT"}

report: need-ENV venv ## Report what objectives and agreements achieved: make report ENV=local PERIOD=week (FOR=2026-W48 SYSTEM= FEATURE= TEAM= PROMETHEUS=URL ROWS= OUT= PDF=1)
	@$(RUN) ops report --env="$$GIVEN_ENV" $${GIVEN_PERIOD:+--period="$$GIVEN_PERIOD"} $${GIVEN_FOR:+--for="$$GIVEN_FOR"} $${GIVEN_SYSTEM:+--system="$$GIVEN_SYSTEM"} $${GIVEN_FEATURE:+--feature="$$GIVEN_FEATURE"} $${GIVEN_TEAM:+--team="$$GIVEN_TEAM"} \
		$${GIVEN_PROMETHEUS:+--prometheus="$$GIVEN_PROMETHEUS"} $${GIVEN_ROWS:+--rows="$$GIVEN_ROWS"} $${GIVEN_OUT:+--out="$$GIVEN_OUT"} $${GIVEN_PDF:+--pdf}

review: need-ENV venv ## Review the alerts of a period: make review ENV=local PERIOD=week (FOR=2026-W48 SYSTEM= TEAM= PROMETHEUS=URL ALERTMANAGER=URL LOKI=URL ROWS= OUT=)
	@$(RUN) ops review --env="$$GIVEN_ENV" $${GIVEN_PERIOD:+--period="$$GIVEN_PERIOD"} $${GIVEN_FOR:+--for="$$GIVEN_FOR"} $${GIVEN_SYSTEM:+--system="$$GIVEN_SYSTEM"} $${GIVEN_TEAM:+--team="$$GIVEN_TEAM"} \
		$${GIVEN_PROMETHEUS:+--prometheus="$$GIVEN_PROMETHEUS"} $${GIVEN_ALERTMANAGER:+--alertmanager="$$GIVEN_ALERTMANAGER"} $${GIVEN_LOKI:+--loki="$$GIVEN_LOKI"} $${GIVEN_ROWS:+--rows="$$GIVEN_ROWS"} $${GIVEN_OUT:+--out="$$GIVEN_OUT"}

warehouse: need-ENV venv ## Keep one day of objectives, business numbers, costs, incidents and verdicts as Parquet: make warehouse ENV=local (DAY=2026-11-30 AGAIN=1 reads a kept day once more, PROMETHEUS=URL ROWS=)
	@$(RUN) ops warehouse --env="$$GIVEN_ENV" $${GIVEN_DAY:+--day="$$GIVEN_DAY"} $${GIVEN_AGAIN:+--again} $${GIVEN_PROMETHEUS:+--prometheus="$$GIVEN_PROMETHEUS"} $${GIVEN_ROWS:+--rows="$$GIVEN_ROWS"}

query: need-ENV venv ## Answer a query of rules/athena, or SQL, from the rows that are kept: make query ENV=local NAME=time-to-restore (or SQL="SELECT ..."; ROWS=)
	@$(RUN) ops query --env="$$GIVEN_ENV" $${GIVEN_NAME:+--name="$$GIVEN_NAME"} $${GIVEN_SQL:+--sql="$$GIVEN_SQL"} $${GIVEN_ROWS:+--rows="$$GIVEN_ROWS"}

# By default the files that the other targets write: the plan, and the answers of the gate and of the verification.
evidence: need-ENV need-KIND venv ## Write one document about the checked-out commit, for its promotion: make evidence ENV=dev KIND=plan (RESULT= RUN_URL= PROMETHEUS= EVIDENCE=)
	@case $$GIVEN_KIND in plan|policy) set -- --from="build/$$GIVEN_ENV/plan.json" ;; gate) set -- --from=build/gate.json ;; \
		verification) set -- --from=build/verify.json ;; *) set -- ;; esac; \
		$(RUN) ops evidence write --env="$$GIVEN_ENV" --kind="$$GIVEN_KIND" "$$@" $${GIVEN_RESULT:+--result="$$GIVEN_RESULT"} $${GIVEN_RUN_URL:+--run="$$GIVEN_RUN_URL"} \
		$${GIVEN_PROMETHEUS:+--prometheus="$$GIVEN_PROMETHEUS"} $${GIVEN_EVIDENCE:+--evidence="$$GIVEN_EVIDENCE"}

reviewed: need-COMMIT ## Check that a commit, by all its 40 digits, is part of the branch that is checked out: make reviewed COMMIT=...
	@{ test "$$(git rev-parse --verify --quiet --end-of-options "$$GIVEN_COMMIT^{commit}")" = "$$GIVEN_COMMIT" && \
		git merge-base --is-ancestor "$$GIVEN_COMMIT" HEAD; } || \
		{ printf 'COMMIT: found %s; allowed: all 40 digits of a commit of this branch\n' "$$GIVEN_COMMIT" >&2; exit 2; }

deploy: need-ENV venv ## Update an environment for real, without asking, by the Pulumi on PATH: for a pipeline, after `make promote`.
	@$(RUN) engine up --real --yes -- "$$GIVEN_ENV"

verify: need-ENV venv ## Verify a running environment against its plan: make verify ENV=local (ONLY="rules routes" SKIP= SYSTEM= PAGES=1 sends test pages, WATCH=1 FOR=10m repeats, IN_CLUSTER=1 from a pod, REPORT=file also as JSON; exit codes: docs/verify.md)
	@set -f; set --; for each in $$GIVEN_ONLY; do set -- "$$@" --only="$$each"; done; \
		for each in $$GIVEN_SKIP; do set -- "$$@" --skip="$$each"; done; \
		for each in $$GIVEN_SYSTEM; do set -- "$$@" --system="$$each"; done; \
		$(RUN) ops verify --env="$$GIVEN_ENV" "$$@" $${GIVEN_PLAN:+--plan="$$GIVEN_PLAN"} $${GIVEN_PAGES:+--pages} $${GIVEN_WATCH:+--watch} $${GIVEN_FOR:+--for="$$GIVEN_FOR"} $${GIVEN_IN_CLUSTER:+--in-cluster} $${GIVEN_REPORT:+--report="$$GIVEN_REPORT"}

promote: need-FROM need-TO venv ## Say whether a commit may go to the next environment, and which evidence is missing: make promote FROM=dev TO=staging (COMMIT= EVIDENCE= PLAN=)
	@$(RUN) ops promote --from="$$GIVEN_FROM" --to="$$GIVEN_TO" $${GIVEN_COMMIT:+--commit="$$GIVEN_COMMIT"} $${GIVEN_EVIDENCE:+--evidence="$$GIVEN_EVIDENCE"} $${GIVEN_PLAN:+--plan="$$GIVEN_PLAN"}

incident: need-ENV venv ## List incidents, or show, draft or watch: make incident ENV=local (VERB=show ID=..., VERB=draft ID=..., VERB=actions, VERB=watch)
	@$(RUN) ops incident "$${GIVEN_VERB:-list}" --env="$$GIVEN_ENV" $${GIVEN_PROMETHEUS:+--prometheus="$$GIVEN_PROMETHEUS"} $${GIVEN_ID:+-- "$$GIVEN_ID"}

archive: venv ## Build the job archive with Belfry's own programs, which `pulumi up` uploads, into build/jobs.
	@$(RUN) engine archive

diff: need-A need-B venv ## Compare two plans: make diff A=old.json B=new.json
	@$(RUN) engine diff -- "$$GIVEN_A" "$$GIVEN_B"

# The floors of coverage are in pyproject.toml.
test: check need-tested-tools browser ## Check everything, then run all tests with coverage; builds the tools they need.
	@mkdir -p build
	@$(RUN) slipcover --json --out build/coverage.json -m pytest -n auto --dist worksteal
	@$(RUN) slipcover --merge build/coverage.json --out build/coverage.json
	@$(RUN) tools.coverage_floors build/coverage.json

test-fast: venv need-all-tested-tools ## Run the tests that start neither the engine nor servers; with test-engine and test-servers it is all of `make test`.
	@$(RUN) pytest -n auto --dist worksteal --group=fast

test-engine: venv need-all-tested-tools ## Run the tests that start the real Pulumi engine or render charts.
	@$(RUN) pytest -n auto --dist worksteal --group=engine

test-servers: venv need-all-tested-tools browser ## Run the tests that start real servers or a browser.
	@$(RUN) pytest -n auto --dist worksteal --group=servers

check: venv tool-actionlint ## Lint, formatting and types of all Python files, the words of all texts, and the workflows.
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) authoring prose
	@actionlint -shellcheck= -pyflakes=
	@$(RUN) mypy --strict .

rules-check: venv $(addprefix tool-,promtool amtool lokitool) ## Check and test all rules with promtool, amtool, lokitool and Belfry's linter.
	@$(RUN) authoring rules-check

charts-check: venv tool-pulumi tool-helm ## Render every Helm release with its pinned chart and check it (CHART_MIRROR=folder or URL).
	@$(RUN) engine charts-check --profiles --kinds

chart: need-CHART need-VERSION venv tool-pulumi tool-helm ## Take a version of a Helm chart, and show what it changes for our values: make chart CHART=loki VERSION=18.12.0 (CHART_MIRROR=folder or URL; REPOSITORY=URL NAMESPACE=name starts a new chart)
	@$(RUN) engine chart $${GIVEN_REPOSITORY:+--repository="$$GIVEN_REPOSITORY"} $${GIVEN_NAMESPACE:+--namespace="$$GIVEN_NAMESPACE"} -- "$$GIVEN_CHART" "$$GIVEN_VERSION"

addons: need-KUBERNETES venv ## Take the add-on versions and node images that AWS offers into versions.toml: make addons KUBERNETES=1.35 (CHECK=1 only shows, ENV=prod asks as it does)
	@$(RUN) ops addons --kubernetes="$$GIVEN_KUBERNETES" $${GIVEN_ENV:+--env="$$GIVEN_ENV"} $${GIVEN_CHECK:+--check}

assets: venv ## Write the generated rules and dashboards from the catalog, and the settings' description in Pulumi.yaml.
	@$(RUN) authoring assets
	@$(RUN) engine schema

pictures: venv $(addprefix tool-,promtool prometheus) ## Render every Grafana dashboard from live queries into docs/dashboards.
	@$(RUN) pictures draw

lock: venv ## Write checksums and changelog of changed assets: make lock BUMP=patch MESSAGE="..." (or minor, major)
	@$(RUN) authoring lock $${GIVEN_BUMP:+--bump="$$GIVEN_BUMP"} --message="$$GIVEN_MESSAGE"

release: need-VERSION venv ## Tag a release, with its notes and a zip of rules and dashboards: make release VERSION=1.2.0
	@$(RUN) authoring assets --check
	@$(RUN) authoring lock
	@$(RUN) tools.release "$$GIVEN_VERSION"

schema: venv ## Write the JSON Schema of the catalog, for editors, and the settings' description in Pulumi.yaml.
	@$(RUN) authoring schema
	@$(RUN) engine schema

new: need-SYSTEM venv ## Start the catalog file of a new system: make new SYSTEM=name
	@$(RUN) authoring new system -- "$$GIVEN_SYSTEM"

tools: need-python ## Build the pinned command-line tools into .tools/bin, or one: make tools TOOL=promtool
	@set -f; $(BUILD) $$GIVEN_TOOL

doctor: need-python ## Say what this machine has, what has to be built, and what is missing.
	@$(PYTHON) -m tools.doctor

browser: venv ## Find a Chromium for the tests of the console, or install Debian's.
	@$(RUN) lab.console.browser

venv: need-python ## Make or update .venv from the pinned requirements.
	@$(PYTHON) -m tools.install

constraints: need-python ## Resolve and freeze all Python packages again, after a change of a requirements file.
	@$(PYTHON) -m tools.constraints

clean: ## Stop the local environment and remove its state and all build output; .venv and .tools stay.
	@if [ -d .local/lab ] && [ -x .venv/bin/python ]; then $(RUN) lab down; fi
	rm -rf .local build

need-python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is no $(PYTHON) on PATH" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, this is $$($(PYTHON) --version); try: make PYTHON=python3.12 ..." >&2; exit 1; }

need-first-tools: need-python
	@$(BUILD) --for=start

# A tool that cannot be built fails the tests that need it, by name, and no others.
need-tested-tools: need-python
	@$(BUILD) --keep-going --for=test

need-all-tested-tools: need-python
	@$(BUILD) --for=test

tool-%: need-python
	@$(BUILD) $*

# A variable that the target cannot do without.
need-%:
	@: $(if $(value $*),,$(error $* is missing: make $(MAKECMDGOALS) $*=...))
