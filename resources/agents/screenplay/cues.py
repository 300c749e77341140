"""Names above speeches: which capitals are a name, and what stands in brackets behind it."""

from __future__ import annotations

import re

from resources.agents.screenplay.clean import is_heading, is_transition
from resources.agents.screenplay.elements import Cue
from resources.agents.screenplay.wordlists import words

MAX_NAME = 60
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]?")
_CONTINUED = re.compile(r"(?:^|[\s,–—-]+)(?:CONT(?:['’`]?D)?\.?|CONTINUED|CONTINUING|MORE)$", re.IGNORECASE)
_OFF = re.compile(r"\s(V\.\s?O\.?|O\.\s?S\.?|O\.\s?C\.?|VO|OS)$", re.IGNORECASE)
_TOGETHER = re.compile(r"\s*(?:/|&|\+|,|\bAND\b|\bWITH\b|\bUND\b|\bET\b|\bY\b)\s*", re.IGNORECASE)


def cue_of(written: str) -> Cue:
    """The cue as it is written above a speech: ``EDWARD (V.O.)(CONT'D) ^``."""
    extensions = [hit.group(1).strip().casefold() for hit in _BRACKETS.finditer(written)]
    name = " ".join(_BRACKETS.sub(" ", written).replace("^", " ").split()).strip(" :")
    while (bare := _CONTINUED.sub("", name).strip()) != name:
        name = bare
    if (off := _OFF.search(name)) is not None:
        extensions.append(off.group(1).casefold())
        name = name[: off.start()].strip()
    return Cue(name[:MAX_NAME].strip(), tuple(extension for extension in extensions if extension))


def is_name(written: str) -> bool:
    """Whether capitals with text right below them name somebody, and are no sound, sign or direction of the camera."""
    cue = cue_of(written)
    bare = " ".join(_BRACKETS.sub(" ", written).replace("^", " ").split())
    low = cue.key.rstrip(".:")
    if is_heading(bare) or is_transition(bare) or len(bare) > MAX_NAME or bare.startswith(("#", "=", ">", "~")):
        return False
    if not cue.name:
        return bool(bare)  # (CONT'D) alone: whoever spoke last
    if low in words("staging", "not_people") or any(
        low.startswith(f"{x} ") for x in words("staging", "not_people_starts")
    ):
        return False
    count = len(cue.name.split())
    if bare.endswith(("!", "?", "…", "...", "--", "—", ",", ";", '"')) or count > 6:
        return False
    # a name may end in JR. or P.D., a sentence in capitals ends in a longer word
    return not (bare.endswith(".") and (count > 3 or len(bare.split()[-1].replace(".", "")) > 4))


def off_screen(cue: Cue) -> bool:
    """Whether this speech is heard and its speaker not seen speaking: ``V.O.``, ``O.S.``, on the phone's other end."""
    known = words("staging", "unseen_extensions")
    for extension in cue.extensions:
        for piece in re.split(r"[,/;]", extension):
            plain = " ".join(piece.replace("’", "'").split()).rstrip(".")
            if plain in known or plain.replace(".", "").replace(" ", "") in ("vo", "os", "oc"):
                return True
    return False


def speakers(cue: Cue) -> list[str]:
    """The keys of everybody a cue may name: itself, or ``A AND B`` one by one."""
    return [Cue(part).key for part in _TOGETHER.split(cue.name) if part.strip()]
