# `make demo` shows the product, `make test` proves it; `make help` lists the rest.
# What is up to date stays as it is: a second run of any target installs and builds nothing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first interpreter that is new enough; override with `make PYTHON=... demo`.
PYTHON ?= $(shell scripts/find_python)
# Tests wait for servers and other processes more than they compute, so one more than two cores is well used.
WORKERS ?= 3
VENV := .venv
EXAMPLE := 01_customer_lifetime_value.ipynb
DEMO := build/demo

# jupyter-builder, which the npm scripts call, and all Python tools come from the environment.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

LOCKED := $(VENV)/.locked
INSTALLED := $(VENV)/.installed
NODE_MODULES := labextension/node_modules/.package-lock.json
EXTENSION := jupyter_features/labextension/static/style.js
EXTENSION_SOURCES := $(wildcard labextension/*.json) $(shell find labextension/src labextension/style labextension/schema -type f)

.PHONY: help demo lab test check examples screenshots format build lock clean
help:
	@echo 'make demo    run the example in a fresh project, and show what it did'
	@echo 'make lab     open the example in JupyterLab'
	@echo 'make test    run every test, the browser tests included'
	@echo 'make check   format, lint, types and layers, of both languages'
	@echo 'make examples  run the example notebooks anew and store their outputs'
	@echo 'make screenshots  take the pictures of the README anew'
	@echo 'make format  write the format that make check asks for'
	@echo 'make build   wheel and sdist, in dist/'
	@echo 'make lock    renew the two requirements files and package-lock.json'
	@echo 'make clean   delete everything that these commands made'

demo: $(INSTALLED)
	@python scripts/demo.py --examples examples --project $(DEMO) --notebook $(EXAMPLE)

lab: $(INSTALLED) $(DEMO)/$(EXAMPLE)
	jupyter lab --ServerApp.root_dir=$(DEMO) $$([ "$$(id -u)" -ne 0 ] || echo --allow-root) $(DEMO)/$(EXAMPLE)

$(DEMO)/$(EXAMPLE):
	@$(MAKE) demo

test: $(INSTALLED)
	@scripts/find_chromium
	scripts/with_node npm --prefix labextension test
	python -m pytest --numprocesses $(WORKERS) --dist loadgroup

check: $(INSTALLED)
	ruff format --check .
	ruff check .
	mypy --strict
	scripts/with_node npm --prefix labextension run check
	python -m pytest -q tests/test_layers.py

examples: $(INSTALLED)
	python scripts/store_outputs.py

screenshots: $(INSTALLED)
	@scripts/find_chromium
	JUPYTER_FEATURES_SCREENSHOTS=1 python -m pytest -q tests/ui/test_journey.py

format: $(INSTALLED)
	ruff format .
	ruff check --fix .
	scripts/with_node npm --prefix labextension run format

build: $(INSTALLED)
	rm -rf dist
	scripts/with_node python -m build --no-isolation --outdir dist

# uv writes a lock of its own on the way; it names the index it was made with, so only the exports are kept.
# Node packages of the last month are left out: a bad release is usually found by then.
lock: $(LOCKED)
	uv export --quiet --upgrade --no-emit-project --no-default-groups --group dev --format requirements.txt --output-file requirements-dev.lock > /dev/null
	uv export --quiet --only-group node --format requirements.txt --output-file requirements-node.lock > /dev/null
	rm uv.lock
	scripts/with_node npm --prefix labextension install --package-lock-only --before="$$(python -c 'from datetime import date, timedelta; print(date.today() - timedelta(30))')"

clean:
	rm -rf $(VENV) build dist labextension/node_modules labextension/lib jupyter_features/labextension
	rm -rf .hypothesis .mypy_cache .ruff_cache .pytest_cache labextension/tsconfig.tsbuildinfo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo 'Python 3.11 or newer with the venv module is needed (on Debian: apt-get install python3-venv).' >&2; exit 1; }
	@scripts/quietly 'Making the environment in $(VENV)' $(PYTHON) -m venv $(VENV)

$(LOCKED): requirements-dev.lock | $(VENV)/bin/python
	@scripts/quietly 'Installing the locked Python packages' python -m pip install --require-hashes -r $<
	@touch $@

$(NODE_MODULES): labextension/package-lock.json | $(LOCKED)
	@scripts/quietly 'Installing the locked node packages' scripts/with_node npm --prefix labextension ci
	@touch $@

$(EXTENSION): $(EXTENSION_SOURCES) $(NODE_MODULES)
	@scripts/quietly 'Building the lab extension' scripts/with_node npm --prefix labextension run build:prod
	@touch $@

# Editable: changes of Python code need no second run. The built extension is copied into the environment, so a new build does.
$(INSTALLED): $(LOCKED) $(EXTENSION) pyproject.toml $(wildcard jupyter-config/*/*)
	@scripts/quietly 'Installing jupyter_features' python -m pip install --no-deps --no-build-isolation --editable .
	@touch $@
