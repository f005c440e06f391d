# Builds and runs the fuzz targets (clang). Not part of the build: `make fuzz` calls it with SOURCE,
# FLAGS (of the preprocessor), LIBS, FUZZ (targets), FUZZ_SECONDS and FUZZ_BUILD (flags of the
# compiler). Everything is made in the folder fuzz/ of the build, where new inputs and crashes stay too.
CLANG = clang
CFLAGS = -std=c11 -D_GNU_SOURCE -DHAVE_CONFIG_H -Wno-macro-redefined $(FUZZ_BUILD) -pthread \
    -fno-sanitize-recover=all
SANITIZE = address,undefined

sources := $(wildcard $(foreach folder,app forms net ui,$(SOURCE)/$(folder)/*.c)) \
    $(foreach fixture,engine ledger relay server store ui,$(SOURCE)/tests/unit/$(fixture)_fixture.c)
objects := $(patsubst $(SOURCE)/%.c,fuzz/objects/%.o,$(sources))
runs := $(FUZZ:%=run-%)

.PHONY: all programs $(runs)
.SECONDARY:
all: $(runs)
programs: $(FUZZ:%=fuzz/%.program)

fuzz/objects/%.o: $(SOURCE)/%.c
	@mkdir -p $(dir $@)
	@$(CLANG) $(CFLAGS) -fsanitize=fuzzer-no-link,$(SANITIZE) $(FLAGS) -MMD -c -o $@ $<

fuzz/libguichet.a: $(objects)
	@rm -f $@
	@ar rc $@ $(objects)

fuzz/%.program: fuzz/objects/tests/fuzz/%.o fuzz/libguichet.a
	@$(CLANG) $(CFLAGS) -fsanitize=fuzzer,$(SANITIZE) -o $@ $^ $(LIBS)

# The kept corpus is read, what is found goes to fuzz/TARGET.
$(runs): run-%: fuzz/%.program
	@sh '$(SOURCE)/tests/fuzz/run.sh' '$*' '$(SOURCE)/tests/fuzz/corpus/$*' '$(FUZZ_SECONDS)'

-include $(objects:.o=.d) $(wildcard fuzz/objects/tests/fuzz/*.d)
