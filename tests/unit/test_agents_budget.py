"""The purse of a film: counted before each call, shared by threads and processes."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from resources.agents.budget import Budget, Limits, agents_config, cost
from resources.agents.errors import BudgetExceeded
from resources.agents.models.spec import parse_spec
from resources.errors import ConfigInvalid, StoreFault
from tests.conftest import ROOT

GPT = "openai/gpt-4o"
OWN = "vllm/m@http://localhost:8000"
ELSEWHERE = "vllm/m@http://gpu-box:8000"


def test_the_configuration_holds_and_says_where_its_prices_are_from() -> None:
    config = agents_config()
    assert config.limits.calls and config.limits.tokens
    for name in config.prices.models:
        assert parse_spec(name).price_name == name
        assert parse_spec(name).text.split("/")[0].split("-")[0] in config.prices.source


def test_what_an_answer_costs() -> None:
    assert cost(parse_spec(GPT), 1_000_000, 100_000) == pytest.approx(2.50 + 1.00)
    assert cost(parse_spec(OWN), 10**9, 10**9) == 0
    assert cost(parse_spec(ELSEWHERE), 1, 1) is None


def test_each_limit_stops_the_next_call(tmp_path: Path) -> None:
    free = Budget(tmp_path, Limits())
    free.check(GPT)
    assert free.add(GPT, input_tokens=1000, output_tokens=500) == pytest.approx(0.0075)
    assert free.spent.model_dump() == {
        "calls": 1,
        "input_tokens": 1000,
        "output_tokens": 500,
        "usd": pytest.approx(0.0075),
        "unpriced_calls": 0,
    }
    for limits, told in [
        (Limits(calls=1), "1 of 1 calls"),
        (Limits(tokens=1500), "1,500 of 1,500 tokens"),
        (Limits(usd=0.005), r"0\.0075 of 0\.005 USD"),
    ]:
        with pytest.raises(BudgetExceeded, match=told) as failed:
            Budget(tmp_path, limits).check(GPT)
        assert failed.value.exit_code == 2 and "configs/agents.yaml" in str(failed.value)
    assert free.spent.calls == 1, "a refused call is not counted"


def test_rules_are_free(tmp_path: Path) -> None:
    broke = Budget(tmp_path, Limits(calls=0, tokens=0, usd=0))
    broke.check("sparkle/local")
    assert broke.add("sparkle/local", input_tokens=9, output_tokens=9) == 0
    assert not broke.path.exists()


def test_a_limit_of_money_needs_a_price(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"has no price.*limits\.usd"):
        Budget(tmp_path, Limits(usd=5)).check(ELSEWHERE)
    Budget(tmp_path, Limits(usd=5)).check(OWN)
    Budget(tmp_path, Limits()).check(ELSEWHERE)
    assert Budget(tmp_path).spent.unpriced_calls == 1


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    budget = Budget(tmp_path, Limits())
    budget.path.write_text('{"calls": -3}')
    with pytest.raises(StoreFault, match="damaged: calls"):
        budget.check(GPT)


def test_threads_never_overdraw(tmp_path: Path) -> None:
    budget, refused = Budget(tmp_path, Limits(calls=10)), []

    def one() -> None:
        for _ in range(4):
            try:
                budget.check(GPT)
            except BudgetExceeded:
                refused.append(1)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (budget.spent.calls, len(refused)) == (10, 6)


def test_processes_share_the_purse(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from resources.agents.budget import Budget, Limits\n"
        "b = Budget(Path(sys.argv[1]), Limits())\n"
        f"for _ in range(5): b.check({GPT!r}); b.add({GPT!r}, input_tokens=2, output_tokens=1)"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT) for _ in range(2)]
    assert [one.wait(60) for one in running] == [0, 0]
    record = json.loads((tmp_path / "spending.json").read_text())
    assert (record["calls"], record["input_tokens"], record["output_tokens"]) == (10, 20, 10)
