# The commands of this project. `make run` and `make test` do all set-up themselves.
PYTHON ?= python3
PORT ?= 8501
# uv is used where it is installed; otherwise it is brought into .uv/ of this folder. The system's Python is left as it is.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
export UV_PYTHON ?= $(shell command -v $(PYTHON))
export UV_PYTHON_DOWNLOADS ?= never
export UV_LINK_MODE ?= copy
SYNC = $(UV) sync --quiet --locked
RUN = $(UV) run --no-sync

.PHONY: run test test-fast faults check format audit bench setup clean translations texts docs

run: setup          ## an invented workshop on http://localhost:8501
	$(RUN) readiness demo --port $(PORT)

test: setup         ## every test, lint, types and import contracts
	$(RUN) python tools/test.py

test-fast: setup    ## the tests without a browser
	$(RUN) pytest -n auto -m "not browser" -q

faults: setup       ## hundreds of injected faults: kills, flipped bits, full disks (15-30 minutes)
	FAULTS=long $(RUN) pytest -q -s -p no:xdist -m faults

check: setup        ## lint, types, imports
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) readiness check questionnaires

format: setup
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

audit: setup        ## hashes, licences, insecure constructs, bill of materials, known vulnerabilities (needs the internet)
	$(RUN) python tools/audit.py

bench: setup        ## ratios against a floor or a peer, measured in one run
	$(RUN) python -m benchmarks

translations: setup ## extract the English texts, bring all translations up to date, check them, show how far each is
	$(RUN) python tools/translations.py

texts: translations

docs: setup         ## write the outputs of the executed documents anew
	$(RUN) python tools/write_documents.py

setup: $(UV)
	@$(SYNC)

.uv/bin/uv:
	@$(PYTHON) tools/bring_uv.py

clean:
	rm -rf .venv .uv build dist
