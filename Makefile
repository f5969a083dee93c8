# What `sam build` calls for each function; `cargo xtask build` (with `--arm64` for Graviton) has built them all before.
# SAM calls it from one folder or another, so the paths start at this file.
BUILT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))target/lambda

.PHONY: build-IngestFunction
build-IngestFunction:
	cp -R $(BUILT)/ingest/. "$(ARTIFACTS_DIR)"

.PHONY: build-SweepFunction
build-SweepFunction:
	cp -R $(BUILT)/sweep/. "$(ARTIFACTS_DIR)"

# Every other function is a flow's consumer.
build-%:
	cp -R $(BUILT)/consumer/. "$(ARTIFACTS_DIR)"
