"""final_cut: the shots joined by packets, cards and transitions between them, one mix, subtitles, chapters.

Only cards and transitions are rendered here, each into a file named by everything that decides it; so a cut after one
changed shot renders the transitions beside that shot and nothing else.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.engines import CardEngine, MusicEngine
from resources.errors import RenderFault
from resources.media.assemble import CLIP, Segments, assemble, stretches
from resources.media.burn import shown
from resources.media.encode import Picture
from resources.media.fonts import font_files, without_face
from resources.media.join import frame_count
from resources.media.loudness import TARGETS, encode_to_target
from resources.media.mux import Chapter, chapters_text, mux
from resources.media.pictures import poster_frame
from resources.media.probe import read_sound
from resources.media.subtitles import Cue, cues, to_srt, to_vtt
from resources.media.words import with_words
from resources.media.wrap import measure_for
from resources.pipeline.carry import Job
from resources.pipeline.letters import lettered
from resources.pipeline.render import OWN_SOUND, CardFrames, Renderer
from resources.pipeline.resolve import Script
from resources.pipeline.stages.layout import Run, lay_out
from resources.pipeline.stages.sound import SoundRoom, Voice
from resources.pipeline.stages.voices import read_track, shifted
from resources.pipeline.versions import VERSIONS
from resources.store.artifacts import Artifacts
from resources.store.fingerprint import digest
from resources.store.records import MEND, read_record
from resources.store.timeline import write_memory_event
from schemas.cut import CutSheet, Piece, Stem
from schemas.media import CutRequest, TimedLine
from schemas.refs import AssetRef
from schemas.time import FrameRate

CODE_VERSION = VERSIONS["final_cut"]
FILM = "final_cut.mp4"


@dataclass(frozen=True)
class ShotMedia:
    """The artifacts of one shot that the cut needs."""

    image: AssetRef
    voice: AssetRef
    clip: AssetRef


def cut_job(
    script: Script,
    store: Artifacts,
    cards: CardEngine,
    music: MusicEngine,
    renderer: Renderer,
    shots: list[ShotMedia],
) -> Job:
    """The film. ``shots`` are in the order of the plan."""
    request = script.cut_request()
    picture = cut_picture(script)

    def make(folder: Path) -> dict[str, Any]:
        cut = _Cut(store, script, request, picture, renderer, cards)
        pieces, dropped = cut.lay_out(shots)
        room = SoundRoom(store.film.path / "cut", music)
        voices, effects = _sounds(store, shots)
        sound = room.film_sound(request, pieces, voices, effects)
        sheet = _sheet(request, pieces, dropped, voices, sound.listed(store.home))
        subtitles = cues(sheet.lines, script.plan.rate.samples(sheet.frames), measure_for(*script.plan.frame_size))
        words = subtitles if request.burn_subtitles else []
        if boxes := without_face("".join(cue.text for cue in words)):
            said = f"no typeface has {boxes[:12]!r}: the subtitles in the picture show boxes there"
            write_memory_event(store.film.path, "without_face", stage="final_cut", message=said)
            logging.getLogger("sparkle.control").warning(said)
        cut.join(pieces, words, folder / "picture.mp4")
        loudness = encode_to_target(sound.mix, TARGETS[request.loudness], folder / "sound.m4a")
        room.forget_unused()
        (folder / "final_cut.srt").write_text(to_srt(subtitles), encoding="utf-8")
        (folder / "final_cut.vtt").write_text(to_vtt(subtitles), encoding="utf-8")
        (folder / "chapters.txt").write_text(chapters_text(request.title, _chapters(request, sheet)), encoding="utf-8")
        # words that stand in the picture already would be shown twice
        with_subtitles = "final_cut.srt" if subtitles and not request.burn_subtitles else None
        mux(folder, "picture.mp4", "sound.m4a", with_subtitles, "chapters.txt", FILM, request.language)
        (folder / "cut_sheet.json").write_text(sheet.model_dump_json(indent=1), encoding="utf-8")
        poster_frame(store.path(shots[len(shots) // 2].clip) / CLIP, folder / "poster.jpg")
        for left in ("picture.mp4", "sound.m4a", "chapters.txt"):
            (folder / left).unlink()
        return {
            "frames": sheet.frames,
            "seconds": round(script.plan.rate.seconds(sheet.frames), 3),
            "loudness_lufs": round(loudness.integrated, 2),
            "true_peak_dbtp": round(loudness.true_peak, 2),
            "cues": len(subtitles),
            "fastest_cue": round(max((cue.speed for cue in subtitles), default=0.0), 1),
            "codec": str(request.codec),
            "width": request.width,
            "height": request.height,
            "dropped_transitions": dropped,
        }

    def verify(folder: Path) -> None:
        sheet = read_sheet(folder)
        count = frame_count(folder / FILM)  # every packet was decoded when its clip was measured; qa_report decodes all
        if count != sheet.frames:
            raise RenderFault(f"{FILM} has {count} frames, not {sheet.frames}")
        samples = len(read_sound(folder / FILM))
        wanted = script.plan.rate.samples(sheet.frames)
        if abs(samples - wanted) > script.plan.rate.samples(1):
            raise RenderFault(f"{FILM} holds {samples} samples of sound, not {wanted}")

    def fonts() -> list[Path]:
        cards_say = [request.title, request.logline, *request.credits]
        spoken = "\n".join(line.text for shot in script.plan.shots for line in shot.dialogue)
        shown_on = lettered(cards, cards_say) if request.title_frames or request.end_frames else []
        return [*shown_on, *(font_files(spoken) if request.burn_subtitles else [])]

    inputs = {}
    for shot, media in zip(request.shots, shots, strict=True):
        inputs[f"{shot.shot_id}.clip"] = media.clip.sha256
        inputs[f"{shot.shot_id}.voice"] = media.voice.sha256
    inputs["first.image"] = shots[0].image.sha256
    return Job(
        stage="final_cut",
        slot=None,
        shot=None,
        code_version=f"{CODE_VERSION}+{music.name}-{music.revision}",
        engine=cards,
        request=request,
        make=make,
        verify=verify,
        inputs=inputs,
        seed=request.music_seed,
        fonts=fonts,
    )


def cut_picture(script: Script) -> Picture:
    """Encoder settings of everything in the cut."""
    width, height = script.plan.frame_size
    encode = script.profile.encode
    return Picture(width, height, script.plan.rate.value, encode.preset, encode.crf, script.settings.codec)


def restore_parts(
    script: Script,
    store: Artifacts,
    cards: CardEngine,
    music: MusicEngine,
    renderer: Renderer,
    shots: list[ShotMedia],
) -> list[Piece]:
    """Make again the cards and stems of the current cut that a later cut has forgotten; where everything lies."""
    request = script.cut_request()
    pieces, _ = _Cut(store, script, request, cut_picture(script), renderer, cards).lay_out(shots)
    SoundRoom(store.film.path / "cut", music).film_sound(request, pieces, *_sounds(store, shots))
    return pieces


def prefetch_cards(script: Script, store: Artifacts, cards: CardEngine, renderer: Renderer, image: AssetRef) -> None:
    """Let the workers begin with the cards; ``image`` is the keyframe of the first shot."""
    cut = _Cut(store, script, script.cut_request(), cut_picture(script), renderer, cards)
    cut.prefetch_cards(store.path(image))


class _Cut:
    """One cut under way."""

    def __init__(
        self,
        store: Artifacts,
        script: Script,
        request: CutRequest,
        picture: Picture,
        renderer: Renderer,
        cards: CardEngine,
    ) -> None:
        self.store = store
        self.request = request
        self.picture = picture
        self.renderer = renderer
        self.cards = cards
        self.handle = script.profile.encode.handle_frames
        self.segments = Segments(store.film.path / "cut" / "segments")

    def lay_out(self, shots: list[ShotMedia]) -> tuple[list[Piece], list[str]]:
        """Cards and shots with their first frames; names of transitions that did not fit."""
        images = [self.store.path(shots[0].image)]
        title = self._card_run("title", images, self.request.title_frames)
        runs = [Run(media.clip.uri, media.clip.facts["frames"], media.clip.facts["handle"]) for media in shots]
        return lay_out(self.request, runs, title, self._card_run("end", images, self.request.end_frames))

    def join(self, pieces: list[Piece], words: list[Cue], out: Path) -> None:
        """Render what transitions and ``words`` in the picture need, and join everything."""
        found = stretches(pieces, self.store.home, self.segments, self.picture)
        found = with_words(found, shown(words, self.picture.rate, pieces[-1].stop), self.picture, self.segments)
        count = assemble(found, self.picture.rate, out)
        if count != pieces[-1].stop:
            raise RenderFault(f"the cut has {count} frames, its plan {pieces[-1].stop}")
        self.segments.forget_unused()

    def _card_run(self, kind: str, images: list[Path], frames: int) -> Run | None:
        """A card, rendered where it is not there yet; None for one of no length."""
        if not frames:
            return None
        folder = self._card(kind, images, frames)
        handle = int((folder / "done").read_text())
        return Run(str(folder.relative_to(self.store.home)), frames, handle)

    def _card(self, kind: str, images: list[Path], frames: int) -> Path:
        key = self.card_key(kind, images, frames)
        folder = self.segments.keep(key)
        if not (folder / "done").exists():
            source = CardFrames(self.cards, kind, self.request, images, frames)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            encoded = self.renderer.render(self._cached(key), source, self.picture, frames, self.handle, folder)
            (folder / "done").write_text(str(encoded.handle))
            self.renderer.done(self._cached(key))
        return folder

    def prefetch_cards(self, image: Path) -> None:
        """Let the workers begin with the cards."""
        for kind, frames in (("title", self.request.title_frames), ("end", self.request.end_frames)):
            key = self.card_key(kind, [image], frames)
            if frames and not (self.segments.folder / key / "done").exists():
                source = CardFrames(self.cards, kind, self.request, [image], frames)
                self.renderer.prefetch(self._cached(key), source, self.picture, frames, self.handle)

    def _cached(self, key: str) -> str:
        """A card's frames in the cache, which films share: each forgets its own."""
        return digest([self.store.film.movie, key])

    def card_key(self, kind: str, images: list[Path], frames: int) -> str:
        """Everything that decides a card."""
        return digest(
            [
                kind,
                self.cards.name,
                self.cards.revision,
                self.request.model_dump(
                    mode="json", include={"title", "logline", "credits", "width", "height", "fps", "language"}
                ),
                [image.name for image in images],
                frames,
                self.handle,
                str(self.picture),
            ]
        )[:24]


def _sounds(store: Artifacts, shots: list[ShotMedia]) -> tuple[list[Voice], list[Voice | None]]:
    """Dialogue of every shot, and the sound of those that are clips of the user's own."""
    clips = [Voice(store.path(shot.clip), shot.clip.sha256) for shot in shots]
    sounding = [clip if (clip.folder / OWN_SOUND).exists() else None for clip in clips]
    return [Voice(store.path(shot.voice), shot.voice.sha256) for shot in shots], sounding if any(sounding) else []


def _sheet(
    request: CutRequest, pieces: list[Piece], dropped: list[str], voices: list[Voice], stems: list[Stem]
) -> CutSheet:
    rate = FrameRate.parse(request.fps)
    starts = {piece.name: piece.start for piece in pieces if not piece.card}
    lines: list[TimedLine] = []
    owners: list[str] = []
    for shot, voice in zip(request.shots, voices, strict=True):
        for line in read_track(voice.folder).lines:
            lines.append(shifted(line, rate.samples(starts[shot.shot_id])))
            owners.append(shot.shot_id)
    return CutSheet(
        fps=request.fps,
        frames=pieces[-1].stop,
        pieces=pieces,
        lines=lines,
        line_shots=owners,
        dropped_transitions=dropped,
        stems=stems,
    )


def _chapters(request: CutRequest, sheet: CutSheet) -> list[Chapter]:
    rate = FrameRate.parse(request.fps)
    return [
        Chapter(
            start=round(rate.seconds(piece.start) * 1000),
            end=round(rate.seconds(piece.stop - (after.overlap if after else 0)) * 1000),
            title=piece.name,
        )
        for piece, after in zip(sheet.pieces, [*sheet.pieces[1:], None], strict=True)
    ]


def read_sheet(folder: Path) -> CutSheet:
    """The cut sheet of a final cut."""
    return read_record(folder / "cut_sheet.json", CutSheet, hint=MEND)
