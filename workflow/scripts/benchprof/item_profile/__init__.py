"""Item profiles: on whose units, of which ability's items, a benchmark's items rest."""
