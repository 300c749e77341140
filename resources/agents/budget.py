"""What the agents of one film may cost, and what they have cost: calls, tokens, money.

The record is one JSON file in the film's folder, changed under a lock, so that any number of threads and processes
spend from one purse. A call is counted before it is made, so there are never more calls than the limit. Tokens and
money are known only when an answer is there: a call that began below the limit is finished, and the next one is
refused; the overshoot is at most one answer for each agent that is asking at that moment.

Rules (``sparkle/local``) cost nothing and are not counted. Models on this machine cost no money. A model elsewhere
without a price is counted as unpriced, and is refused when money is limited: an unknown price is not zero.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from resources.agents.errors import BudgetExceeded
from resources.agents.models.spec import ModelSpec, parse_spec
from resources.config import first_fault, load_config
from resources.errors import ConfigInvalid, StoreFault
from resources.store.atomic import write_json
from resources.store.locks import short_lock
from schemas.plan import Short, Strict

CONFIG = "agents.yaml"
RECORD = "spending.json"
"""Name of the record in the film's folder."""
_LOCK = ".spending.lock"

Money = Annotated[float, Field(ge=0, le=1_000_000)]
"""US dollars."""
Count = Annotated[int, Field(ge=0)]


class Limits(Strict):
    """The most that one film may use. None is no limit."""

    calls: Count | None = None
    tokens: Count | None = None
    """Input and output tokens together."""
    usd: Money | None = None


class Price(Strict):
    """US dollars for a million tokens."""

    input: Money
    output: Money


class Prices(Strict):
    """Prices by ``model_spec``, and when and where they were read."""

    read_on: date
    source: dict[str, Short]
    """Address of the price list, by the family of models."""
    models: dict[str, Price]


class AgentsConfig(Strict):
    """``configs/agents.yaml``."""

    limits: Limits
    prices: Prices


class Spent(Strict):
    """What a film has used so far."""

    calls: Count = 0
    input_tokens: Count = 0
    output_tokens: Count = 0
    usd: float = Field(0.0, ge=0)
    unpriced_calls: Count = 0
    """Calls of models whose price is not known; ``usd`` is without them."""

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


@lru_cache(maxsize=1)
def agents_config() -> AgentsConfig:
    """``configs/agents.yaml``, read once a process."""
    return load_config(CONFIG, AgentsConfig)


def price_of(model: ModelSpec) -> Price | None:
    """The price of ``model``: nothing on this machine, None when it is not known."""
    if model.on_this_machine:
        return Price(input=0, output=0)
    return agents_config().prices.models.get(model.price_name)


def cost(model: ModelSpec, input_tokens: int, output_tokens: int) -> float | None:
    """US dollars of one answer, or None when the price is not known."""
    price = price_of(model)
    if price is None:
        return None
    return (input_tokens * price.input + output_tokens * price.output) / 1_000_000


class Budget:
    """The purse of one film. ``limits`` None takes those of ``configs/agents.yaml``."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.folder = folder
        self.limits = limits if limits is not None else agents_config().limits

    @property
    def path(self) -> Path:
        """The record."""
        return self.folder / RECORD

    @property
    def spent(self) -> Spent:
        """What has been used until now, by every process."""
        try:
            return Spent.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return Spent()
        except OSError as error:
            raise StoreFault(f"cannot be read ({error.strerror})", where=str(self.path)) from None
        except ValidationError as error:
            raise StoreFault(
                f"the record of spending is damaged: {first_fault(error)}",
                where=str(self.path),
                hint="delete it to begin a new one at zero",
            ) from None

    def check(self, model: str) -> None:
        """Count one call of ``model``, which is about to be made.

        Raises :class:`BudgetExceeded` when a limit is reached, and :class:`ConfigInvalid` when money is limited and
        the model has no price. Then nothing is counted.
        """
        spec = parse_spec(model)
        if spec.kind == "rules":
            return
        if self.limits.usd is not None and price_of(spec) is None:
            raise ConfigInvalid(
                f"a film may cost {self.limits.usd:.2f} USD, and {spec.text} has no price",
                where=f"configs/{CONFIG}: prices.models",
                hint="add its price, or take the limit of money away (limits.usd: null)",
            )
        with short_lock(self.folder / _LOCK):
            spent = self.spent
            self._refuse(spent)
            self._write(
                spent.model_copy(
                    update={
                        "calls": spent.calls + 1,
                        "unpriced_calls": spent.unpriced_calls + (price_of(spec) is None),
                    }
                )
            )

    def add(self, model: str, *, input_tokens: int, output_tokens: int) -> float:
        """Count the tokens of one answer; its cost in US dollars (0 when the price is not known)."""
        spec = parse_spec(model)
        if spec.kind == "rules":
            return 0.0
        usd = cost(spec, input_tokens, output_tokens) or 0.0
        with short_lock(self.folder / _LOCK):
            spent = self.spent
            self._write(
                spent.model_copy(
                    update={
                        "input_tokens": spent.input_tokens + input_tokens,
                        "output_tokens": spent.output_tokens + output_tokens,
                        "usd": round(spent.usd + usd, 9),
                    }
                )
            )
        return usd

    def _refuse(self, spent: Spent) -> None:
        for what, used, limit in (
            ("calls", spent.calls, self.limits.calls),
            ("tokens", spent.tokens, self.limits.tokens),
            ("USD", spent.usd, self.limits.usd),
        ):
            if limit is not None and used >= limit:
                raise BudgetExceeded(
                    f"the agents of this film have used {used:,.12g} of {limit:,.12g} {what}",
                    where=str(self.path),
                    hint=f"raise the limit in configs/{CONFIG}, or choose sparkle/local, which costs nothing",
                )

    def _write(self, spent: Spent) -> None:
        write_json(self.path, spent.model_dump(mode="json"))
