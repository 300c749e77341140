"""Valid documents, changed: what a fuzzed door is fed with."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

Path = tuple[Any, ...]

HOSTILE_TEXTS: tuple[str, ...] = (
    "",
    " ",
    "..",
    "../../../../etc/passwd",
    "/etc/passwd",
    "media/../../secret.png",
    "a/./b",
    "~root/x",
    "file:///etc/passwd",
    "concat:/etc/passwd|x",
    "C:\\windows\\win.ini",
    "x" * 300,
    "\N{CAT FACE}" * 100,
    "x" * 5000,
    "a\x00b",
    "\x1b[2J\x1b]0;owned\x07",
    "line\nline\r\nline\u2028line",
    "\u202eright to left\u202c",
    "\ud800",
    "\ufeff\u200b\u2060",
    "e\u0301" * 40,
    "ﷺ" * 30,
    "{{ 7 * 7 }} ${HOME} %s %n `id` $(id); rm -rf / # --help",
    "<script>alert(1)</script>",
    "--> {\\an8} <font>",
    "!!python/object/apply:os.system [id]",
    "'\"\\",
    "null",
    "NaN",
    "1",
    "-1",
    "en",
    "sparkle/local",
    "openai/x@http://user:secret@host/?key=1",
    "h264",
    "00",
    "99",
    "१२",
)
HOSTILE_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    10**30,
    -(10**400),
    0.0,
    -0.0,
    1e-320,
    1e308,
    float("nan"),
    float("inf"),
    float("-inf"),
    [],
    {},
    [[]],
    [None] * 70,
    {"": ""},
    {"__class__": "x", "../x": 1},
)


def hostile() -> st.SearchStrategy[Any]:
    """A value that does not belong there."""
    return st.one_of(
        st.sampled_from(HOSTILE_VALUES), st.sampled_from(HOSTILE_TEXTS), texts(), st.integers(), st.floats(), _deep()
    )


def texts() -> st.SearchStrategy[str]:
    """Any text, lone surrogates and control characters too."""
    return st.text(st.characters(), max_size=40)


def _deep() -> st.SearchStrategy[Any]:
    """Lists in lists, a few or more than any parser likes."""
    return st.sampled_from([5, 60, 300]).map(_nested)


def _nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


@st.composite
def changed(draw: st.DrawFn, documents: Sequence[Any], *, most: int = 4) -> Any:
    """One of ``documents`` (JSON data) with up to ``most`` of its nodes changed."""
    value = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(0, most))):
        value = _edited(draw, value)
    return value


def _edited(draw: st.DrawFn, value: Any) -> Any:
    places = _places(value)
    at = places[draw(st.integers(0, len(places) - 1))]
    there = _at(value, at)
    how = draw(st.sampled_from(("put", "drop", "twice", "rename", "add", "swap", "retype", "text", "text")))
    if not at:
        return fresh(draw) if how == "put" else value
    parent, key = _at(value, at[:-1]), at[-1]
    if how == "put":
        parent[key] = fresh(draw)
    elif how == "drop":
        del parent[key]
    elif how == "twice":
        times = draw(st.sampled_from((1, 2, 80)))
        if isinstance(parent, list):
            parent[key:key] = [copy.deepcopy(there) for _ in range(times)]
        else:
            parent[key] = [copy.deepcopy(there) for _ in range(times)]
    elif how == "rename" and isinstance(parent, dict):
        parent[draw(st.sampled_from(HOSTILE_TEXTS) | texts())] = parent.pop(key)
    elif how == "add" and isinstance(there, (dict, list)):
        new = fresh(draw)
        if isinstance(there, dict):
            there[draw(st.sampled_from(HOSTILE_TEXTS) | texts())] = new
        else:
            there.append(new)
    elif how == "swap":
        parent[key] = copy.deepcopy(_at(value, places[draw(st.integers(0, len(places) - 1))]))
    elif how == "retype":
        parent[key] = draw(st.sampled_from((str, _number, lambda x: [x], lambda x: {"x": x}, bool)))(there)
    elif isinstance(there, str):
        parent[key] = draw(text_changed(st.just(there)))
    return value


def fresh(draw: st.DrawFn) -> Any:
    """A hostile value of one's own: what is drawn is shared with other examples, and must not be changed."""
    return copy.deepcopy(draw(hostile()))


def _number(value: Any) -> float:
    return float(len(str(value)))


def _places(value: Any, at: Path = ()) -> list[Path]:
    found = [at]
    if isinstance(value, dict):
        for key, each in value.items():
            found += _places(each, (*at, key))
    elif isinstance(value, list):
        for number, each in enumerate(value[:100]):
            found += _places(each, (*at, number))
    return found


def _at(value: Any, at: Path) -> Any:
    for key in at:
        value = value[key]
    return value


@st.composite
def json_bytes(draw: st.DrawFn, documents: Sequence[Any]) -> bytes:
    """A changed document as the bytes of a file, some of them damaged after that."""
    value = draw(changed(documents))
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    data = text.encode("utf-8", "surrogatepass")
    damage = draw(st.sampled_from(("no", "no", "no", "bytes", "bom", "utf-16", "deep", "digits")))
    if damage == "bytes":
        data = draw(bytes_changed(st.just(data)))
    elif damage == "bom":
        data = b"\xef\xbb\xbf" + data
    elif damage == "utf-16":
        data = text.encode("utf-16", "surrogatepass")
    elif damage == "deep":
        data = b"[" * 100_000 if draw(st.booleans()) else data.replace(b'"', b'{"a":' * 3000 + b'"', 1)
    elif damage == "digits":
        data = data.replace(b"1", b"1" * 5000, 1)
    return data


@st.composite
def bytes_changed(draw: st.DrawFn, documents: st.SearchStrategy[bytes], *, most: int = 6) -> bytes:
    """A file with up to ``most`` bytes flipped, removed, added, doubled or cut off."""
    data = bytearray(draw(documents))
    for _ in range(draw(st.integers(1, most))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        how = draw(st.sampled_from(("flip", "flip", "set", "drop", "add", "twice", "cut", "zero", "ones")))
        length = draw(st.sampled_from((1, 1, 2, 4, 8, 64)))
        if how == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "set" and data:
            data[at] = draw(st.integers(0, 255))
        elif how == "drop":
            del data[at : at + length]
        elif how == "add":
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif how == "twice":
            data[at:at] = data[at : at + length]
        elif how == "cut":
            del data[at:]
        elif how == "zero":
            data[at : at + length] = bytes(len(data[at : at + length]))
        elif how == "ones":
            data[at : at + length] = b"\xff" * len(data[at : at + length])
    return bytes(data)


@st.composite
def text_changed(draw: st.DrawFn, documents: st.SearchStrategy[str], *, most: int = 4) -> str:
    """A text with pieces of it replaced, removed, doubled, moved or put in."""
    text = draw(documents)
    for _ in range(draw(st.integers(1, most))):
        at, to = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        how = draw(st.sampled_from(("put", "drop", "twice", "many", "upper", "move")))
        if how == "put":
            text = text[:at] + draw(st.sampled_from(HOSTILE_TEXTS) | texts()) + text[at:]
        elif how == "drop":
            text = text[:at] + text[to:]
        elif how == "twice":
            text = text[:to] + text[at:]
        elif how == "many" and text:
            text = text[:at] + text[at : at + 1] * draw(st.sampled_from((2, 70, 2000))) + text[at:]
        elif how == "upper":
            text = text[:at] + text[at:to].upper() + text[to:]
        elif how == "move":
            text = text[:at] + text[to:] + text[at:to]
    return text


@st.composite
def lines_changed(draw: st.DrawFn, documents: Sequence[str], pieces: Sequence[str]) -> str:
    """A text made of lines with some of them dropped, doubled, moved, or pieces of its own syntax put between."""
    lines = draw(st.sampled_from(documents)).split("\n")
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(lines)))
        how = draw(st.sampled_from(("piece", "piece", "drop", "twice", "glue", "indent", "text")))
        if how == "piece":
            lines[at:at] = draw(st.sampled_from(pieces)).split("\n")
        elif how == "drop":
            del lines[at : at + draw(st.integers(1, 3))]
        elif how == "twice":
            lines[at:at] = lines[at : at + draw(st.integers(1, 5))]
        elif how == "glue" and at + 1 < len(lines):
            lines[at : at + 2] = [lines[at] + lines[at + 1]]
        elif how == "indent" and at < len(lines):
            lines[at] = draw(st.sampled_from(("  ", "\t", "   - ", "# ", "? ", "!", "@", "~", ">"))) + lines[at]
        elif how == "text" and at < len(lines):
            lines[at] = draw(text_changed(st.just(lines[at]), most=2))
    return draw(st.sampled_from(("\n", "\n", "\n", "\r\n", "\r"))).join(lines)


def one_of(strategies: Sequence[st.SearchStrategy[Any]], weigh: Callable[[int], int] = lambda _: 1) -> Any:
    """One of ``strategies``, each as likely as ``weigh`` of its number says."""
    return st.one_of([each for number, each in enumerate(strategies) for _ in range(weigh(number))])
