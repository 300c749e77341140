"""When an asset is made without being asked: declarative conditions of built-in operands only.

The rules, as a film maker would say them: a new shot is made whole, in one run; a changed line or prompt makes again
what it reaches, stage by stage; the film is cut when every shot of the plan is made and none waits for a stage above
it; a failed shot holds the cut and nothing else, and flows on once it is mended.

Three traps these terms go round. ``data_version_changed`` is noticed a tick after the run that changed it, so a change
that was made in the same run as its consumer does not count (``ALONE``). A plan that shrinks leaves specs behind: a
slot without one is not of the plan (``PLANNED``). And `sparkle make` on a cluster asks for what follows from what it
asked for: a tick that looked just before it did so would have everything made twice (``FREE``).
"""

from __future__ import annotations

import dagster as dg

from sparkle_assets.runs import ASKED_TAG

_AC = dg.AutomationCondition
_PLAN = dg.AssetSelection.assets("movie_plan")
_SPECS = dg.AssetSelection.assets("image_spec", "voice_spec", "video_spec", "clip_spec")

IDLE = ~_AC.any_deps_in_progress() & ~_AC.in_progress()
ALONE = ~_AC.executed_with_root_target()
_ASKED = _AC.all_new_updates_have_run_tags(tag_keys={ASKED_TAG})
FREE = ALONE & ~_ASKED.since(_AC.newly_updated() & ~_ASKED)
"""Made without its consumer, and by nobody who asks for that himself. (Dagster's ``executed_with_tags`` knows the
latest run of an asset alone, not that of each partition.)"""
READY = ~_AC.any_deps_match(_AC.missing() & ~_AC.will_be_requested())
"""Everything it is made from is there, or comes in the same run."""
PLANNED = ~_AC.any_deps_match(_AC.missing()).allow(_SPECS)
"""Of a shot's asset: the plan has that shot."""
STALE = _AC.any_deps_match(_AC.data_version_changed()).ignore(_PLAN).since(_AC.newly_updated()) | _AC.in_progress()
"""Something it is made from changed since it was made, or it is being made."""

NEW = (
    _AC.any_deps_match((_AC.newly_updated() & FREE) | _AC.will_be_requested()).since_last_handled()
    & _AC.missing()
    & READY
)
CHANGED = (
    _AC.any_deps_match(_AC.data_version_changed() & FREE).since_last_handled()
    & ~_AC.missing()
    & ~_AC.any_deps_match(_AC.missing())
)

SHOT = ((NEW | CHANGED) & IDLE).with_label("a shot flows on")
CUT = (
    _AC.any_deps_match((_AC.data_version_changed() | _AC.newly_updated()) & FREE).ignore(_PLAN).since_last_handled()
    & ~_AC.any_deps_match(_AC.missing() & PLANNED)
    & ~_AC.any_deps_match(_AC.execution_failed() & PLANNED)
    & ~_AC.any_deps_match(STALE)
    & ~_AC.any_deps_match(_AC.any_deps_match(STALE))
    & IDLE
).with_label("every shot is there")
REPORT = (
    _AC.any_deps_match((_AC.data_version_changed() & FREE) | _AC.will_be_requested()).since_last_handled()
    & READY
    & IDLE
).with_label("a cut is measured")
