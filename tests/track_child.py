"""One round of looks in a process of its own, to be killed: `python -m tests.track_child HOME URL PAUSE_S`."""

import sys
import time

from shortcast_tools.collecting.following import look
from shortcast_tools.progress import listening
from tests.collect_child import parts


def main() -> None:
    """Say each look that was kept."""
    home, url, pause_s = sys.argv[1:]

    def told(done: int, total: int, text: str) -> None:
        print(f"{done} kept", flush=True)
        time.sleep(float(pause_s))

    with listening(told):
        look(parts(home, url))


if __name__ == "__main__":
    main()
