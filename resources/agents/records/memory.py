"""The memory of a film as an ADK memory service: what happened to it, and what was said about it.

One database a film, the same file as its timeline. An agent with ``load_memory`` searches the timeline in the words a
person reads, and the conversations that were added (:class:`google.adk.memory.SqliteMemoryService` keeps those in
tables of its own). The timeline belongs to the film, whoever asks; conversations stay with their app and user.

Importing this module imports ADK: do it where an agent is made.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from google.adk.memory import SqliteMemoryService
from google.adk.memory.base_memory_service import SearchMemoryResponse
from google.adk.memory.memory_entry import MemoryEntry
from google.genai import types

from resources.store.database import FILE, writing
from resources.store.narrate import DETAILS, narrate
from resources.store.timeline import read_timeline, write_memory_event
from schemas.records import StageEvent

AUTHOR = "sparkle"
STAGE_WORDS = {
    "movie_plan": "plan script",
    "shot_images": "picture image keyframe",
    "voice_tracks": "voice sound speech dialogue",
    "video_chunks": "motion video animation",
    "lipsynced_clips": "clip lips lip-sync",
    "final_cut": "cut film movie",
    "qa_report": "report quality",
}
"""What people call the stages."""
MAX_RESULTS = 50
_WORD = re.compile(r"\w+")


class FilmMemory(SqliteMemoryService):
    """The memory of the film in ``folder``, for a Runner's ``memory_service``."""

    def __init__(self, folder: Path, *, max_results: int = MAX_RESULTS) -> None:
        with writing(folder):
            pass  # the film's tables first: a database that cannot be used is told now, in one line
        super().__init__(folder / FILE, max_results=max_results)
        self.folder = folder
        self.max_results = max_results

    async def search_memory(self, *, app_name: str, user_id: str, query: str) -> SearchMemoryResponse:
        """What happened, best match first and of equals the latest, then what was said.

        An event matches when a word of ``query`` is among its own, its shot, its stage or its name; a long one, or
        one in a script that sets no spaces, may also be part of a word.
        """
        happened = await asyncio.to_thread(self._happened, query)
        said = await super().search_memory(app_name=app_name, user_id=user_id, query=query)
        return SearchMemoryResponse(memories=[*happened, *said.memories][: self.max_results])

    async def add_memory(
        self,
        *,
        app_name: str,
        user_id: str,
        memories: Sequence[MemoryEntry],
        custom_metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Write notes into the film's timeline."""
        for memory in memories:
            text = " ".join(part.text for part in memory.content.parts or [] if part.text)
            if text:
                write = asyncio.to_thread(
                    write_memory_event, self.folder, "note", text=text, author=memory.author or user_id
                )
                await write

    def _happened(self, query: str) -> list[MemoryEntry]:
        wanted = words(query)
        found = []
        for event in read_timeline(self.folder):
            told = sentence(event)
            text = fold(
                f"{told} {event.event} {event.event.replace('_', ' ')} {STAGE_WORDS.get(event.stage or '', '')}"
            )
            own = words(text)
            score = sum(word in own or (_may_be_part(word) and word in text) for word in wanted)
            if score and event.event not in DETAILS:
                found.append((score, event.seq, told, event))
        found.sort(key=lambda entry: (-entry[0], -entry[1]))
        return [_entry(told, event) for _, _, told, event in found[: self.max_results]]


def sentence(event: StageEvent) -> str:
    """An event as it stands in memory: where, then what."""
    where = " ".join(part for part in (f"shot {event.shot}" if event.shot else "", event.stage or "") if part)
    return f"{where}: {narrate(event)}" if where else narrate(event)


def words(text: str) -> set[str]:
    """The words of a query, as they are looked for."""
    return set(_WORD.findall(fold(text)))


def fold(text: str) -> str:
    """``text`` as it is compared: composed, without case."""
    return unicodedata.normalize("NFC", text).casefold()


def _may_be_part(word: str) -> bool:
    return len(word) >= 4 or not word.isascii()


def _entry(told: str, event: StageEvent) -> MemoryEntry:
    return MemoryEntry(
        id=f"event-{event.seq}",
        content=types.Content(role="user", parts=[types.Part(text=told)]),
        author=AUTHOR,
        timestamp=event.at,
        custom_metadata={"event": event.event, "stage": event.stage, "shot": event.shot, "slot": event.slot},
    )
