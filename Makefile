# Everything a newcomer needs; a second run of any target is quick.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help year snapshots bench bench-check demo test check format lint docs oracle screenshots lock clean

help: ## what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml requirements.lock scripts/make-venv
	@scripts/make-venv $(PYTHON) $(VENV)
	@touch $@

demo: $(STAMP) ## the main job: example sheets to sent (rehearsed) mail
	@$(BIN)/mailer demo

test: $(STAMP) ## every test, with what they need
	@scripts/install-test-programs
	@$(BIN)/python -m pytest -n auto $(PYTEST)

check: lint test ## what must be true before a commit: ruff, mypy, layers, tests

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP) ## let ruff write the code's shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

oracle: $(STAMP) ## ask SheetJS and LibreOffice again what Excel would show (needs npm and soffice)
	@$(BIN)/python -m tests.oracle.make

snapshots: $(STAMP) ## write tests/snapshots anew; look at the difference before you commit it
	@$(BIN)/python -m pytest -q -n auto --snapshot-update tests/snapshots

docs: $(STAMP) ## write docs/reference from the code
	@$(BIN)/python scripts/docs.py

year: $(STAMP) ## live the tutorial's year again: its blocks and its picture
	@$(BIN)/python scripts/year.py

screenshots: $(STAMP) ## every page of the desk, light, dark and on a phone, into build/screenshots
	@$(BIN)/python -m scripts.screenshots

lock: $(STAMP) ## pin what development uses, from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock

bench: $(STAMP) ## measure, beside others, and write docs/explanation/performance.md
	@scripts/install-test-programs
	@$(BIN)/python -m benchmarks $(BENCH)

bench-check: $(STAMP) ## fail where we are slower than we promised
	@scripts/install-test-programs
	@$(BIN)/python -m benchmarks --check $(BENCH)

clean: ## forget the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
