# Every target works on a fresh clone with Go, make and Python; nothing else is
# set up by hand. `make help` lists them.

GO       ?= go
PKG      ?= ./...
FUZZTIME ?= 10m
EVENTS   ?= 2000000
COUNT    ?= 1
PYTHON   ?= python3
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

export CGO_ENABLED = 0

.DEFAULT_GOAL := help
.PHONY: help demo test check fmt vet house generate race fuzz meta bench build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## run the main job over EVENTS (2000000) built-in events
	$(GO) run ./cmd/weir demo --reset --events $(EVENTS)

test: .venv/ready ## run all tests, at most ten minutes
	WEIR_PYTHON=$(CURDIR)/.venv/bin/python $(GO) test -timeout 10m $(PKG)

# PySpark's client, for the test that runs programs of Python.
.venv/ready: connect/testdata/requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

check: fmt vet house generate ## format, vet, the rules of the house, generated files

fmt:
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "not formatted, run gofmt -w:"; echo "$$bad"; exit 1; fi

vet:
	$(GO) vet $(PKG)

house:
	$(GO) test -run 'House|Layers|Narrow|Chain|Rules|Exceptions|Docs' .

# What go generate writes is kept in git. A tree with changes of its own cannot
# be compared, so it is not.
generate:
	@if [ -n "$$(git status --porcelain 2>/dev/null)" ]; then \
		echo "generate: the tree has changes, not compared"; \
	else \
		$(GO) generate $(PKG) && \
		if [ -n "$$(git status --porcelain 2>/dev/null)" ]; then \
			echo "generated files are not up to date, commit these:"; git status --short; exit 1; \
		fi; \
	fi

race: export CGO_ENABLED = 1
race: ## run the short tests under the race detector, with invariants checked
	$(GO) test -race -short -tags invariants $(PKG)

fuzz: ## run each fuzz target for FUZZTIME (10m)
	@for file in $$(grep -rl --include='*_test.go' '^func Fuzz' . | sort); do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$file); do \
			echo "$$(dirname $$file) $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$(dirname $$file) || exit 1; \
		done; \
	done

meta: ## run the random tests anew, with invariants checked
	$(GO) test -count=1 -tags invariants -run 'Random|Metamorphic|Oracle' $(PKG)
	$(GO) test -count=1 -timeout 60m -run TestMetamorphic ./conformance -args -meta-cases 10000
	$(GO) test -count=1 -timeout 120m -run TestSimulation ./internal/query -args -sim-seeds 1000000

bench: ## run the benchmarks COUNT times (1)
	$(GO) test -run '^$$' -bench . -benchmem -count $(COUNT) $(PKG)
	@echo "whole queries, beside Spark and DuckDB: weir bench --help"

build: ## build the program into dist/
	$(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o dist/weir ./cmd/weir
