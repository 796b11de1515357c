"""Killing a process that says how much it has kept."""

import signal
import subprocess
import sys
import time
from pathlib import Path


def killed(module: str, arguments: list[str], after_s: float) -> int:
    """Start a test module that prints "N ... kept" lines, kill it a while after the first; return its last N."""
    command = [sys.executable, "-m", module, *arguments]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline()]
        assert "kept" in said[0]
        time.sleep(after_s)
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
    return int([line for line in said if line.endswith("kept\n")][-1].split()[0])
