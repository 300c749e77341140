"""movie_plan: an idea becomes a plan, and every plan is taken in: ids, media, slots.

``movies/<id>/plan/movie_plan.json`` is the truth of a film. It is written once from the idea, or from the user's own
plan, and never again without being asked: whoever edits it has the last word.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from resources.config import first_fault
from resources.errors import ENCODING_HINT, InputError, Missing, PlanInvalid, RenderFault, is_text
from resources.media.conform import check_media
from resources.pipeline.carry import Job
from resources.pipeline.resolve import Script, with_ids
from resources.pipeline.versions import VERSIONS
from resources.profile import load_profile
from resources.store.artifacts import Artifacts
from resources.store.atomic import copy_file, disk_errors, sync_folder, write_json
from resources.store.film import FilmFolder, Settings, assign_slots, read_text
from resources.store.fingerprint import digest, hash_file
from resources.store.migrations import check_format
from resources.store.outside import copied
from resources.store.records import json_of
from schemas.plan import Media, MoviePlan, Seed, Shot, Strict
from schemas.script import Constraints

CODE_VERSION = VERSIONS["movie_plan"]
MAX_IDEA = 2000
"""Characters of an idea."""
MAX_MEDIA_BYTES = 2 * 1024**3
ModelName = Annotated[str, Field(max_length=400)]
"""A ``model_spec``."""


class ScreenplayReel(Strict):
    """A reel of a screenplay, whose text stands beside the plan (``plan/screenplay.fountain``)."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Hash of the text that was planned."""
    name: str = Field("", max_length=255)
    """Name of the file it was read from."""
    reel: int = Field(1, ge=1)


class Request(Constraints):
    """What a film was asked for, and the wishes that came with it (``plan/request.json``)."""

    idea: str = Field("", max_length=MAX_IDEA)
    screenplay: ScreenplayReel | None = None
    """What it came from: an idea, or a reel of a screenplay."""
    writer: ModelName = "sparkle/local"
    seed: Seed = 0
    told: str | None = None
    """Hash of the plan that was written for it; a plan with another hash was edited by hand."""

    @model_validator(mode="after")
    def _from_one_thing(self) -> Request:
        if bool(self.idea) == (self.screenplay is not None):
            raise ValueError("idea: a film comes from an idea or from a screenplay")
        return self

    @property
    def constraints(self) -> Constraints:
        """The wishes without the idea."""
        return Constraints.model_validate(self.model_dump(include=set(Constraints.model_fields)))


class Writer(Strict):
    """Whoever wrote a plan, as an engine for the fingerprint."""

    name: str
    revision: str = "1"


def check_idea(idea: str) -> str:
    """The idea without stray white space. Raises :class:`InputError` when nothing is left or it is far too long."""
    clean = " ".join(idea.split())
    if not any(char.isalnum() for char in clean):
        raise InputError(
            "there are no words in the idea" if clean else "the idea is empty",
            hint='for example: sparkle make "A lighthouse keeper befriends a storm"',
        )
    if not is_text(clean):
        raise InputError("the idea is not UTF-8 text", hint=ENCODING_HINT)
    if len(clean) > MAX_IDEA:
        raise InputError(
            f"the idea has {len(clean):,} characters, at most {MAX_IDEA:,} are read",
            hint="a whole story is better told as a plan: sparkle make --plan FILE",
        )
    return clean


def check_writer(writer: str) -> None:
    """Raises what is missing of a writer: a name, a key, a package, the weights; no other one takes its place."""
    from resources.agents.adk_factory import check_model

    check_model(writer)


def write_plan(request: Request, keep: Path | None = None) -> MoviePlan:
    """A new plan for ``request``, by its writer. Raises what script_agent raises.

    ``keep`` is the folder of the film that pays for it, and in which it is memoised with every attempt.
    """
    from resources.agents.budget import Budget
    from resources.agents.script_agent import script_agent

    if request.screenplay is not None:
        from resources.pipeline.stages.screenplay import plan_again

        return plan_again(request, keep)
    budget = Budget(keep) if keep is not None else None
    return with_ids(
        script_agent(
            request.idea, request.constraints, model=request.writer, seed=request.seed, keep=keep, budget=budget
        )
    )


def read_plan(path: Path) -> MoviePlan:
    """Read and check a plan. Raises :class:`PlanInvalid` naming the first fault."""
    text = read_text(path)
    try:
        value = json_of(text)
    except ValueError as error:
        raise PlanInvalid(f"is not JSON: {error}", where=str(path)) from None
    if not isinstance(value, dict):
        raise PlanInvalid("a plan is a JSON object", where=str(path))
    try:
        return MoviePlan.model_validate(value)
    except ValidationError as error:
        raise PlanInvalid(first_fault(error), where=str(path), hint="docs/PLAN.md lists every field") from None


def take_in(film: FilmFolder, plan: MoviePlan, folder: Path) -> MoviePlan:
    """Give shots their ids, and copy media of the user's own, found under ``folder``, into the film."""
    plan = with_ids(plan)
    shots = [
        shot.model_copy(update={"media": _own_media(film, shot, folder)}) if shot.media else shot for shot in plan.shots
    ]
    return plan.model_copy(update={"shots": shots})


def save_plan(film: FilmFolder, plan: MoviePlan) -> None:
    """Make ``plan`` the truth of the film; the one before is kept in ``plan/history``."""
    value = plan.model_dump(mode="json", exclude_defaults=False)
    if film.plan_path.exists():
        if _says(film.plan_path) == value:
            return
        kept = film.path / "plan" / "history" / f"{hash_file(film.plan_path)[:16]}.json"
        if not kept.exists():
            copy_file(film.plan_path, kept)
    write_json(film.plan_path, value)


def _says(path: Path) -> object:
    """What a plan that is there says; None for one that is damaged, which is about to be replaced."""
    try:
        return json_of(path.read_bytes())
    except ValueError:
        return None


def ensure_plan(film: FilmFolder) -> MoviePlan:
    """The film's plan, written from its request when there is none, taken in when it was edited by hand."""
    if not film.plan_path.exists():
        request = read_request(film)
        if request is None:
            raise Missing(f"film {film.movie!r} has neither a plan nor an idea", hint="start it with `sparkle make`")
        plan = take_in(film, write_plan(request, film.path), film.plan_path.parent)
        save_plan(film, plan)
        save_request(film, request.model_copy(update={"told": plan_hash(plan)}))
        return plan
    plan = take_in(film, read_plan(film.plan_path), film.plan_path.parent)
    save_plan(film, plan)
    return plan


def edited_by_hand(film: FilmFolder) -> bool:
    """Whether the film has a plan that no writer of ours wrote as it stands."""
    if not film.plan_path.exists():
        return False
    request = read_request(film)
    return request is None or plan_hash(read_plan(film.plan_path)) != request.told


def must_tell(film: FilmFolder, wanted: Request) -> bool:
    """Whether a film has no plan yet for what is wanted, and none of a person's own."""
    if not film.plan_path.exists():
        return True
    request = read_request(film)
    same = request is not None and wanted.model_copy(update={"told": request.told}) == request
    return not same and not edited_by_hand(film)


def tell_film(film: FilmFolder, wanted: Request, settings: Settings) -> bool:
    """Leave the film with a plan for ``wanted``, unless it was told before or edited by hand since; True when told."""
    if not must_tell(film, wanted):
        return False
    plan = take_in(film, write_plan(wanted, film.path), film.plan_path.parent)
    rehearse(plan, settings, film.plan_path.parent)
    save_plan(film, plan)
    save_request(film, wanted.model_copy(update={"told": plan_hash(plan)}))
    return True


def rehearse(plan: MoviePlan, settings: Settings, folder: Path) -> None:
    """Resolve every request of a plan, so that what nobody can speak or draw is told before anything is written."""
    plan = with_ids(plan)
    slots = assign_slots({}, [shot.id for shot in plan.shots if shot.id])
    script = Script(plan, settings, load_profile(settings.profile), slots, {}, folder)
    for shot in plan.shots:
        script.voice_request(shot.model_copy(update={"media": None}))
        script.video_request(shot.model_copy(update={"media": None}))
        script.image_request(shot.model_copy(update={"media": None}))


def open_script(film: FilmFolder) -> Script:
    """Everything that decides what is made of a film. Raises :class:`LaterVersion` for one of a later version."""
    check_format(film.path)
    plan = ensure_plan(film)
    settings = film.settings()
    return Script(
        plan=plan,
        settings=settings,
        profile=load_profile(settings.profile),
        slots=film.slots([shot.id for shot in plan.shots if shot.id]),
        takes=film.takes(),
        plan_folder=film.plan_path.parent,
    )


def peek_script(film: FilmFolder, plan: MoviePlan, settings: Settings, folder: Path) -> Script:
    """What :func:`open_script` would give for ``plan``, its media under ``folder``; nothing is written."""
    check_format(film.path)
    plan = with_ids(plan)
    return Script(
        plan=plan,
        settings=settings,
        profile=load_profile(settings.profile),
        slots=film.peek_slots([shot.id for shot in plan.shots if shot.id]),
        takes=film.takes(),
        plan_folder=folder,
    )


def plan_hash(plan: MoviePlan) -> str:
    """Hash of a plan's content."""
    return digest(plan.model_dump(mode="json"))


def read_request(film: FilmFolder) -> Request | None:
    """What the film was asked for, or None when it began with a plan."""
    path = film.path / "plan" / "request.json"
    if not path.exists():
        return None
    try:
        return Request.model_validate_json(read_text(path))
    except ValidationError as error:
        raise InputError(first_fault(error), where=str(path)) from None


def save_request(film: FilmFolder, request: Request) -> None:
    """Keep what the film was asked for."""
    write_json(film.path / "plan" / "request.json", request.model_dump(mode="json"))


def plan_job(script: Script, store: Artifacts, writer: str) -> Job:
    """The plan as an artifact: a snapshot of what this film was made from, held to the schema that is published.

    That happens here, and not wherever a plan is read, because a plan that is on record was held to it already: an
    unchanged film asks for no schema, and so imports no ADK.
    """
    plan = script.plan

    def make(folder: Path) -> dict[str, Any]:
        from resources.agents.policy import notes as policy_notes
        from resources.agents.records.published import hold_to_schema

        schema = hold_to_schema("MoviePlan", plan.model_dump(mode="json"), store.home, film=store.film.path)
        policy_notes(plan, what="the plan")  # of a person's own; a model's words were judged when it wrote them
        (folder / "plan.json").write_text(plan.model_dump_json(indent=1), encoding="utf-8")
        lines = sum(len(shot.dialogue) for shot in plan.shots)
        return {"shots": len(plan.shots), "title": plan.title, "lines": lines, "schema_sha256": schema.sha256}

    def verify(folder: Path) -> None:
        if MoviePlan.model_validate_json((folder / "plan.json").read_bytes()) != plan:
            raise RenderFault("plan.json does not read back as the plan")

    return Job(
        stage="movie_plan",
        slot=None,
        shot=None,
        code_version=CODE_VERSION,
        engine=Writer(name=writer),
        request=plan,
        make=make,
        verify=verify,
        seed=plan.seed,
    )


def _own_media(film: FilmFolder, shot: Shot, folder: Path) -> Media:
    kept: dict[str, str | None] = {}
    for kind, name in (shot.media or Media()).model_dump().items():
        if name is None:
            kept[kind] = None
            continue
        where = f"shot {shot.id}, media.{kind}"
        if inside(folder, name, where).parent == film.media_folder:
            kept[kind] = name
            continue
        suffix = "".join(char for char in Path(name).suffix.lower() if char.isalnum() or char == ".")[:8]
        with copied(folder, name, film.media_folder, limit=MAX_MEDIA_BYTES, where=where) as (copy, mark):
            _look(kind, copy, name, where)  # at the copy, which nobody else can change
            target = film.media_folder / f"{mark[:24]}{suffix}"
            if not target.exists():
                with disk_errors(target):
                    copy.rename(target)
                    sync_folder(target.parent)
        kept[kind] = f"{film.media_folder.name}/{target.name}"
    return Media.model_validate(kept)


def _look(kind: str, path: Path, name: str, where: str) -> None:
    """Raise :class:`InputError` for a file that cannot be used as ``kind``; it is called ``name`` by its owner."""
    try:
        check_media(kind, path)
    except InputError as error:
        raise InputError(f"{name!r} {error.message}", where=where) from None


def check_own_media(plan: MoviePlan, folder: Path) -> None:
    """Look at media of the user's own under ``folder`` as :func:`take_in` does, and copy nothing."""
    for number, shot in enumerate(plan.shots, 1):
        for kind, name in (shot.media or Media()).model_dump().items():
            if name is not None:
                where = f"shot {shot.id or number}, media.{kind}"
                path = inside(folder, name, where)
                if path.stat().st_size > MAX_MEDIA_BYTES:
                    raise InputError(f"{name!r} is larger than 2 GB", where=where)
                _look(kind, path, name, where)


def inside(folder: Path, name: str, where: str) -> Path:
    """The regular file ``name`` under ``folder``: no way up, no absolute path, no symbolic link on the way."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part in ("..", ".") for part in parts):
        raise InputError(f"{name!r} leaves the plan's folder", where=where)
    path = folder
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise InputError(f"{name!r} goes through a symbolic link", where=where)
    if not path.is_file():
        raise InputError(f"{name!r} is not there (looked in {folder})", where=where)
    return path
