"""Where files under ``configs/`` are found: shipped ones, and one's own before them."""

from pathlib import Path

import pytest

from resources.config import config_names, config_path
from resources.errors import ConfigInvalid
from resources.profile import load_profile


def test_a_profile_of_ones_own_stands_beside_the_shipped_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped, policy = config_names("profiles"), config_path("qa_policy.yaml")
    own = tmp_path / "configs" / "profiles"
    own.mkdir(parents=True)
    text = config_path("profiles/gpu-16gb.yaml").read_text(encoding="utf-8")
    (own / "mine.yaml").write_text(text.replace("name: gpu-16gb", "name: mine").replace("crf: 18", "crf: 30"))
    plain = config_path("profiles/embedded.yaml").read_text(encoding="utf-8")
    (own / "embedded.yaml").write_text(plain.replace("crf: 20", "crf: 21"))
    monkeypatch.setenv("SPARKLE_CONFIGS", str(tmp_path / "configs"))
    assert config_names("profiles") == sorted([*shipped, "mine"])
    assert load_profile("mine").encode.crf == 30 and load_profile("gpu-16gb").encode.crf == 18
    assert load_profile("embedded").encode.crf == 21, "one's own is read in place of the shipped one"
    assert config_path("qa_policy.yaml") == policy


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARKLE_CONFIGS", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigInvalid, match="is not a folder"):
        load_profile("embedded")
