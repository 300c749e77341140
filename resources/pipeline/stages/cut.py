"""final_cut: the shots joined by packets, cards and transitions between them, one mix, subtitles, chapters.

Only cards and transitions are rendered here, each into a file named by everything that decides it; so a cut after one
changed shot renders the transitions beside that shot and nothing else.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from resources.engines import CardEngine, MusicEngine
from resources.errors import RenderFault
from resources.media.encode import Picture, encode_yuv
from resources.media.join import Span, frame_count, join
from resources.media.loudness import TARGETS, encode_to_target
from resources.media.mix import mix, place_sound
from resources.media.mux import Chapter, burn, chapters_text, mux
from resources.media.pictures import thumbnail
from resources.media.probe import read_sound
from resources.media.subtitles import cues, to_srt, to_vtt
from resources.media.transitions import read_planes, transition_frames
from resources.media.wav import read_wav
from resources.pipeline.carry import Job
from resources.pipeline.render import CLIP, HEAD, TAIL, CardFrames, Renderer
from resources.pipeline.resolve import Script
from resources.pipeline.stages.voices import read_track, shifted
from resources.store.artifacts import Artifacts
from resources.store.atomic import TEMPORARY, sync_file
from resources.store.fingerprint import digest
from schemas.cut import CutSheet, Piece
from schemas.media import CutRequest, TimedLine
from schemas.refs import AssetRef
from schemas.time import FrameRate
from schemas.vocabulary import TransitionKind

CODE_VERSION = "1"
FILM = "final_cut.mp4"
END_TRANSITION = 12
"""Frames of the dissolve into the end card."""


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
        sheet = _sheet(request, pieces, dropped, [store.path(shot.voice) for shot in shots])
        cut.join(pieces, folder / "picture.mp4")
        loudness = _sound(request, sheet, music, [store.path(shot.voice) for shot in shots], folder / "sound.m4a")
        subtitles = cues(sheet.lines, script.plan.rate.samples(sheet.frames))
        (folder / "final_cut.srt").write_text(to_srt(subtitles), encoding="utf-8")
        (folder / "final_cut.vtt").write_text(to_vtt(subtitles), encoding="utf-8")
        (folder / "chapters.txt").write_text(chapters_text(request.title, _chapters(request, sheet)), encoding="utf-8")
        if request.burn_subtitles and subtitles:
            burn(folder, "picture.mp4", "final_cut.srt", None, picture.preset, picture.crf, "burnt.mp4")
            (folder / "burnt.mp4").replace(folder / "picture.mp4")
        with_subtitles = "final_cut.srt" if subtitles else None
        mux(folder, "picture.mp4", "sound.m4a", with_subtitles, "chapters.txt", FILM, request.language)
        (folder / "cut_sheet.json").write_text(sheet.model_dump_json(indent=1), encoding="utf-8")
        _poster(store, shots, folder / "poster.jpg")
        for left in ("picture.mp4", "sound.m4a", "chapters.txt"):
            (folder / left).unlink()
        return {
            "frames": sheet.frames,
            "seconds": round(script.plan.rate.seconds(sheet.frames), 3),
            "loudness_lufs": round(loudness[0], 2),
            "true_peak_dbtp": round(loudness[1], 2),
            "cues": len(subtitles),
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
    )


def cut_picture(script: Script) -> Picture:
    """Encoder settings of everything in the cut."""
    width, height = script.plan.frame_size
    return Picture(width, height, script.plan.rate.value, script.profile.encode.preset, script.profile.encode.crf)


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
        self.segments = store.film.path / "cut" / "segments"
        self.used: set[str] = set()

    def lay_out(self, shots: list[ShotMedia]) -> tuple[list[Piece], list[str]]:
        """Cards and shots with their first frames; names of transitions that did not fit."""
        images = [self.store.path(shots[0].image)]
        raw: list[tuple[str, Path, int, int, TransitionKind, int]] = []
        if self.request.title_frames:
            folder = self._card("title", images, self.request.title_frames)
            raw.append(("title", folder, self.request.title_frames, self._handle(folder), TransitionKind.CUT, 0))
        for shot, media in zip(self.request.shots, shots, strict=True):
            folder, facts = self.store.path(media.clip), media.clip.facts
            kind = TransitionKind(shot.transition_kind)
            raw.append((shot.shot_id, folder, facts["frames"], facts["handle"], kind, shot.transition_frames))
        if self.request.end_frames:
            folder = self._card("end", images, self.request.end_frames)
            kind = TransitionKind.DISSOLVE
            raw.append(("end", folder, self.request.end_frames, self._handle(folder), kind, END_TRANSITION))
        pieces: list[Piece] = []
        dropped: list[str] = []
        for name, folder, frames, handle, kind, overlap in raw:
            room = min(handle, pieces[-1].handle) if pieces else 0
            if overlap > room:
                dropped.append(name)
                kind, overlap = TransitionKind.CUT, 0
            start = pieces[-1].stop - overlap if pieces else 0
            pieces.append(
                Piece(
                    name=name,
                    folder=str(folder.relative_to(self.store.home)),
                    frames=frames,
                    handle=handle,
                    transition=kind,
                    overlap=overlap,
                    start=start,
                )
            )
        return pieces, dropped

    def join(self, pieces: list[Piece], out: Path) -> None:
        """Render what transitions need and join everything."""
        spans: list[Span] = []
        for number, piece in enumerate(pieces):
            following = pieces[number + 1] if number + 1 < len(pieces) else None
            start = piece.handle if piece.overlap else 0
            stop = piece.frames - piece.handle if following is not None and following.overlap else piece.frames
            spans.append(Span(self.store.home / piece.folder / CLIP, start, stop))
            if following is not None and following.overlap:
                path = self._transition(piece, following)
                spans.append(Span(path, 0, piece.handle + following.handle - following.overlap))
        count = join(spans, self.picture.rate, out)
        if count != pieces[-1].stop:
            raise RenderFault(f"the cut has {count} frames, its plan {pieces[-1].stop}")
        self._forget_unused()

    def _card(self, kind: str, images: list[Path], frames: int) -> Path:
        key = self.card_key(kind, images, frames)
        folder = self._segment(key)
        if not (folder / "done").exists():
            source = CardFrames(self.cards, kind, self.request, images, frames)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            encoded = self.renderer.render(key, source, self.picture, frames, self.handle, folder)
            (folder / "done").write_text(str(encoded.handle))
            self.renderer.done(key)
        return folder

    def prefetch_cards(self, image: Path) -> None:
        """Let the workers begin with the cards."""
        for kind, frames in (("title", self.request.title_frames), ("end", self.request.end_frames)):
            key = self.card_key(kind, [image], frames)
            if frames and not (self.segments / key / "done").exists():
                source = CardFrames(self.cards, kind, self.request, [image], frames)
                self.renderer.prefetch(key, source, self.picture, frames, self.handle)

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

    def _transition(self, before: Piece, after: Piece) -> Path:
        tail, head = self.store.home / before.folder / TAIL, self.store.home / after.folder / HEAD
        key = digest([before.folder, after.folder, after.transition, after.overlap, str(self.picture)])[:24]
        folder = self._segment(key)
        path = folder / "transition.mp4"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            temporary = folder / f"{TEMPORARY}transition.mp4"
            frames = transition_frames(after.transition, read_planes(tail), read_planes(head), after.overlap)
            encode_yuv(frames, self.picture, temporary)
            sync_file(temporary)
            temporary.replace(path)
        return path

    def _segment(self, key: str) -> Path:
        self.used.add(key)
        return self.segments / key

    def _forget_unused(self) -> None:
        for folder in self.segments.iterdir() if self.segments.is_dir() else []:
            if folder.name not in self.used:
                shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _handle(folder: Path) -> int:
        return int((folder / "done").read_text())


def _sheet(request: CutRequest, pieces: list[Piece], dropped: list[str], voices: list[Path]) -> CutSheet:
    rate = FrameRate.parse(request.fps)
    starts = {piece.name: piece.start for piece in pieces}
    lines: list[TimedLine] = []
    owners: list[str] = []
    for shot, folder in zip(request.shots, voices, strict=True):
        for line in read_track(folder).lines:
            lines.append(shifted(line, rate.samples(starts[shot.shot_id])))
            owners.append(shot.shot_id)
    return CutSheet(
        fps=request.fps,
        frames=pieces[-1].stop,
        pieces=pieces,
        lines=lines,
        line_shots=owners,
        dropped_transitions=dropped,
    )


def _sound(
    request: CutRequest, sheet: CutSheet, music: MusicEngine, voices: list[Path], out: Path
) -> tuple[float, float]:
    """Mix and encode the film's sound; returns (LUFS, dBTP) as measured on the file."""
    rate = FrameRate.parse(request.fps)
    total = rate.samples(sheet.frames)
    dialogue = np.zeros((total, 2), np.float32)
    by_name = {piece.name: piece for piece in sheet.pieces}
    spans = []
    for shot, folder in zip(request.shots, voices, strict=True):
        piece = by_name[shot.shot_id]
        start, stop = rate.samples(piece.start), rate.samples(piece.stop)
        place_sound(dialogue, read_wav(folder / "dialogue.wav"), start)
        spans.append((start, stop, str(shot.place), str(shot.time_of_day), str(shot.weather)))
    stems = mix(dialogue, music.music(request, total), music.ambience(request, spans, total))
    result = encode_to_target(np.sum(stems, axis=0, dtype=np.float32), TARGETS[request.loudness], out)
    return result.integrated, result.true_peak


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


def _poster(store: Artifacts, shots: list[ShotMedia], out: Path) -> None:
    from PIL import Image

    with Image.open(store.path(shots[len(shots) // 2].image) / "image.png") as picture:
        thumbnail(picture, out, width=640)


def read_sheet(folder: Path) -> CutSheet:
    """The cut sheet of a final cut."""
    return CutSheet.model_validate_json((folder / "cut_sheet.json").read_bytes())
