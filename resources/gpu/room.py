"""``GpuRoom``: the models of one profile on one machine, as every engine that loads some is handed them.

It holds the pool, the registry and what the ladder may give up, so that an engine names a model and a size and says
what to do with it, and nothing else.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from resources.errors import ConfigInvalid, Missing
from resources.gpu.context import Lease
from resources.gpu.device import find_accelerators
from resources.gpu.estimate import Measured
from resources.gpu.inference import run_with_ladder
from resources.gpu.ladder import Permissions, StepTaken, descend
from resources.gpu.lease import GpuLocks
from resources.gpu.plan import GIB, PRESETS, LoadPlan, plan_for
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.spec import Load, Need
from resources.gpu.spread import cards_of, weighed
from resources.profile import Profile

T = TypeVar("T")
_LOWER = ("lower_precision", "lower_resolution", "cpu_fallback")


@dataclass(frozen=True)
class GpuRoom:
    """Where an engine's models are loaded, and how."""

    pool: ModelPool
    registry: Registry
    preset: str
    scratch: Path
    """What is under way: latents, chunks. A killed process finds here what it had finished."""
    permissions: Permissions = field(default_factory=Permissions)
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Fields of a load plan that begin otherwise, by model."""

    @classmethod
    def of(cls, profile: Profile, cache: Path) -> GpuRoom:
        """The room of a profile, in the cache of a home. Raises :class:`ConfigInvalid`.

        A machine without a card may have one too, to look at what a film would take; :meth:`check` tells that apart.
        """
        settings = profile.gpu
        if settings is None:
            raise ConfigInvalid(
                "an engine of this profile loads models, and nothing says onto what",
                where=f"configs/profiles/{profile.name}.yaml",
                hint=f"add a `gpu:` block with a preset ({', '.join(PRESETS)})",
            )
        pool = ModelPool(
            find_accelerators(),
            budgets={name: round(gb * GIB) for name, gb in settings.budget_gb.items()},
            keep_s=settings.keep_s,
            measured=Measured(cache / "gpu" / "measured.json"),
            locks=GpuLocks(),
        )
        allowed = Permissions(settings.lower_precision, settings.lower_resolution, settings.cpu_fallback)
        registry = Registry.of_home(cache.parent)
        return cls(pool, registry, settings.preset, cache / "gpu", allowed, settings.models)

    def check(self) -> None:
        """Raise :class:`Missing` where the preset is of a card and this machine has none that PyTorch can use."""
        if PRESETS[self.preset].plan.get("device") == "cpu" or any(name != "cpu" for name in self.pool.room()):
            return
        if importlib.util.find_spec("torch") is None:
            raise Missing("models need PyTorch, which is not installed", hint="pip install 'sparkle-motion[gpu,tts]'")
        raise Missing(
            f"the preset {self.preset!r} needs a GPU, and PyTorch finds none",
            hint="`nvidia-smi` shows the driver's view; PyTorch must be a CUDA build; or use --profile embedded",
        )

    def foresee(self, keys: Iterable[str]) -> None:
        """Raise :class:`Missing` for the first of ``keys`` that cannot be loaded here for a typical request, however
        much is given up, or only with a package that is not installed. Figures alone; nothing is loaded."""
        devices = self.pool.room()
        for key in dict.fromkeys(keys):
            start = replace(self.plan(key), alone=True)
            given: dict[str, Any] = {
                "devices": devices, "rungs": self.registry.rungs(key),
                "host": lambda one, key=key: self.registry.predicted(key, one).host,
            }  # fmt: skip

            def need(one: LoadPlan, key: str = key) -> int:
                return weighed(self.registry.parts(key), one, self.registry.predicted(key, one), devices)

            path, fits = descend(start, need, **given, permissions=self.permissions)
            last = path[-1][0] if path else start
            if not fits:
                tried = ", ".join(taken.rung for _, taken in path)
                lower = (one for one in _LOWER if descend(start, need, **given, permissions=self._with(one))[1])
                helps = next(
                    (f"let the profile go lower with `{one}: true`" for one in lower), "a larger card would do"
                )
                raise Missing(
                    f"the model {key!r} has no room here{f', even after {tried}' if tried else ''}",
                    where=", ".join(f"{name}: {room / GIB:.1f} GiB" for name, room in devices.items()),
                    hint=f"{helps}; `sparkle models size {key}` shows what it needs",
                )
            if last.quantisation != "none" and importlib.util.find_spec("bitsandbytes") is None:
                raise Missing(
                    f"the model {key!r} fits here in {last.quantisation} only, which needs the package bitsandbytes",
                    hint="pip install 'sparkle-motion[bits]'",
                )

    def _with(self, permission: str) -> Permissions:
        return replace(self.permissions, **{permission: True})

    def plan(self, key: str, **call: Any) -> LoadPlan:
        """How ``key`` is loaded and asked to begin with: the preset, ``call``, the profile's own wishes.

        Raises :class:`Missing` as :meth:`check` does.
        """
        self.check()
        entry = self.registry.entry(key)
        start: dict[str, Any] = {**entry.typical, **call, **self.overrides.get(key, {})}
        if PRESETS[self.preset].plan.get("device") != "cpu":  # a CPU works in float32, whatever the files hold
            start.setdefault("dtype", entry.dtype)
        plan = plan_for(self.preset, key, **start)
        if plan.device_map and not entry.spreads:
            plan = replace(plan, device_map="", max_memory=())
        return self._spread(plan) if plan.device_map else self._placed(plan)

    def _spread(self, plan: LoadPlan) -> LoadPlan:
        """Say what each card may give: what the pool reckons with and what the loader is told."""
        if plan.max_memory:
            return plan
        cards = cards_of(plan, self.pool.room())
        return replace(plan, max_memory=tuple((name, self.pool.budget(name)) for name in cards))

    def _placed(self, plan: LoadPlan) -> LoadPlan:
        """On the first card that no other process has, unless the profile names one: so two work side by side."""
        if plan.on_cpu or "device" in self.overrides.get(plan.model_key, {}) or self.pool.may_take(plan.device):
            return plan
        others = (name for name in self.pool.room() if name != "cpu" and self.pool.may_take(name))
        return replace(plan, device=next(others, plan.device))

    def abreast(self, plan: LoadPlan) -> tuple[str, ...]:
        """Cards that can each do the work of ``plan`` at the same time, just as it is; its own is always the first.

        One alone where the plan has yet to go down the ladder, is spread over several cards, or is on a card that the
        profile names. What waits in the host waits there once for each.
        """
        if plan.on_cpu or plan.device_map or "device" in self.overrides.get(plan.model_key, {}):
            return (plan.device,)
        told, devices = self.registry.predicted(plan.model_key, plan), self.pool.room()
        able = [name for name, room in devices.items() if name != "cpu" and told.total <= room]
        others = [name for name in able if name != plan.device and self.pool.may_take(name)]
        if plan.device not in able:
            return (plan.device,)
        if told.host and "cpu" in devices:
            here = any(one.key == plan.model_key and plan.device in one.devices for one in self.pool.residents())
            others = others[: max(0, devices["cpu"] // told.host - (0 if here else 1))]
        return (plan.device, *others)

    def work(
        self, key: str, load: Load, plan: LoadPlan, infer: Callable[[Lease, LoadPlan], T], *, need: Need | None = None,
        unload: Callable[[Any], None] | None = None, beside: tuple[str, ...] = (),
    ) -> tuple[T, list[StepTaken]]:  # fmt: skip
        """``infer(lease, plan)`` at the best rung that fits, and the steps that were taken to it.

        ``load(plan, folder)`` makes the model from files whose hashes hold; with those of ``beside``, where it takes
        some into it. See :func:`run_with_ladder`.
        """
        spec = self.registry.spec(key, load, unload=unload, beside=beside)
        plan = replace(plan, model_key=spec.key)
        return run_with_ladder(
            self.pool, spec, plan, infer, self.registry.rungs(key, *beside), permissions=self.permissions,
            need=None if need is None else replace(need, plan=plan),
        )  # fmt: skip

    def close(self) -> None:
        """Unload everything and let the cards go."""
        self.pool.close()
