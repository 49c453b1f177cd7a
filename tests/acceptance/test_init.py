"""`mailer init` from the wheel, in a folder far from the repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailer import config

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Path:
    """The built wheel, installed where only PYTHONPATH finds it."""
    place = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = (place / "dist").iterdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*pip, "--target", str(place / "site"), str(wheel)], check=True, capture_output=True)
    return place / "site"


def mailer(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(installed / "bin" / "mailer"), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_installed_command_makes_a_whole_workspace_anywhere(installed, tmp_path):
    done = mailer(installed, tmp_path, "init", "thanks")
    assert (done.returncode, done.stderr) == (0, "")
    assert config.read(tmp_path / "thanks" / "config.yaml").firm.name == "Harbour & Vale LLP"
    assert {path.name for path in (tmp_path / "thanks").iterdir()} >= {"config.yaml"}


def test_a_workspace_is_never_overwritten(installed, tmp_path):
    (tmp_path / "config.yaml").write_text("mine")
    done = mailer(installed, tmp_path, "init")
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {tmp_path} already has a config.yaml; nothing was changed.")
    assert (tmp_path / "config.yaml").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_the_installed_command_shows_the_main_job_without_the_repository(installed, tmp_path):
    done = mailer(installed, tmp_path, "demo", "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((tmp_path / "demo" / "outbox").glob("*.eml"))) >= 15
    assert (tmp_path / "demo" / "preview" / "index.html").is_file()
    assert "Traceback" not in done.stderr
