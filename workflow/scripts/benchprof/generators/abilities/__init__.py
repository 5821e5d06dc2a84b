"""The ten diagnostic sets, a package each: its module `generator` has the set's templates."""
