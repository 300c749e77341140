"""What the model behind an engine will take of a card, from the registry's figures; no model is loaded for it."""

from __future__ import annotations

from resources.gpu.ladder import Permissions
from resources.gpu.plan import plan_for
from resources.gpu.registry import Registry
from resources.gpu.sizes import fit
from resources.profile import Profile, Role

MODELS: dict[str, str] = {
    "sdxl": "sdxl-base",
    "wan": "wan2.1-i2v-14b-480p",
    "chatterbox": "chatterbox",
    "wav2lip": "wav2lip",
    "qwen2-vl": "qwen2-vl-2b",
    "dinov2": "dinov2-small",
}
"""The model that an engine asks unless the profile's options name another (``model``); the largest, where it has
several."""


def predicted_memory(profile: Profile, role: Role, registry: Registry) -> int | None:
    """Bytes of the card while the engine of ``role`` works on a typical request, after the steps of the memory ladder
    that the profile allows; None where no model is loaded onto one, or which one is not known."""
    key = profile.options.get(role, {}).get("model") or MODELS.get(profile.roles.get(role, ""))
    if profile.gpu is None or not profile.on_models(role) or key not in registry.models:
        return None
    key, preset = str(key), profile.gpu.preset
    if preset in ("cpu", "balanced"):
        entry = registry.entry(key)
        dtype = "float32" if preset == "cpu" else entry.dtype
        return registry.predicted(key, plan_for(preset, key, **{**entry.typical, "dtype": dtype})).total
    allowed = Permissions(profile.gpu.lower_precision, profile.gpu.lower_resolution, profile.gpu.cpu_fallback)
    return fit(registry, key, preset, permissions=allowed).bytes.total
