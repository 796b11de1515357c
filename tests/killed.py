"""Kill a process that collects, embeds, indexes and tracks, at random moments, and see what is left.

python -m tests.killed --kills 100 --home FOLDER

Each life is a fork of a process that has everything imported but nothing open. It tells, over a pipe, what it has
been promised is kept; the life after it must find at least that, and an index that agrees without being asked. At
the end one life goes through to its end, and the library is compared with one that was never killed.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import chromadb  # noqa: F401 - imported once, before the forks
import googleapiclient.discovery  # noqa: F401

from shortcast_ml.records import CollectRequest
from shortcast_ml.settings import Settings
from shortcast_tools.collecting.following import follow, look
from shortcast_tools.collecting.run import collect_videos
from shortcast_tools.collecting.thumbnails import remove_left_overs
from shortcast_tools.collecting.youtube_api import YouTubeApi
from shortcast_tools.parts import Parts, use
from shortcast_tools.progress import listening
from shortcast_vectorstore.index import open_index
from shortcast_vectorstore.library import open_library
from shortcast_vectorstore.upkeep import check_library
from tests.word_encoder import WordEncoder

STEP = 60  # videos more that each life collects
EACH = 4  # lives, before the next step
LONGEST_LIFE_S = 2.5
PROMISES = ("videos", "title vectors", "looks", "snapshots")


class PartsOfWords(Parts):
    """Real parts over a small real encoder."""

    @property
    def encoder(self) -> Any:
        return WordEncoder()


@dataclass
class Count:
    """What the lives came to."""

    kills: int = 0
    ended: int = 0  # lives that were done before they were killed
    verified: int = 0  # starts after which the index was asked whether it agrees
    killed_while: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def held(home: Path) -> dict[str, int]:
    """Return how many rows a library has of what is promised."""
    library = open_library(home)
    try:
        return {
            "videos": library.count(),
            "title vectors": len(library.vectors.keys(WordEncoder().id, "title")),
            "looks": int(library.db.one("SELECT ifnull(sum(looks), 0) FROM tracked")),
            "snapshots": int(library.db.one("SELECT count(*) FROM snapshots")),
        }
    finally:
        library.close()


def live(settings: Settings, limit: int, first: int, tell: Callable[[dict[str, Any]], None]) -> None:
    """Open everything, say whether the index agrees, then collect, index and track, beginning with one of them."""
    here = PartsOfWords(settings)
    with use(here):
        tell({"doing": "opening"})
        index = open_index(here.library, here.encoder, settings)
        tell({"verified": index.verify()})
        here._index = index
        db = here.library.db

        def promise(*_: object) -> None:
            tell(
                {
                    "videos": here.library.count(),
                    "title vectors": int(
                        db.one(
                            "SELECT count(*) FROM vectors WHERE kind = 'title' AND vector IS NOT NULL"
                            " AND encoder_id = ?",
                            (here.encoder.id,),
                        )
                    ),
                    "looks": int(db.one("SELECT ifnull(sum(looks), 0) FROM tracked")),
                    "snapshots": int(db.one("SELECT count(*) FROM snapshots")),
                }
            )

        def collecting() -> None:
            request = CollectRequest(
                query="coffee", platform="youtube_shorts", limit=limit, source="youtube-api"
            )
            source = YouTubeApi(here.settings, db, quotas={"search": 10**6, "units": 10**6})  # of all lives
            collect_videos(request, source, here)

        def indexing() -> None:
            index.sync(promise)

        def tracking() -> None:
            keys = [
                row["key"] for row in db.rows("SELECT key FROM videos WHERE demo = 0 ORDER BY key LIMIT 40")
            ]
            follow(keys, here)
            look(here, datetime.now(UTC) + timedelta(days=400))

        work = {"collecting": collecting, "indexing": indexing, "tracking": tracking}
        names = list(work)
        with listening(promise):
            for name in names[first:] + names[:first]:
                tell({"doing": name})
                work[name]()
                promise()
        tell({"doing": "done"})
        here.close()


def life(
    settings: Settings, limit: int, first: int, seconds: float | None, count: Count, kept: dict[str, int]
) -> None:
    """Live once in a fork, killed after some seconds unless None; hold what it was promised against its home."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        code = 1
        with suppress(KeyboardInterrupt):
            try:
                live(settings, limit, first, lambda said: os.write(writer, json.dumps(said).encode() + b"\n"))
                code = 0
            except BaseException as error:  # told to the parent, which must not run the child's end
                os.write(writer, json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode() + b"\n")
        os._exit(code)
    os.close(writer)
    if seconds is not None:
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    with os.fdopen(reader, "rb") as pipe:
        lines = [json.loads(line) for line in pipe.read().split(b"\n")[:-1] if line]
    _, status = os.waitpid(child, 0)
    doing = "starting"
    for line in lines:
        doing = line.get("doing", doing)
        if "verified" in line:
            count.verified += 1
            count.wrong += [f"the index at a start: {problem}" for problem in line["verified"]]
        if "failed" in line:
            count.wrong.append(f"while {doing}: {line['failed']}")
        kept |= {name: line[name] for name in PROMISES if name in line}
    if os.WIFSIGNALED(status):
        count.kills += 1
        count.killed_while[doing] = count.killed_while.get(doing, 0) + 1
    else:
        count.ended += 1
    found = held(settings.home)
    count.wrong += [
        f"{kept[name] - found[name]} {name} that were kept are gone (killed while {doing})"
        for name in PROMISES
        if found[name] < kept.get(name, 0)
    ]


def story(home: Path) -> dict[str, Any]:
    """Return what two libraries of one collection must have in common."""
    library = open_library(home)
    try:
        forgotten = {"fetched_at", "age_days", "counts", "channel"}
        videos = {}
        for video in library.all():
            facts = video.model_dump(mode="json", exclude=forgotten)
            path = video.draft.thumbnail_path
            facts["draft"]["thumbnail_path"] = path.name if path else None
            videos[video.video_id] = facts
        return {
            "videos": videos,
            "vectors": sorted(library.vectors.keys(WordEncoder().id, "title")),
        }
    finally:
        library.close()


def main(kills: int, home: Path, seed: int = 0) -> Count:
    """Kill that often, live once to the end, and compare."""
    random.seed(seed)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.killed", "--serve"], stdout=subprocess.PIPE, text=True
    )
    count = Count()
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        common = {
            "youtube_api_key": "k",
            "youtube_api_url": url,
            "allowed_hosts": frozenset({url.split("/")[2]}),
        }
        settings = Settings(home=home / "killed", **common)
        kept: dict[str, int] = {}
        nth = 0
        longest_s = LONGEST_LIFE_S
        while count.kills < kills:
            limit, ended = STEP * (1 + nth // EACH), count.ended
            seconds = random.uniform(0.02, longest_s)
            life(settings, limit, nth % 3, seconds, count, kept)
            nth += 1
            longest_s = seconds if count.ended > ended else longest_s * 1.1  # about as long as the work takes
            if sys.stderr.isatty() or nth % 20 == 0:
                print(f"{count.kills} of {kills} kills, {kept}", file=sys.stderr, flush=True)
        most = STEP * (2 + nth // EACH)
        life(settings, most, 0, None, count, kept)
        whole = Settings(home=home / "whole", **common)
        life(whole, most, 0, None, Count(), {})
        count.wrong += _differences(story(settings.home), story(whole.home))
        library = open_library(settings.home)
        count.wrong += check_library(library)
        unsettled = library.db.one(
            "SELECT count(*) FROM job_items WHERE state = 'done' AND json_extract(facts, '$.key') NOT IN"
            " (SELECT key FROM videos)"
        )
        count.wrong += [f"{unsettled} items are done whose videos are not there"] if unsettled else []
        looks = library.db.one(
            "SELECT count(*) FROM tracked"
            " WHERE looks > (SELECT count(*) FROM snapshots WHERE snapshots.key = tracked.key)"
        )
        count.wrong += [f"{looks} tracked videos have more looks than snapshots"] if looks else []
        library.close()
        for path in settings.media_path.rglob(".incoming-*"):
            os.utime(path, (0, 0))  # as the next day finds it
        remove_left_overs(settings)
        left = [path.name for path in settings.media_path.rglob(".incoming-*")]
        count.wrong += [f"half a picture was left: {name}" for name in left[:3]]
    finally:
        server.terminate()
        server.wait(10)
    return count


def _differences(killed: dict[str, Any], whole: dict[str, Any]) -> list[str]:
    """Say which videos and vectors only one of two libraries has, and which records are not the same."""
    found = []
    for name in ("videos", "vectors"):
        here, there = set(killed[name]), set(whole[name])
        if here != there:
            found.append(f"{name}: {sorted(here - there)[:5]} too many, {sorted(there - here)[:5]} missing")
    both = killed["videos"].keys() & whole["videos"].keys()
    unlike = [key for key in both if killed["videos"][key] != whole["videos"][key]]
    return [*found, *(f"{killed['videos'][k]} is not {whole['videos'][k]}" for k in unlike[:2])]


def _serve() -> None:
    from tests.youtube_server import youtube_server

    with youtube_server(channels=30, videos=3000, unit_quota=1_000_000, search_quota=100_000) as server:
        print(server.url, flush=True)
        signal.pause()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--home", type=Path)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--serve", action="store_true")
    given = arguments.parse_args()
    if given.serve:
        _serve()
    else:
        result = main(given.kills, given.home, given.seed)
        print(json.dumps(result.__dict__))
        sys.exit(1 if result.wrong else 0)
