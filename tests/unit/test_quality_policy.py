"""The policy is whole, says what mends what, and a profile changes only what it names."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from resources.quality.names import CHECKS
from resources.quality.policy import Policy, load_policy
from schemas.refs import SHOT_STAGES


def test_every_check_has_one_rule_and_every_rule_its_own_reason() -> None:
    policy = load_policy()
    assert tuple(sorted(policy.checks)) == tuple(sorted(CHECKS))
    assert len({rule.reason for rule in policy.checks.values()}) == len(CHECKS)
    assert all((rule.stage is None) == (rule.repair is None) for rule in policy.checks.values())
    assert {rule.stage for rule in policy.checks.values()} <= {None, *SHOT_STAGES}


def test_a_profile_changes_what_it_names() -> None:
    data = load_policy().model_dump() | {"profiles": {"quick": {"blur": {"limit": 0.5}}}}
    quick = Policy.model_validate(data).of("quick")
    assert quick.checks["blur"].limit == 0.5
    assert quick.checks["blur"].severity == load_policy().checks["blur"].severity
    assert load_policy("nobody") == load_policy()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"repair": None}, "stage and repair go together"),
        ({"stage": "final_cut"}, "stage must be one of"),
        ({"reason": "flash"}, "one reason for two checks"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(change: dict[str, object], said: str) -> None:
    data = load_policy().model_dump()
    data["checks"]["blur"] |= change
    with pytest.raises(ValidationError, match=said):
        Policy.model_validate(data)


def test_a_policy_without_a_rule_is_refused() -> None:
    data = load_policy().model_dump()
    del data["checks"]["blur"]
    with pytest.raises(ValidationError, match="has no rule for blur"):
        Policy.model_validate(data)
