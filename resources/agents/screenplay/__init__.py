"""Screenplays: Fountain becomes plans, one for each reel, with nothing but rules and word lists.

How it works: :mod:`clean` makes the text safe, :mod:`reading` parses it (the parser is screenplain), :mod:`people`
finds everybody and :mod:`portrait` what is said of them, :mod:`cast` gives them looks and voices, :mod:`headings`
reads places, :mod:`beats` and :mod:`lines` cut descriptions and speeches, :mod:`staging` makes shots of them,
:mod:`identity` names the shots and :mod:`reels` cuts the whole into films. Everything that is words is in ``data/``.
"""

from resources.agents.screenplay.elements import Screenplay
from resources.agents.screenplay.reading import parse, read_screenplay
from resources.agents.screenplay.reels import Wanted, plans_of

__all__ = ["Screenplay", "Wanted", "parse", "plans_of", "read_screenplay"]
