# Two commands matter: `make run` and `make test`. Each target is one step of
# scripts/step.sh, which prints what it does and how long it took.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
export CGO_ENABLED ?= 0
STEP := scripts/step.sh

.PHONY: help run build console pay go-build test faults drive bench dist fmt types e2e setup setup-test clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: build ## build everything, start the demo on http://127.0.0.1:8080
	@exec bin/linli demo

build: console pay go-build ## the binary with the front ends inside: bin/linli

console: setup
	@$(STEP) "console: build" npm --prefix web/console run build

pay: setup
	@$(STEP) "pay: build" npm --prefix web/pay run build

go-build: setup
	@$(STEP) "go: build" go build -trimpath -ldflags "-s -w" -o bin/linli ./cmd/linli

setup: ## what building needs: Go, Node, the front ends' packages
	@scripts/setup.sh build

setup-test: ## what testing needs besides: Chromium, PostgreSQL, Chinese fonts
	@scripts/setup.sh test

test: ## everything that CI runs
	@scripts/test.sh

e2e: build setup-test ## browser tests only; E2E=pattern picks some
	@$(STEP) "e2e" scripts/e2e.sh

faults: ## plant every fault of faults/ in a copy and see that a test finds it (6 minutes); FAULT=name
	@FAULT='$(FAULT)' REV='$(REV)' scripts/faults.sh

drive: go-build ## the binary under kill -9, a bad network and bad channels, the next mornings, then journal against books; DURATION=1m, ENGINE=sqlite
	@DURATION='$(DURATION)' ENGINE='$(ENGINE)' scripts/drive.sh

types: go-build ## renew api/openapi.json and the console's types from the code
	@mkdir -p api && bin/linli openapi > api/openapi.json.new && mv api/openapi.json.new api/openapi.json
	@$(STEP) "console: types" npm --prefix web/console run types

fmt: ## format the Go code
	@scripts/gofmt.sh -w

bench: go-build ## billing against the database's own limit; ROOMS=1000000, DB=postgres://…
	@bin/linli bench billing --rooms $(or $(ROOMS),100000) $(if $(DB),--db '$(DB)') --json

dist: build ## release binaries for Linux in dist/
	@scripts/dist.sh "$(VERSION)"

clean: ## remove what was built, keep data
	@rm -rf bin dist .cache e2e/out web/*/node_modules e2e/node_modules
	@find web/*/dist -mindepth 1 ! -name .gitkeep -delete
