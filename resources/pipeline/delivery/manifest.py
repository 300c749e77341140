"""The C2PA manifest of a delivery copy, as the definition that the C2PA library takes.

Actions and their words are those of the C2PA specification 2.4 (``c2pa.actions.v2``): the film was created, and by
which kind of source; each stage is an action of ours, with its engine as software agent; material of the user's own
was placed. ``c2pa.ai-disclosure`` names each model, ``c2pa.metadata`` repeats the IPTC term for those who read metadata
alone, ``cawg.training-mining`` (CAWG 1.1) stands there only when the user said something. Everything that the copy
tells is once more in one assertion of ours, in the form that ``sparkle verify`` reads.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from resources.pipeline.delivery.source import term
from schemas.delivery import Facts, Signed, StageMaker

VENDOR = "org.sparkle-motion"
SIGNED = f"{VENDOR}.delivery"
TOOL = "Sparkle Motion"
_DONE = {
    "shot_images": "keyframes were made",
    "voice_tracks": "dialogue was spoken",
    "video_chunks": "pictures were given motion",
    "lipsynced_clips": "mouths were brought together with speech",
}
_USES = ("cawg.ai_inference", "cawg.ai_generative_training", "cawg.ai_training", "cawg.data_mining")


def definition(signed: Signed, name: str) -> dict[str, Any]:
    """The manifest of a copy called ``name``. Ingredients are referred to as :func:`ingredient_id` says."""
    facts = signed.facts
    return {
        "claim_version": 2,
        "claim_generator_info": [agent()],
        "title": name,
        "format": "video/mp4",
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": _actions(signed), "allActionsIncluded": True}},
            *({"label": "c2pa.ai-disclosure", "data": one} for one in _disclosures(facts)),
            {"label": "c2pa.metadata", "data": _metadata(facts), "kind": "Json"},
            *_training(facts),
            {"label": SIGNED, "data": signed.model_dump(mode="json")},
        ],
    }


def ingredient_id(number: int) -> str:
    """What the manifest calls the ``number``-th file of the user's own."""
    return f"{VENDOR}.own.{number}"


def agent() -> dict[str, str]:
    """This program, as C2PA names a software agent."""
    return {"name": TOOL, "version": version("sparkle-motion")}


def _actions(signed: Signed) -> list[dict[str, Any]]:
    facts, when = signed.facts, signed.signed
    created = {
        "action": "c2pa.created",
        "when": when,
        "softwareAgent": agent(),
        "digitalSourceType": term(facts.source),
        "parameters": {f"{VENDOR}.writer": facts.writer, f"{VENDOR}.deciders": facts.deciders},
    }
    placed = [
        {
            "action": "c2pa.placed",
            "softwareAgent": agent(),
            "parameters": {"ingredientIds": [ingredient_id(number)], f"{VENDOR}.shot": one.shot},
        }
        for number, one in enumerate(facts.own)
    ]
    joined = {"action": "c2pa.edited", "softwareAgent": agent(), "description": "shots, titles and sound were joined"}
    actions = [created, *map(_stage, facts.made), *placed, joined]
    if facts.label:
        actions.append({"action": "c2pa.edited", "softwareAgent": agent(), "description": "a visible label was drawn"})
    return actions


def _stage(maker: StageMaker) -> dict[str, Any]:
    return {
        "action": f"{VENDOR}.{maker.stage}",
        "softwareAgent": {"name": maker.engine, "version": maker.revision},
        "digitalSourceType": term(maker.source),
        "description": _DONE[maker.stage],
        "parameters": {f"{VENDOR}.models": maker.models, f"{VENDOR}.shots": maker.shots},
    }


def _disclosures(facts: Facts) -> list[dict[str, Any]]:
    """One for each model that learned from samples."""
    makers = [maker for maker in facts.made if maker.source == "trainedAlgorithmicMedia"]
    names = dict.fromkeys(name for maker in makers for name in maker.models or [f"{maker.engine}@{maker.revision}"])
    return [
        {
            "modelType": "c2pa.types.model",
            "modelName": name.split("@")[0],
            "modelIdentifier": name,
            "contentProfile": {"humanOversightLevel": facts.oversight},
        }
        for name in names
    ]


def _metadata(facts: Facts) -> dict[str, Any]:
    return {
        "@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
        "Iptc4xmpExt:DigitalSourceType": term(facts.source),
    }


def _training(facts: Facts) -> list[dict[str, Any]]:
    if facts.training is None:
        return []
    return [{"label": "cawg.training-mining", "data": {"entries": {use: {"use": facts.training} for use in _USES}}}]
