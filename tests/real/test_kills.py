"""What SIGKILL at random moments leaves of a process that collects, embeds, indexes and tracks: all that it promised.

SHORTCAST_KILLS says how often (5 unless told): see `tests/killed.py`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("SHORTCAST_KILLS", "5"))


@pytest.mark.timeout(120 + 10 * KILLS)
def test_killed_at_any_moment_nothing_kept_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.killed", "--kills", str(KILLS), "--home", str(tmp_path)]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False
    )
    assert ended.stdout, ended.stderr
    count = json.loads(ended.stdout)
    assert count["wrong"] == []
    assert count["kills"] >= KILLS
    assert count["verified"] >= 1
    assert len(count["killed_while"]) >= 2
    assert ended.returncode == 0
