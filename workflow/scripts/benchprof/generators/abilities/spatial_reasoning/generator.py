"""Relations in space: positions, directions, containment, walks on a map, rotations in the mind.

Types: `relative_position`, `compass_direction`, `containment`, `map_walk` and `mental_rotation`.
Every answer is computed from drawn coordinates, orders or permutations.
"""

from __future__ import annotations

from benchprof.generators.abilities.spatial_reasoning.compass import compass_templates
from benchprof.generators.abilities.spatial_reasoning.containment import containment_templates
from benchprof.generators.abilities.spatial_reasoning.positions import position_templates
from benchprof.generators.abilities.spatial_reasoning.rotation import rotation_templates
from benchprof.generators.abilities.spatial_reasoning.walks import walk_templates
from benchprof.generators.templates.template import Template

TEMPLATES: tuple[Template, ...] = (
    *position_templates(),
    *compass_templates(),
    *containment_templates(),
    *walk_templates(),
    *rotation_templates(),
)
