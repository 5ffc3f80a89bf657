# Viva: `make run` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
LLAMA := .venv-llama
BIN := $(VENV)/bin
export HF_HUB_OFFLINE := 1
# Some machines forbid bytecode; without it every start compiles torch again, for ten seconds and more.
export PYTHONDONTWRITEBYTECODE :=

# uv does not read pip's settings: hand on a folder of local builds where a machine has one; elsewhere ask
# for PyTorch's CPU build, which is gigabytes smaller than the default.
UV := UV_FIND_LINKS="$${PIP_FIND_LINKS:-}" VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet -c constraints.txt
TORCH := $(if $(PIP_FIND_LINKS),,--torch-backend cpu)

.PHONY: run chat test unit contract lint eval bench index clean

run: $(VENV)/.installed  ## serve on http://127.0.0.1:8000
	@$(BIN)/viva serve

chat: $(VENV)/.installed  ## an interview in the terminal
	@$(BIN)/viva chat

index: $(VENV)/.installed  ## build the index without serving
	@$(BIN)/viva index

test: $(VENV)/.installed-test  ## every test, the browser's included
	@$(BIN)/python -m pytest tests/unit
	@$(BIN)/python -m pytest tests/contract tests/browser -n 2 --dist loadfile

unit: $(VENV)/.installed-test  ## the fast tests
	@$(BIN)/python -m pytest tests/unit

contract: $(VENV)/.installed-test $(LLAMA)/.installed  ## the engine llm against a real model server; builds it first, for ten minutes
	@VIVA_TEST_LLAMA_PYTHON=$(CURDIR)/$(LLAMA)/bin/python $(BIN)/python -m pytest -s tests/real_server/check_llama.py

lint: $(VENV)/.installed-test  ## style, types, content, Dockerfile
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/hadolint --failure-threshold warning Dockerfile
	@$(BIN)/viva lint

eval: $(VENV)/.installed-test  ## how right Viva is; fails where a figure is worse than eval/baselines says
	@$(BIN)/viva eval --gate

bench: $(VENV)/.installed-test  ## speed and memory on this machine
	@$(BIN)/python -m eval.bench

$(VENV)/.uv:
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Viva needs Python 3.11 or newer; set PYTHON=python3.x")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	@touch $@

$(VENV)/.installed: $(VENV)/.uv constraints.txt pyproject.toml
	@echo "Installing what Viva needs (the first time takes a while) …"
	@$(UV) $(TORCH) -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed tests/install-chromium.sh
	@$(UV) $(TORCH) -e '.[test]'
	@sh tests/install-chromium.sh $(BIN)/python
	@touch $@

# An environment of its own: its server brings other versions of what Viva uses.
$(LLAMA)/.installed: $(VENV)/.uv constraints.txt
	@echo "Building llama-cpp-python's server in $(LLAMA) (about ten minutes) …"
	@$(PYTHON) -m venv $(LLAMA)
	@$(subst VIRTUAL_ENV=$(VENV),VIRTUAL_ENV=$(LLAMA),$(UV)) 'llama-cpp-python[server]' gguf
	@touch $@

clean:  ## remove the environment; the data folder stays
	rm -rf $(VENV) $(LLAMA)
