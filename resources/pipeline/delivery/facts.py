"""How a film was made, gathered from the sidecars of everything that is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args

from resources.pipeline.delivery.source import SPOKEN_BY_RULE, film_source, stage_source
from resources.pipeline.handover.film import FinishedFilm
from resources.pipeline.stages.cut import FILM
from resources.pipeline.stages.voices import read_track
from resources.pipeline.told import FACT, SHORT, models_told
from resources.store.fingerprint import hash_file
from schemas.delivery import Consent, Facts, OwnMaterial, Source, StageMaker, Training
from schemas.plan import Media, Shot
from schemas.refs import SHOT_STAGES, Sidecar, Stage

_KINDS: tuple[Literal["image", "clip", "voice"], ...] = ("image", "clip", "voice")


def gather(film: FinishedFilm, *, label: bool = False, training: Training | None = None) -> Facts:
    """What a delivery copy of ``film`` tells."""
    production = film.production
    plan = production.script.plan
    parts = [part for shot in plan.shots for part in _parts(film, shot)]
    own = [one for shot in plan.shots for one in _own(film, shot)]
    approved = {question.stage for question in production.reviews.current() if question.decision == "approve"}
    planned = production.store.sidecar(production.ref("movie_plan"))
    return Facts(
        movie=production.film.movie,
        title=plan.title[:2000],
        source=film_source({source for _, _, source in parts}, own=bool(own)),
        oversight="human_validated" if approved & {"final_cut", "qa_report"} else "prompt_guided",
        writer=public_name(planned.engine) if planned is not None else "unknown",
        deciders=sorted({public_name(model) for sidecar, _, _ in parts if (model := sidecar.decision.get("model"))}),
        made=_makers(parts),
        own=own,
        consents=_consents(sidecar for sidecar, _, _ in parts),
        label=label,
        training=training,
        final_cut=hash_file(film.cut / FILM),
    )


def own_files(film: FinishedFilm, facts: Facts) -> list[Path]:
    """Where the user's own material is, in the order of ``facts.own``."""
    shots = {shot.id: shot for shot in film.production.script.plan.shots}
    return [own_path(film, shots[one.shot], one.kind) for one in facts.own]


def own_path(film: FinishedFilm, shot: Shot, kind: Literal["image", "clip", "voice"]) -> Path:
    """Where a file of the user's own is."""
    return film.production.script.plan_folder / str(getattr(shot.media or Media(), kind))


def public_name(model: str) -> str:
    """A ``model_spec`` without its address and without folders of this machine."""
    name = model.split("@")[0]
    kind, slash, rest = name.partition("/")
    return f"{kind}{slash}{Path(rest).name}" if kind == "transformers" else name


Part = tuple[Sidecar, list[str], Source]
"""A stage of a shot: its sidecar, the models it was made with, and what kind of media that gives."""


def _parts(film: FinishedFilm, shot: Shot) -> Iterator[Part]:
    """The stages of a shot that a machine made and that are seen or heard."""
    production = film.production
    slot, media = production.script.slot(shot), shot.media or Media()
    for stage in SHOT_STAGES:
        ref = production.ref(stage, slot)
        sidecar = production.store.sidecar(ref)
        if sidecar is None or _is_own(stage, media):
            continue
        if stage == "voice_tracks":
            lines = read_track(production.store.path(ref)).lines
            if lines:
                engines = sorted({line.engine for line in lines})
                rules = all(engine.split(":")[0] in SPOKEN_BY_RULE for engine in engines)
                yield sidecar, _voice_models(sidecar) or engines, stage_source(sidecar.engine, learned=not rules)
        else:
            models = models_told(ref.facts)
            yield sidecar, models, stage_source(sidecar.engine, learned=bool(models))


def _is_own(stage: Stage, media: Media) -> bool:
    """Whether a stage of a shot shows or plays the user's own material and nothing else."""
    if stage == "voice_tracks":
        return media.voice is not None
    if stage == "shot_images":
        return media.image is not None or media.clip is not None
    return media.clip is not None


def _own(film: FinishedFilm, shot: Shot) -> Iterator[OwnMaterial]:
    for kind in _KINDS:
        if getattr(shot.media or Media(), kind) is not None:
            path = own_path(film, shot, kind)
            yield OwnMaterial(shot=shot.id or "", kind=kind, sha256=hash_file(path))


def _makers(parts: Iterable[Part]) -> list[StageMaker]:
    """Parts that were made alike, counted."""
    alike = Counter((p.ref.stage, p.engine, p.engine_revision, tuple(models), source) for p, models, source in parts)
    order = get_args(Stage)
    return [
        StageMaker(stage=stage, engine=engine, revision=revision, models=list(models), shots=count, source=source)
        for (stage, engine, revision, models, source), count in sorted(
            alike.items(), key=lambda item: (order.index(item[0][0]), item[0][1:])
        )
    ]


def _lines(sidecar: Sidecar) -> list[dict[str, Any]]:
    """What an engine that loads models told of each line it spoke."""
    told = sidecar.ref.facts.get(FACT)
    lines = told.get("lines") if isinstance(told, dict) else None
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _voice_models(sidecar: Sidecar) -> list[str]:
    told = {(line.get("model"), line.get("model_revision")) for line in _lines(sidecar) if line.get("model")}
    hosted = {str(line["provider"]) for line in _lines(sidecar) if line.get("provider") and not line.get("model")}
    return sorted({f"{model}@{str(revision)[:SHORT]}" for model, revision in told} | hosted)


def _consents(sidecars: Iterable[Sidecar]) -> list[Consent]:
    """Recordings of people that voices follow, each once."""
    found: dict[tuple[str, str], Consent] = {}
    for sidecar in sidecars:
        for line in _lines(sidecar):
            voice = line.get("voice")
            if isinstance(voice, dict) and str(voice.get("provider_voice_id", "")).startswith("clip:"):
                name, clip = str(voice.get("voice_id", "")), str(voice["provider_voice_id"])
                said = str(voice.get("consent", ""))[:2000]
                found[name, clip] = Consent(voice=name, clip=clip, said=said)
    return [found[key] for key in sorted(found)]
