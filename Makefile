# Builds, installs and tests podctl. The work is done by dotnet and by the scripts in tests/image; this file says what depends on what.
PREFIX ?= /usr
DESTDIR ?=
CONFIGURATION ?= Release
# The suites of `make test-matrix`.
SUITES ?= bookworm trixie sid
# The suites of `make test-packages`.
PACKAGE_SUITES ?= trixie
# Of another machine than this one: `make RUNTIME=linux-arm64`, in a directory of its own below out/.
RUNTIME ?=
BUILD = out$(RUNTIME:%=/%)

INSTALL = install -D -m 644
SHARE = $(DESTDIR)$(PREFIX)/share
LIB = $(DESTDIR)$(PREFIX)/lib
# Where zsh looks for completions, below PREFIX: as zsh has it; Debian's looks elsewhere.
ZSH_COMPLETIONS ?= share/zsh/site-functions

BUILD_FILES = $(wildcard Directory.*.props global.json nuget.config)
sources = $(BUILD_FILES) $(shell find $(1) -name obj -prune -o -name bin -prune -o -type f -print)
export DOTNET_NOLOGO = 1
export DOTNET_CLI_TELEMETRY_OPTOUT = 1

.PHONY: all
all: $(BUILD)/podctl $(BUILD)/stage1 ## build both programs (the default)

$(BUILD)/podctl: $(call sources,src/Common src/PodManager packaging/completions)
	$(call publish,src/PodManager)
$(BUILD)/stage1: $(call sources,src/Common src/Stage1)
	$(call publish,src/Stage1)

# gcc as the linker, of Debian's package gcc-aarch64-linux-gnu.
CROSS_linux-arm64 = -p:CppCompilerAndLinker=$(CURDIR)/packaging/cross/aarch64-linux-gnu-gcc -p:ObjCopyName=aarch64-linux-gnu-objcopy
# Renamed into place at the end: a build that fails leaves no file that looks up to date. One at a time, as both compile src/Common.
define publish
@mkdir -p $(@D)
flock out dotnet publish $(1) -c $(CONFIGURATION) -o $(BUILD)/publish/$(@F) $(RUNTIME:%=-r %) $(CROSS_$(RUNTIME)) -v quiet --tl:off
cp $(BUILD)/publish/$(@F)/$(@F) $@.new && mv $@.new $@
endef

# Unit tests run on this machine, the system tests in a throwaway host: out/tests/PROJECT/PROJECT.dll
TESTS = $(wildcard tests/*.Tests)
.PHONY: build-tests
build-tests: $(TESTS:%=out/%.built)
out/tests/%.built: $(call sources,src packaging/completions $(TESTS))
	@mkdir -p $(@D)
	flock out dotnet build tests/$* -c $(CONFIGURATION) -o out/tests/$* -v quiet --tl:off
	@touch $@

.PHONY: install
install: all ## install below DESTDIR and PREFIX
	install -D $(BUILD)/podctl $(DESTDIR)$(PREFIX)/bin/podctl
	install -D $(BUILD)/stage1 $(LIB)/podctl/stage1
	$(INSTALL) $(BUILD)/publish/podctl/THIRD-PARTY-NOTICES.TXT $(SHARE)/doc/podctl/THIRD-PARTY-NOTICES.TXT
	$(foreach f,$(wildcard units/*.service units/*.socket units/*.timer units/*.slice units/*.target),$(INSTALL) $(f) $(LIB)/systemd/system/$(notdir $(f))${\n})
	$(foreach f,$(wildcard packaging/systemd-preset/*.preset),$(INSTALL) $(f) $(LIB)/systemd/system-preset/$(notdir $(f))${\n})
	$(foreach f,$(wildcard packaging/tmpfiles.d/*.conf),$(INSTALL) $(f) $(LIB)/tmpfiles.d/$(notdir $(f))${\n})
	$(foreach f,$(wildcard packaging/sysusers.d/*.conf),$(INSTALL) $(f) $(LIB)/sysusers.d/$(notdir $(f))${\n})
	$(foreach f,$(shell find packaging/lib -type f 2>/dev/null),$(INSTALL) $(f) $(LIB)/podctl/$(f:packaging/lib/%=%)${\n})
	packaging/man/split $(BUILD)/man
	$(INSTALL) -t $(SHARE)/man/man1 $(BUILD)/man/*.1
	$(foreach f,$(wildcard packaging/man/*.[1-8]),$(INSTALL) $(f) $(SHARE)/man/man$(patsubst .%,%,$(suffix $(f)))/$(notdir $(f))${\n})
	$(foreach f,$(wildcard packaging/completions/podctl.bash),$(INSTALL) $(f) $(SHARE)/bash-completion/completions/podctl${\n})
	$(foreach f,$(wildcard packaging/completions/_podctl),$(INSTALL) $(f) $(DESTDIR)$(PREFIX)/$(ZSH_COMPLETIONS)/_podctl${\n})
	$(foreach f,$(wildcard packaging/completions/podctl.fish),$(INSTALL) $(f) $(SHARE)/fish/vendor_completions.d/podctl.fish${\n})

# A line break for the loops above.
define \n


endef

.PHONY: deps
deps: ## install what build and tests need
	@tests/image/install-deps

.PHONY: test test-unit test-system test-machine test-matrix
test: deps ## all tests; the last line is "N passed, N failed, N skipped"
	@tests/image/test unit self machine
test-unit: ## the tests that need no root, network or systemd
	@tests/image/test unit
test-system: deps ## the system tests in a throwaway host of this machine's own root
	@tests/image/test self
test-machine: deps ## the tests of resource limits, in a virtual machine
	@tests/image/test machine
test-matrix: deps ## the system tests in a throwaway host of each of SUITES
	@tests/image/test $(SUITES)

.PHONY: package package-check test-packages
# For one more machine: make package ARCHITECTURES='amd64 arm64'.
ARCHITECTURES ?= amd64
package: ## a DEB and an RPM in out/packages, for each of ARCHITECTURES
	@packaging/make-packages $(ARCHITECTURES)
package-check: package ## build the packages once more elsewhere: they must be the same, byte by byte
	@packaging/check-reproducible $(ARCHITECTURES)
test-packages: deps ## install, upgrade, remove and purge them in a throwaway host of each of PACKAGE_SUITES
	@tests/image/packages $(PACKAGE_SUITES)

.PHONY: fuzz compare crash
fuzz: build-tests ## feed every parser with a million mutated inputs
	TMPDIR=/dev/shm PODCTL_FUZZ=$${PODCTL_FUZZ:-500000} nice dotnet exec out/tests/PodManager.Tests/PodManager.Tests.dll -noLogo -showLiveOutput -parallel none -namespace PodManager.Tests.Fuzzing
compare: deps ## compare trees that podctl, podman and umoci extract, entry by entry
	@tests/image/compare
crash: deps all build-tests ## kill fetches, fill disks and fail every call of a fetch, in a throwaway host
	@tests/image/crash

.PHONY: golden lint demo bench clean help
golden: build-tests ## rewrite the golden files
	PODCTL_GOLDEN=write tests/image/test unit
lint: ## check the code's format and the scripts' syntax
	dotnet format PodManager.sln --verify-no-changes
	@for script in $(wildcard tests/image/[a-z]* packaging/make-packages packaging/check-* bench/run .ci/run); do test -d $$script || bash -n $$script; done
demo: deps all ## the workshop exercise in a throwaway host, at the terminal if there is one
	@tests/image/demo
bench: deps ## compare with podman, crun, runc and systemd-nspawn in one host
	@bench/run
clean: ## remove what was built; the test hosts' trees and images stay in .cache
	rm -rf out
	find src tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14
