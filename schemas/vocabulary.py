"""The closed word lists of a plan: what a place, a body, a camera move or a feeling may be.

A plan may always say more in free text (``description``, ``prompt``, ``action``); these words are what
every engine, the embedded studio included, is able to tell apart.
"""

from __future__ import annotations

from enum import StrEnum


class Place(StrEnum):
    """Where a scene plays."""

    SEA = "sea"
    """Open water, a shore, a lighthouse, a boat or a harbour."""
    FOREST = "forest"
    CITY = "city"
    """A street between houses."""
    LIVING_ROOM = "living_room"
    KITCHEN = "kitchen"
    DESERT = "desert"
    MOUNTAINS = "mountains"
    SPACE = "space"
    """A planet's surface or the sky between the stars."""
    SPACESHIP = "spaceship"
    """Inside a ship or a station."""
    CASTLE = "castle"
    FARM = "farm"
    """Fields, a barn, a village green."""
    SCHOOL = "school"
    """A classroom, a library, an office."""
    MARKET = "market"
    """Stalls, a shop, a fair."""
    UNDERWATER = "underwater"


class TimeOfDay(StrEnum):
    """The hour, which decides light and colour."""

    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(StrEnum):
    """What the air does."""

    CLEAR = "clear"
    RAIN = "rain"
    SNOW = "snow"
    FOG = "fog"
    STORM = "storm"
    WIND = "wind"


class ShotSize(StrEnum):
    """Framing, in the words of a shot list."""

    WIDE = "wide"
    MEDIUM = "medium"
    CLOSE = "close"
    INSERT = "insert"
    """A thing alone, filling the frame."""
    REACTION = "reaction"
    """The face of somebody who listens."""


class CameraMove(StrEnum):
    """What the camera does during a shot."""

    STATIC = "static"
    """Locked off, but for a breath of drift."""
    PUSH_IN = "push_in"
    PULL_OUT = "pull_out"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    TILT_UP = "tilt_up"
    TILT_DOWN = "tilt_down"
    FOLLOW = "follow"
    HANDHELD = "handheld"


class Emotion(StrEnum):
    """How a line is meant, or how somebody feels."""

    NEUTRAL = "neutral"
    HAPPY = "happy"
    SAD = "sad"
    ANGRY = "angry"
    AFRAID = "afraid"
    SURPRISED = "surprised"
    TENDER = "tender"
    DETERMINED = "determined"


class Delivery(StrEnum):
    """How a line is spoken."""

    NORMAL = "normal"
    SOFT = "soft"
    WHISPER = "whisper"
    LOUD = "loud"
    SLOW = "slow"
    FAST = "fast"


class Species(StrEnum):
    """What kind of body a character has."""

    PERSON = "person"
    ROBOT = "robot"
    GHOST = "ghost"
    DRAGON = "dragon"
    CAT = "cat"
    DOG = "dog"
    BIRD = "bird"
    FOX = "fox"
    BEAR = "bear"
    RABBIT = "rabbit"
    MOUSE = "mouse"
    HORSE = "horse"
    FISH = "fish"
    WHALE = "whale"
    FROG = "frog"
    ALIEN = "alien"
    ELEPHANT = "elephant"
    LION = "lion"
    MONKEY = "monkey"
    PIG = "pig"
    SHEEP = "sheep"
    COW = "cow"
    HEDGEHOG = "hedgehog"
    SQUIRREL = "squirrel"
    PENGUIN = "penguin"
    OWL = "owl"
    TURTLE = "turtle"
    OCTOPUS = "octopus"
    BEE = "bee"
    SCARECROW = "scarecrow"
    SNOWMAN = "snowman"
    CLOUD = "cloud"
    CAMEL = "camel"
    POTATO = "potato"
    TOASTER = "toaster"


class Age(StrEnum):
    """Age of a character as the eye reads it."""

    CHILD = "child"
    ADULT = "adult"
    OLD = "old"


class Build(StrEnum):
    """Outline of a body."""

    SLIM = "slim"
    MEDIUM = "medium"
    STOUT = "stout"


class Hair(StrEnum):
    """Hair style."""

    NONE = "none"
    SHORT = "short"
    LONG = "long"
    CURLY = "curly"
    BUN = "bun"
    BRAIDS = "braids"
    BEARD = "beard"


class Garment(StrEnum):
    """The main piece of clothing."""

    COAT = "coat"
    DRESS = "dress"
    SHIRT = "shirt"
    OVERALLS = "overalls"
    ROBE = "robe"
    SUIT = "suit"
    ARMOUR = "armour"
    SPACESUIT = "spacesuit"
    APRON = "apron"


class Headwear(StrEnum):
    """What sits on a head."""

    NONE = "none"
    CAP = "cap"
    HAT = "hat"
    CROWN = "crown"
    HOOD = "hood"
    HELMET = "helmet"
    SCARF = "scarf"
    BOW = "bow"
    TOQUE = "toque"
    """A cook's tall white hat."""
    POINTED = "pointed"
    """A wizard's or a witch's."""


class Mood(StrEnum):
    """The feeling of a film, which music and colour follow."""

    WARM = "warm"
    PLAYFUL = "playful"
    ADVENTUROUS = "adventurous"
    MYSTERIOUS = "mysterious"
    SAD = "sad"
    TENSE = "tense"
    HOPEFUL = "hopeful"


class TransitionKind(StrEnum):
    """How a shot begins, seen from the one before it."""

    CUT = "cut"
    DISSOLVE = "dissolve"
    FADE = "fade"
    """The new picture fades up out of black while the old one fades down."""
    WIPE = "wipe"
    DIP_TO_BLACK = "dip_to_black"


class Effect(StrEnum):
    """Something that happens to the whole picture of a shot."""

    NONE = "none"
    SHAKE = "shake"
    GLOW = "glow"
    SPARKLE = "sparkle"
    LIGHTNING = "lightning"


class Codec(StrEnum):
    """How the picture of the finished film is compressed."""

    H264 = "h264"
    """Plays everywhere."""
    HEVC = "hevc"
    AV1 = "av1"
