"""A shell around a model: it behaves as the model does, and is dead when the lease is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Access:
    """Passes everything on to what ``reach`` gives, and asks it anew each time: after the lease it raises."""

    __slots__ = ("_reach",)

    def __init__(self, reach: Callable[[], Any]) -> None:
        object.__setattr__(self, "_reach", reach)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The model's own class, so that ``isinstance`` sees through the shell."""
        found: type = object.__getattribute__(self, "_reach")().__class__
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_reach")(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "_reach")(), name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The model's own call."""
        return object.__getattribute__(self, "_reach")()(*args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return object.__getattribute__(self, "_reach")()[key]

    def __len__(self) -> int:
        return len(object.__getattribute__(self, "_reach")())

    def __iter__(self) -> Iterator[Any]:
        return iter(object.__getattribute__(self, "_reach")())

    def __bool__(self) -> bool:
        return bool(object.__getattribute__(self, "_reach")())

    def __repr__(self) -> str:
        return f"<lent {object.__getattribute__(self, '_reach')()!r}>"
