"""The lexicon: what plain words mean to a film. Word lists are YAML files beside this one; add a word there.

Every function takes any text in any writing system, never raises for what it says, and returns None (or an empty
list, or an empty look) for what it does not know.
"""

from resources.lexicon.look import gender_of, look_of, resolve_look
from resources.lexicon.scene import mood_of, names_thing, place_of, props_in, species_of, time_of, weather_of

__all__ = [
    "gender_of",
    "look_of",
    "mood_of",
    "names_thing",
    "place_of",
    "props_in",
    "resolve_look",
    "species_of",
    "time_of",
    "weather_of",
]
