"""The storyteller: one sentence becomes a plan of a film, the same plan every time, with nothing but word lists.

How it works: :mod:`clean` makes the text safe, :mod:`idea` reads it, :mod:`people` casts it, :mod:`setting` finds
place, hour and weather, :mod:`opening` tells the idea in its own words, :mod:`script` chooses what is said,
:mod:`shots` stages it, :mod:`foreign` does the same for other languages, and :mod:`telling` holds them together.
Everything that is words is data, in ``data/``.
"""

from resources.agents.storyteller.telling import tell

__all__ = ["tell"]
