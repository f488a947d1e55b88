# `make lab` to learn, `make test` to know that all of it works. `make` alone lists the rest.
# Everything runs from .venv, which the first target that needs it fills with PYTHON.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help lab setup check test prove build bench soak fresh lock clean

help:  ## this list
	@echo "labkit: a real Kubernetes to learn on."
	@echo
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | \
		while IFS="$$(printf '\t')" read -r name what; do printf '  make %-7s %s\n' "$$name" "$$what"; done
	@echo
	@echo "New here? \`make lab\` prepares this machine, starts a cluster and opens the first lesson."

lab:  ## prepare this machine, start a cluster, open the first lesson in JupyterLab
	@$(PYTHON) -m tools.bootstrap lab
	@$(BIN)/labkit lab $(if $(filter-out 0,$(LAB_HEADLESS)),--headless)

setup:  ## the environment for working on labkit itself
	@$(PYTHON) -m tools.bootstrap dev

check: setup  ## the gate before every commit: no cluster, no network, under a minute
	@$(BIN)/python -m tools.suite check

test: setup  ## the gate before every merge: check, clusters, notebooks, the proof of each exercise
	@$(BIN)/python -m tools.suite test

prove: setup  ## prove the exercises; EXERCISE=<id> or LESSON=NN for some of them
	@$(BIN)/python -m tools.suite prove $(EXERCISE) $(LESSON)

build: setup  ## write notebooks/*.ipynb from notebooks/source
	@$(BIN)/labkit build

bench: setup  ## measure how long clusters take; writes the table in README.md
	@$(BIN)/python -m tools.bench

soak: setup  ## break a cluster at random and see it mended; MINUTES=60 SEED=<number>
	@$(BIN)/python -m tools.soak $(or $(MINUTES),60) $(SEED)

fresh: setup  ## both README commands on a fresh Debian made for it; needs root
	@$(BIN)/python -m tools.suite fresh

lock: setup  ## write requirements/*.lock from the pins in pyproject.toml
	@$(BIN)/python -m tools.suite lock

clean:  ## remove the environment; labs and built programs stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
