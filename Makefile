# make run   sets up .venv and runs the main job (config.yaml)
# make test  sets up .venv and passes the tests
# make demo  profiles a model with planted abilities in minutes, and shows that they are found
# make validate  finds planted abilities in models that have them, or fails
# make annotate ANNOTATOR=your-name  labels items in the terminal (docs/how_to/annotation.md)
# The other targets are in docs/reference/commands.md. Everything else is plain Snakemake: .venv/bin/snakemake --cores 2 [any flag]

PYTHON ?= python3
# As in make run CONFIG=mine.yaml. Unless a configuration has a `run_name`, its run is in results/.
CONFIG ?= config.yaml
CONFIGFILE := $(if $(filter-out config.yaml,$(CONFIG)),--configfile $(CONFIG))
VALIDATION ?= config/planted.yaml config/planted_form.yaml
# Versions of packages; none for the newest that pyproject.toml allows: make CONSTRAINTS= run
CONSTRAINTS ?= envs/constraints.txt
CORES ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
BIN := .venv/bin
# This checkout's library, also where .venv is another one's.
export PYTHONPATH := $(CURDIR)/workflow/scripts$(if $(PYTHONPATH),:$(PYTHONPATH))

.PHONY: run test test-faults archive lock plan demo validate planted-models annotate check docs bench-scoring fetch-data clean
.DEFAULT_GOAL := run

# The stamp makes a half-finished installation start again.
.venv/installed: pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else "Python %d.%d found, 3.11 to 3.13 needed: name one, as in make PYTHON=python3.12 run" % v)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS)) \
		--editable '.[annotation,development,docs,slurm]'
	@touch $@

run: .venv/installed
	@$(BIN)/python -m benchprof run --cores $(CORES) $(CONFIGFILE)

# results/archive.zip: all of a run that a paper's supplement needs (docs/how_to/archive.md).
archive: .venv/installed
	$(BIN)/snakemake --cores $(CORES) archive $(CONFIGFILE)

# Three files of tests at a time, in the order of pyproject.toml: tests/cluster mostly waits.
test: .venv/installed
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# Kills five runs of the tiny model four times each, at random moments, and has Slurm stop a job at
# its time limit: a quarter of an hour.
test-faults: .venv/installed
	BENCHPROF_KILLED_RUNS=5 $(BIN)/python -m pytest -v tests/workflow/test_kills.py
	BENCHPROF_TIME_LIMIT=1 $(BIN)/python -m pytest -v tests/cluster -k time_limit

# Pins the versions that .venv has, with hashes, for every platform (pip install uv first). To newer
# ones: rm -r .venv, make CONSTRAINTS= test, make lock. `make run` and the like install these versions
# without hashes, and leave to a build of torch what it brings, so that a CPU build will do.
lock: .venv/installed
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu//' > .venv/versions.txt
	uv pip compile --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-annotate --custom-compile-command 'make lock' --constraint .venv/versions.txt --output-file envs/requirements.lock pyproject.toml
	(echo '# Written by `make lock` from requirements.lock.'; \
		sed -nE '/^(cuda-|nvidia-|triton==)/d; /^[[:alnum:]]/s/ \\$$//p' envs/requirements.lock) > envs/constraints.txt

# What a configuration's run will need, without weights or network (docs/measurements.md); FLAGS
# adds options: make plan CONFIG=config/paper.yaml
plan: .venv/installed
	@$(BIN)/python -m benchprof plan --configfile $(CONFIG) $(FLAGS)

# Runs $$file, a configuration of planted models, in $$folder, beside the default run's results. These
# models gain nothing from a second core, two jobs do.
PLANTED_RUN = mkdir -p $$folder && ln -sfn "$(CURDIR)/resources" "$(CURDIR)/workflow" $$folder/ && \
	(cd $$folder && "$(CURDIR)/$(BIN)/python" -m benchprof.runs) && \
	$(BIN)/snakemake --cores $(CORES) --directory $$folder --configfile $$file \
		--set-threads compute_importance=1 select_masks=1 draw_controls=1 evaluate_calibration=1 \
		evaluate_benchmark=1 evaluate_model=1 $(FLAGS)

# One planted model and two benchmarks of known composition, for a first look, in a few minutes. Shows
# what is planted beside what contrastive masks and the paper's rule find, and where the page is.
demo: .venv/installed
	@folder=demo && file=config/demo.yaml && $(PLANTED_RUN) --quiet rules
	@$(BIN)/python -m planted.demo

# Profiles models whose abilities lie in known neurons, and fails where that is not found
# (docs/explanation/planted_models.md): five minutes.
validate: .venv/installed
	@for file in $(VALIDATION); do \
		folder=validation/$$(basename $$file .yaml) && $(PLANTED_RUN) -- validation && \
		cat $$folder/results/validation/verdict.txt || exit 1; \
	done

# Trains those of these models that have no folder (docs/explanation/planted_models.md), about seven minutes
# each. The last is made of planted-3 in one.
planted-models: .venv/installed
	$(BIN)/python -m planted

annotate: .venv/installed
	@$(BIN)/python -m benchprof annotate --configfile $(CONFIG) "$(ANNOTATOR)"

# Downloads the shipped benchmarks' items to the folder benchmark_data of a configuration, for nodes
# without a network: make fetch-data CONFIG=config/paper.yaml
fetch-data: .venv/installed
	$(BIN)/python -m benchprof.run.fetch --configfile $(CONFIG)

# What .ci/run checks beside the tests.
check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy
	$(BIN)/snakemake --lint

# Builds the documents as a site in site/, without a network. A broken link among them is an error.
docs: .venv/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# Measures the scoring engine against lm-eval's own (docs/measurements.md); FLAGS adds options.
bench-scoring: .venv/installed
	$(BIN)/python performance/scoring.py $(MODEL) $(DATA) $(FLAGS)

clean:
	rm -rf results
