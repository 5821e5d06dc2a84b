# What each job depends on: the settings that rules carry in `params` and as input files.


def model_settings(wildcards):
    """A local folder's files by size and time, so that a changed model is prepared again."""
    source = config["models"][wildcards.model]["source"]
    folder = Path(source["folder"]) if "folder" in source else None
    files = sorted(p for p in folder.iterdir() if p.is_file()) if folder else []
    stamps = {p.name: [p.stat().st_size, p.stat().st_mtime_ns] for p in files}
    return {"source": source, "files": stamps}


def size_settings(wildcards):
    return {
        "scope": config["scope"],
        "layers": config.get("layers"),
        "fractions": SIZES,
        "fraction_of": config.get("fraction_of", "model"),
    }


def importance_settings(wildcards):
    return {
        "dtype": config["models"][wildcards.model]["dtype"],
        "scope": config["scope"],
        "layers": config.get("layers"),
        "score": config["importance"]["score"],
        "loss_on": config["importance"]["loss_on"],
        "twins": config["importance"].get("twins", False),
        "chat_date": config.get("chat_date", CHAT_DATE),
        "limit": config["importance"].get("limit"),
        "seed": config["seed"],
        "items": files_of(items_of(ability, "train") for ability in DIAGNOSED),
        "exclude": {ability: excluded(ability, "train") for ability in DIAGNOSED},
        "code": codebase.digest_of("importance"),
    }


def background_importance(wildcards):
    """What `specific` masks need beside the abilities' importance."""
    if wildcards.selection != "specific" or not background():
        return {}
    return {
        "background": IMPORTANCE.format(model=wildcards.model, ability="_background")
    }


def mask_settings(wildcards):
    return {
        "selection": config["selections"][wildcards.selection],
        "fractions": SIZES,
        "fraction_of": config.get("fraction_of", "model"),
        "abilities": ABILITIES,
        "code": codebase.digest_of("masks"),
    }


def control_settings(wildcards):
    return mask_settings(wildcards) | {
        "dtype": config["models"][wildcards.model]["dtype"],
        "scope": config["scope"],
        "layers": config.get("layers"),
        "seeds": SEEDS,
        "matched": MATCHED,
    }


def shipped_data(name):
    """The local files of a shipped benchmark by their kind; none of another or from the Hub."""
    benchmark, folder = config["benchmarks"][name], config.get("benchmark_data")
    if "benchmark" not in benchmark or folder is None:
        return {}
    definition = read_definition(benchmark["benchmark"], f"benchmarks.{name}.benchmark")
    return {
        key: str(path) for key, path in local_files(definition, Path(folder)).items()
    }


def runs_programs(benchmark):
    if "benchmark" not in benchmark:
        return False
    return read_definition(benchmark["benchmark"], "benchmark").kind == "program"


def benchmark_data(wildcards):
    return data_of(wildcards.benchmark)


def data_of(name):
    """The files that a benchmark reads, by their kind; none where it reads from the Hub."""
    benchmark = config["benchmarks"][name]
    files = {key: benchmark[key] for key in ("data", "task_file") if key in benchmark}
    if "task_file" in benchmark:
        behind = files_of_task(Path(benchmark["task_file"]))
        files |= {f"code_{number}": path for number, path in enumerate(behind)}
    if "ability" in benchmark:
        files["prompt"] = str(data.TASKS / "ability_items.yaml")
        if benchmark.get("twins"):
            files["twins"] = str(data.TASKS / "ability_twins.yaml")
        files["ability_items"] = str(items_of(benchmark["ability"], benchmark["split"]))
    if "benchmark" in benchmark:
        files["definition"] = str(definition_path(benchmark["benchmark"]))
    return files | shipped_data(name)


def evaluation_settings(wildcards):
    model = config["models"][wildcards.model]
    benchmark = config["benchmarks"][wildcards.benchmark]
    own = "ability" in benchmark
    settings = {
        "benchmark": benchmark,
        "exclude": excluded(benchmark["ability"], benchmark["split"]) if own else [],
        "dtype": model["dtype"],
        "chat_template": model.get("chat_template", False),
        "chat_date": config.get("chat_date", CHAT_DATE),
        "ablation": config.get("ablation", "zero"),
        "seed": config["seed"],
        "files": list(files_of(benchmark_data(wildcards).values()).values()),
        "code": codebase.digest_of("evaluation"),
    }
    if config.get("ablation_of", "mask") == "complement":
        settings["kept_in"] = {
            "scope": config["scope"],
            "layers": config.get("layers"),
        }
    if runs_programs(benchmark):
        # Not of any other benchmark, which it would run again when it changes.
        settings["run_code_unsafely"] = config.get("run_code_unsafely", False)
    return settings


def reading_settings(wildcards):
    """Also of the code that lays out, so that an edited table or page is made again."""
    metric = headlines().get(wildcards.benchmark, config["profile"]["metric"])
    return evaluation_settings(wildcards) | {
        "metric": metric,
        "reading": digests.of_modules(["benchprof.reading", "benchprof.spreadsheet"]),
    }


def calibration_trials(model, ability):
    """The ablations that an ability's calibration items are answered under: masks and controls."""
    return [
        trial
        | {
            "ability": trial["ability"].format(ability=ability),
            "name": trial["name"].format(ability=ability),
            "mask": mask_of(model, trial).format(ability=ability),
        }
        for trial in TRIALS
    ]


def calibration_records():
    """What k was chosen from, of all models and abilities."""
    if not CANDIDATES:
        return []
    return expand(CALIBRATION_RECORDS, model=MODELS, ability=ABILITIES)


def calibration_settings(wildcards):
    """Of the mask's own ablation also where the run ablates its complement."""
    model = config["models"][wildcards.model]
    return {
        "limit": config["calibration"]["items"],
        "exclude": excluded(wildcards.ability, "calibration"),
        "dtype": model["dtype"],
        "chat_template": model.get("chat_template", False),
        "chat_date": config.get("chat_date", CHAT_DATE),
        "ablation": config.get("ablation", "zero"),
        "seed": config["seed"],
        "files": list(
            files_of(
                [
                    str(data.TASKS / "ability_items.yaml"),
                    items_of(wildcards.ability, "calibration"),
                ]
            ).values()
        ),
        "code": codebase.digest_of("evaluation"),
    }


def calibration_sources(wildcards):
    """Every record of the candidates of one selection, with its mask and what it is."""
    return [
        {
            key: trial[key]
            for key in ("ability", "selection", "fraction", "seed", "mask")
        }
        | {
            "model": wildcards.model,
            "benchmark": ability,
            "record": CALIBRATION_RECORD.format(
                model=wildcards.model, ability=ability, ablation=trial["name"]
            ),
        }
        for ability in ABILITIES
        for trial in calibration_trials(wildcards.model, ability)
        if trial["selection"] == wildcards.selection
    ]


def choice_settings(wildcards):
    """All that the choice of k depends on beside the records."""
    return {
        "candidates": CANDIDATES,
        "abilities": ABILITIES,
        "seeds": SEEDS,
        "matched": MATCHED,
        "code": codebase.digest_of("calibration"),
    }


def profile_sources():
    """Every ablated record with its mask and what it is."""
    return [
        {key: value for key, value in ablation.items() if key != "name"}
        | {
            "model": model,
            "benchmark": benchmark,
            "record": RECORD.format(
                model=model, benchmark=benchmark, ablation=ablation["name"]
            ),
            "mask": mask_of(model, ablation),
        }
        for model, benchmark, ablation in product(MODELS, BENCHMARKS, ABLATIONS)
    ]


def own_sources(wildcards):
    """The ablated records of one model, selection and k on the abilities' test splits and twins."""
    asked = {*own_benchmarks().values(), *own_twins().values()}
    return [
        source
        for source in profile_sources()
        if source["benchmark"] in asked
        and all(source[key] == value for key, value in wildcards.items())
    ]


def headlines():
    """The metric that each shipped benchmark is known by, where the profile asks for it."""
    if config["profile"]["metric"] != "headline":
        return {}
    return {
        name: read_definition(
            benchmark["benchmark"], f"benchmarks.{name}.benchmark"
        ).metric
        for name, benchmark in config["benchmarks"].items()
        if "benchmark" in benchmark
    }


def profile_settings(wildcards):
    return config["profile"] | {
        "headlines": headlines(),
        "seed": config["seed"],
        "own_benchmarks": own_benchmarks(),
    }


def profile_state(wildcards):
    """All that the tables depend on beside the records: also what they are about, and the code."""
    return profile_settings(wildcards) | {
        "models": MODELS,
        "benchmarks": BENCHMARKS,
        "ablations": ABLATIONS,
        "code": codebase.digest_of("profile"),
    }


def user_items():
    """Every file of items."""
    return [
        str(items_of(ability, split)) for ability, split in product(ABILITIES, SPLITS)
    ]


def user_data():
    """Every data file that the configuration names."""
    benchmarks = config["benchmarks"].values()
    own = [b[key] for b in benchmarks for key in ("data", "task_file") if key in b]
    shipped = [file for name in BENCHMARKS for file in shipped_data(name).values()]
    others = [str(items_of("_background", "train"))] if background() else []
    return user_items() + others + own + shipped


def all_results():
    """What the manifest holds the digests of; masks name the importance that made them."""
    masks = [mask_of(model, ablation) for model in MODELS for ablation in ABLATIONS]
    names = ["intact", *(ablation["name"] for ablation in ABLATIONS)]
    records = expand(RECORD, model=MODELS, benchmark=BENCHMARKS, ablation=names)
    return [
        *masks,
        *records,
        *calibration_files(),
        *calibration_records(),
        *profile_tables(),
        *replication_tables(".csv"),
        *replication_tables(".parquet"),
        *all_figures(),
        *beside(all_figures(), ".svg"),
        *beside(all_figures(), ".csv"),
        *single_radars(),
        *paper_tables(),
        "results/methods.md",
        "results/references.bib",
        "results/report.html",
        "results/summary.txt",
    ]


def page_settings():
    """What the page and the methods text tell of."""
    names = (
        "seed",
        "scope",
        "importance",
        "selections",
        "fractions",
        "controls",
        "profile",
    )
    importance = config["importance"] | {"halves": bool(replication_tables(""))}
    return {name: config[name] for name in names} | {
        "importance": importance,
        "layers": config.get("layers"),
        "fraction_of": config.get("fraction_of", "model"),
        "calibration": config["calibration"] if CANDIDATES else None,
        "ablation": config.get("ablation", "zero"),
        "ablation_of": config.get("ablation_of", "mask"),
        "calibration_benchmarks": [
            name
            for name, benchmark in config["benchmarks"].items()
            if benchmark.get("split") == "calibration"
        ],
    }


def report_settings(wildcards):
    """Also of code that draws, so that an edited figure or page is made again."""
    folder = Path(workflow.basedir, "workflow/scripts/benchprof/report")
    parts = [f"page.{ending}" for ending in ("html.jinja", "css", "js")]
    return page_settings() | {
        "own_benchmarks": own_benchmarks(),
        "code": digests.of_modules(["benchprof.profile.criteria", "benchprof.report"]),
        "template": {part: digests.of_file(folder / part) for part in parts},
    }


def method_settings(wildcards):
    benchmarks = config["benchmarks"].items()
    modules = ["report.methods", "report.references", "portable", "report.style"]
    references = "workflow/scripts/benchprof/report/references.bib"
    return page_settings() | {
        "sources": {name: config["models"][name]["source"] for name in MODELS},
        "shipped": {n: b["benchmark"] for n, b in benchmarks if "benchmark" in b},
        "code": digests.of_modules(f"benchprof.{m}" for m in modules),
        "references": digests.of_file(Path(workflow.basedir, references)),
    }


def table_settings(wildcards):
    modules = ["style", "matrix", "caveats", "paper_tables", "figures.similarity"]
    return {
        "own_benchmarks": own_benchmarks(),
        "code": digests.of_modules(
            ["benchprof.profile.criteria", *(f"benchprof.report.{m}" for m in modules)]
        ),
    }


def figure_settings(name):
    """What a figure depends on beside the tables: also the code that draws it."""

    def settings(wildcards):
        modules = ["style", "matrix", "caveats", f"figures.{name}"]
        return {
            "own_benchmarks": own_benchmarks(),
            "code": digests.of_modules(
                [
                    "benchprof.profile.criteria",
                    *(f"benchprof.report.{m}" for m in modules),
                ]
            ),
        }

    return settings


def answer_files(wildcards):
    """The annotators' files; where there is none, the job says what to do."""
    folder = config.get("annotation", {}).get("answers")
    return sorted(map(str, Path(folder).glob("*.jsonl"))) if folder else []


def agreement_settings(wildcards):
    """Also of the code, so that an edited report is made again."""
    return {
        "answers": files_of(answer_files(wildcards)),
        "abilities": ABILITIES,
        "items": files_of(user_items()),
        "exclude": sorted(
            id for a in config["abilities"].values() for id in a.get("exclude", [])
        ),
        "code": digests.of_modules(
            ["benchprof.annotation", "benchprof.report.style", "benchprof.spreadsheet"]
        ),
    }


# The sweep of the paper.
CORE_FRACTIONS = ["0.00001", "0.00004", "0.00016", "0.00064", "0.00256", "0.01024"]


def analysis_files():
    """Every table and figure; comparisons need two abilities, selectivity their test splits."""
    compared = len(ABILITIES) > 1
    kinds = ["location"]
    kinds += ["overlap"] if compared else []
    kinds += ["selectivity"] if own_benchmarks() else []
    tables = expand(
        "{what}_{selection}_{fraction}",
        what=kinds,
        selection=SELECTIONS,
        fraction=FRACTIONS,
    )
    tables += ["core"] if compared else []
    tables += ["stability"] if NUMBERS else []
    return expand(
        "results/analysis/{model}/{table}{suffix}",
        model=MODELS,
        table=tables,
        suffix=[".csv", ".png", ".svg"],
    )


def analysis_settings(wildcards):
    """Also of the code, so that an edited table or figure is made again."""
    return {
        "abilities": ABILITIES,
        "fractions": CORE_FRACTIONS,
        "tests": own_benchmarks(),
        "twins": own_twins(),
        "code": digests.of_modules(
            [
                "benchprof.analysis",
                "benchprof.profile.criteria",
                "benchprof.report.style",
            ]
        ),
    }


def stability_settings(wildcards):
    """What importance and masks depend on, and the code of the analysis."""
    return importance_settings(wildcards) | {
        "selections": config["selections"],
        "fractions": NUMBERS,
        "fraction_of": config.get("fraction_of", "model"),
        "masks": codebase.digest_of("masks"),
        "halves": digests.of_modules(HALVING),
        "analysis": digests.of_modules(
            ["benchprof.analysis", "benchprof.report.style"]
        ),
    }


def half_settings(wildcards):
    """What importance and masks depend on."""
    return importance_settings(wildcards) | {
        "selections": config["selections"],
        "fractions": NUMBERS,
        "fraction_of": config.get("fraction_of", "model"),
        "masks": codebase.digest_of("masks"),
        "halves": digests.of_modules(HALVING),
    }


def own_test(wildcards):
    return SimpleNamespace(
        model=wildcards.model, benchmark=own_benchmarks()[wildcards.ability]
    )


def replication_sources():
    """Every record under the mask of a half, with its mask and what it is."""
    return [
        {
            "model": model,
            "benchmark": benchmark,
            "ability": ability,
            "selection": selection,
            "fraction": fraction,
            "seed": half,
            "record": HALF_RECORD.format(
                model=model,
                ability=ability,
                selection=selection,
                half=half,
                fraction=fraction,
            ),
            "mask": HALF_MASK.format(
                model=model,
                ability=ability,
                selection=selection,
                half=half,
                fraction=fraction,
            ),
        }
        for model, (ability, benchmark), selection, half, fraction in product(
            MODELS, own_benchmarks().items(), SELECTIONS, [1, 2], NUMBERS
        )
    ]


def replication_state(wildcards):
    return profile_settings(wildcards) | {
        "code": codebase.digest_of("profile"),
        "table": digests.of_modules(["benchprof.replication.table"]),
    }


def shared_items():
    """Files of items that `archive: share:` says may be passed on."""
    files = []
    for name in config.get("archive", {}).get("share", []):
        if name in config["abilities"]:
            files += [str(items_of(name, split)) for split in SPLITS]
        else:
            benchmark = config["benchmarks"][name]
            files += [benchmark[k] for k in ("data", "task_file") if k in benchmark]
            files += shipped_data(name).values()
    return files


def code_files():
    """The checkout's files that an archive holds: code, documentation and the shipped items."""
    root = Path(workflow.basedir)
    folders = ["workflow", "resources", "docs", "envs", "slurm"]
    files = [
        root / n
        for n in ("Snakefile", "Makefile", "README.md", "LICENSE", "pyproject.toml")
    ]
    files += [path for folder in folders for path in (root / folder).rglob("*")]
    # A benchmark's items may lie in the checkout and still belong to others.
    foreign = {Path(path).resolve() for path in {*user_data()} - {*user_items()}}
    foreign -= {*data.FOLDER.resolve().rglob("*")}
    # Models are left out whole: `--data` (docs/archive.md) puts a folder where none is.
    models = {(root / "resources/planted/models").resolve()} | {
        Path(model["source"]["folder"]).resolve()
        for model in config["models"].values()
        if "folder" in model["source"]
    }
    # What programs leave beside the code.
    left = re.compile(r"\.|__pycache__$|checkpoints$")
    return sorted(
        str(path)
        for path in files
        if path.is_file()
        and not path.is_symlink()
        and path.resolve() not in foreign
        and models.isdisjoint(path.resolve().parents)
        and not any(map(left.match, path.relative_to(root).parts))
    )


def archive_settings(wildcards):
    """Also what made the tables, so that they can be made again without this configuration."""
    intact = [
        [
            model,
            benchmark,
            RECORD.format(model=model, benchmark=benchmark, ablation="intact"),
        ]
        for model, benchmark in product(MODELS, BENCHMARKS)
    ]
    code = {
        Path(path).relative_to(workflow.basedir).as_posix(): digest
        for path, digest in files_of(code_files()).items()
    }
    return {
        "config": config,
        "code": digests.of_value(code),
        "tables": {
            "settings": profile_settings(wildcards),
            "intact": intact,
            "sources": profile_sources(),
        },
    }
