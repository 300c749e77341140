"""A file of keys: its owner's alone, keys and nothing else, and never told."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from resources.errors import InputError
from resources.keys import MOST_BYTES, KeyRefused, take_keys
from resources.secrets import CUT, without_secrets
from sparkle_assets.cli import main, sparkle

KEY = "sk-in-a-file-0001"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that is named; nothing of it stays in the environment afterwards."""
    path = tmp_path / "my keys.env"
    path.touch(mode=0o600)
    monkeypatch.setenv("SPARKLE_KEYS", str(path))
    for name in ("OPENAI_API_KEY", "GEMINI_API_KEY", "LD_PRELOAD"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return path


def test_keys_are_taken_and_nothing_in_them_is_expanded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the one that is set")
    file.write_text(f"# mine\nexport OPENAI_API_KEY='{KEY}${{HOME}}$(id)'\nGEMINI_API_KEY=another\n", encoding="utf-8")
    take_keys()
    assert os.environ["OPENAI_API_KEY"] == f"{KEY}${{HOME}}$(id)"
    assert os.environ["GEMINI_API_KEY"] == "the one that is set"
    assert without_secrets(f"401 for {KEY}${{HOME}}$(id), see {file}") == f"401 for {CUT}, see {file}"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int) -> None:
    file.write_text(f"OPENAI_API_KEY={KEY}\n", encoding="utf-8")
    file.chmod(mode)
    with pytest.raises(KeyRefused, match=r"others may read this key \(chmod 600") as told:
        take_keys()
    assert KEY not in str(told.value) and "OPENAI_API_KEY" not in os.environ


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("LD_PRELOAD=/tmp/evil.so\n", "'LD_PRELOAD' is not the name of a key"),
        (f"OPENAI_API_KEY\n{KEY}\n", "has a line without a value"),
        ("OPENAI_API_KEY=\n", "has a line without a value"),
        (f"OPENAI_API_KEY={KEY}\0\n", "is no file of keys"),
        (f"OPENAI_API_KEY={KEY * (MOST_BYTES // 10)}\n", "is no file of keys"),
        (b"OPENAI_API_KEY=\xff\xfe\n", "is not UTF-8 text"),
    ],
    ids=["a program", "a key alone", "nothing", "a zero byte", "too large", "not text"],
)
def test_what_is_no_file_of_keys_is_told_without_what_it_holds(file: Path, text: str | bytes, why: str) -> None:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=why) as told:
        take_keys()
    assert KEY not in str(told.value) and "LD_PRELOAD" not in os.environ


def test_a_link_and_a_folder_are_refused(file: Path, tmp_path: Path) -> None:
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="cannot be read"):
        take_keys()
    file.unlink()
    file.mkdir()
    with pytest.raises(KeyRefused, match="is not a file"):
        take_keys()


def test_a_command_takes_them_or_says_in_a_line_why_not(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f"OPENAI_API_KEY={KEY}\n", encoding="utf-8")
    assert CliRunner().invoke(sparkle, ["list", "--home", str(tmp_path)]).exit_code == 0
    assert os.environ["OPENAI_API_KEY"] == KEY
    file.chmod(0o644)
    with pytest.raises(SystemExit) as ended:
        main(["list", "--home", str(tmp_path)])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"sparkle: {file}: others may read this key (chmod 600 {file})\n"
