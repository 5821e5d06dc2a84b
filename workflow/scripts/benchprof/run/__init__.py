"""What a run is: its configuration, ablations, paths and jobs. Without Snakemake, without torch."""
