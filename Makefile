# A thin front to CMake's presets. PRESET=release|dev|asan|tsan.

PRESET ?= release
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
CMAKE ?= cmake
CTEST ?= ctest
SETUP ?= tools/setup
BUILD := build/$(PRESET)
VENV := build/venv
PYTHON ?= python3

# Configures quietly: only the steps that failed speak.
define configure
@$(CMAKE) --preset $(PRESET) $(if $(shell command -v ninja),,-G "Unix Makefiles") --log-level=WARNING > /dev/null
endef

.PHONY: help setup configure build mnist python test test-peers fuzz bench bench-peers install docs ulp format check \
  clean

help:
	@echo 'make mnist [DATA=dir] [ARGS=...]  train a small network on digits'
	@echo 'make test                         build everything and run every test'
	@echo 'make test-peers                   the same from Python, beside PyTorch, as its device and beside its generator'
	@echo 'make fuzz [SECONDS=n] [RUNS=n]    look for input that the generator does not bear'
	@echo 'make build                        build everything'
	@echo 'make python                       build the Python module into $(BUILD)/python'
	@echo 'make bench                        run the benchmarks; JSON in build/$(PRESET)/bench.json'
	@echo 'make bench-peers [ARGS=...]       the same work on PyTorch and JAX, by turns'
	@echo 'make install [PREFIX=dir]         install the library, its headers and its CMake package'
	@echo 'make docs                         write docs/operators.md anew'
	@echo 'make format                       format all C++'
	@echo 'make check                        check format, layers and the catalogue'
	@echo 'make setup                        install what the build needs'
	@echo 'make clean                        remove build/$(PRESET)'
	@echo
	@echo 'PRESET=release|dev|asan|tsan chooses the build, JOBS=n its width.'

setup:
	@$(SETUP)

configure: setup
	$(configure)

# What the Python module and its tests need, in an environment of their own.
$(VENV)/made: python/requirements-test.txt | setup
	@echo 'setup: making $(VENV)'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

python: $(VENV)/made configure
	@$(CMAKE) --build --preset $(PRESET) -j $(JOBS) --target lazuli_python_package

build: configure
	@$(CMAKE) --build --preset $(PRESET) -j $(JOBS)

mnist: configure
	@$(CMAKE) --build --preset $(PRESET) -j $(JOBS) --target mnist
	@$(BUILD)/bin/mnist $(if $(DATA),--data $(DATA)) $(ARGS)

test: $(VENV)/made build
	@$(CTEST) --preset $(PRESET) -j $(JOBS)

test-peers: python
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r python/requirements-peers.txt
	$(configure)
	@$(CMAKE) --build --preset $(PRESET) -j $(JOBS) --target lazuli_generated lazuli_torch codegen_test
	@$(CTEST) --preset $(PRESET) -R 'python_test|torch|codegen_test' --no-tests=error

fuzz:
	@$(SETUP) clang libclang-rt-dev
	@tools/fuzz $(if $(RUNS),--runs $(RUNS),--seconds $(or $(SECONDS),60))

# Rows take turns: what a machine can do changes from minute to minute, and a row is set beside its limit.
bench: build
	@$(BUILD)/bin/lazuli_bench --benchmark_repetitions=5 --benchmark_min_time=0.08 \
	  --benchmark_enable_random_interleaving=true --benchmark_out=$(BUILD)/bench.json --benchmark_out_format=json $(ARGS)
	@tools/bench_report $(BUILD)/bench.json

bench-peers: build
	@tools/bench_peers $(BUILD) $(ARGS)

install: build
	@$(CMAKE) --install $(BUILD) --prefix $(PREFIX)

docs: build
	@cp $(BUILD)/generated/docs/operators.md docs/operators.md

ulp: build
	@cmake --build $(BUILD) --target ulp
	@$(BUILD)/bin/ulp

format:
	@$(SETUP) clang-format
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

check: build
	@$(SETUP) clang-format
	@tools/check $(BUILD)

clean:
	@$(CMAKE) -E rm -rf $(BUILD)
