# `make help` lists everything. Nothing is installed outside this folder (`make test` may install Debian's Chromium as root).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run reset test fuzz lint format bench clean environment environment-dev

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

run: environment ## Two demo cities on http://localhost:8000/, in the foreground, until Ctrl-C
	@exec $(BIN)/townkit run

reset: environment ## Forget everything that was entered locally
	@$(BIN)/townkit reset

test: environment-dev ## The whole suite, browser and MQTT tests included
	@$(BIN)/python -m infra.browser
	@$(BIN)/pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder $(ARGS)

fuzz: environment-dev ## Feed the readers of messages with what strangers might send, for a minute (Linux on x86-64)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-fuzz.txt
	@$(BIN)/python -m infra.fuzz $(ARGS)

lint: environment-dev ## ruff, mypy, the demo cities' files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@for city in tenants/*.yaml; do $(BIN)/townkit lint $$city || exit 1; done
	@$(BIN)/townkit profile lint templates/devices/*.yaml

format: environment-dev ## Let ruff put the code in order
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: environment-dev ## Measure, and write docs/benchmarks.md
	@$(BIN)/python -m infra.bench

clean: ## Remove what was built and installed (data stays: `make reset`)
	@rm -rf build .venv .local/cloud .local/layers .local/pages .local/profiles

environment:
	@$(PYTHON) infra/environment.py run

environment-dev:
	@$(PYTHON) infra/environment.py dev
