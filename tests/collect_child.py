"""One collecting run in a process of its own, to be killed: `python -m tests.collect_child HOME URL LIMIT SLEEP_S`."""

import sys
import time

from shortcast_ml.records import CollectRequest
from shortcast_ml.settings import Settings
from shortcast_tools.collecting.retries import Patience
from shortcast_tools.collecting.run import collect_videos
from shortcast_tools.collecting.youtube_api import YouTubeApi
from shortcast_tools.parts import Parts
from shortcast_tools.progress import listening


def request(limit: int) -> CollectRequest:
    """Return the request of every run."""
    return CollectRequest(query="coffee", limit=limit, source="youtube-api", stratified=True)


def parts(home: str, url: str) -> Parts:
    """Return parts that ask the server of the tests."""
    host = url.removeprefix("http://").rstrip("/")
    given = {"home": home, "youtube_api_url": url, "youtube_api_key": "k", "allowed_hosts": {host}}
    return Parts(Settings.model_validate(given))


def api(here: Parts, clock_s: float = 0.01) -> YouTubeApi:
    """Return a source that waits little."""
    return YouTubeApi(here.settings, here.library.db, patience=Patience(first_s=clock_s), sleep=_nap)


def _nap(seconds: float) -> None:
    time.sleep(min(seconds, 0.01))


def main() -> None:
    """Say when the run begins, collect, and say that it ended."""
    home, url, limit, pause_s = sys.argv[1:]
    here = parts(home, url)
    source = api(here)

    def told(done: int, total: int, text: str) -> None:
        print(f"{done} kept", flush=True)
        time.sleep(float(pause_s))

    with listening(told):
        collect_videos(request(int(limit)), source, here)
    here.close()
    print("ended", flush=True)


if __name__ == "__main__":
    main()
