"""The commands that collect and follow, as a user types them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.sources import Shelf, empty_home, video

from shortcast_agent import cli
from shortcast_ml.records import QuotaPlan, utc_now
from shortcast_tools.collecting import choice, following

Run = Callable[..., tuple[int, str, str]]
PLAN = QuotaPlan(
    search_calls=2,
    units=8,
    exact=True,
    search_calls_left=100,
    units_left=10_000,
    enough=True,
    says="It takes 2.",
)


class Planned(Shelf):
    """A shelf that counts its cost."""

    def plan(self, request: object) -> QuotaPlan:
        return PLAN


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], home: Path) -> Run:
    empty_home(home)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(list(words))
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return command


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Planned({f"video-{i:05d}": 10 ** (2 + i % 3) for i in range(9)})
    made.reasons = {"video-00008": "it is [private]"}
    monkeypatch.setattr(choice, "open_source", lambda name, here, cookies="": made)
    monkeypatch.setattr(following, "open_source", lambda name, here: made)
    return made


def test_collect_says_what_it_costs_and_what_it_brought(run: Run, shelf: Shelf) -> None:
    code, out, err = run("collect", "coffee", "--limit", "30", "--stratified", "--no-index")
    assert code == 0
    assert "It takes 2." in err
    assert "Found 9, added 8, updated 0, saved 0 pictures. The library now holds 8 videos." in out
    assert "Skipped: video-00008: it is [private]" in out
    lines = [line.split() for line in out.splitlines() if line.strip().startswith(("0 ", "1,000,000"))]
    assert lines == [["0", "1,000", "5", "3"], ["1,000,000", "any", "5", "0"]]


def test_collect_prints_one_object(run: Run, shelf: Shelf) -> None:
    code, out, _ = run("collect", "coffee", "--json", "--no-index")
    report = json.loads(out)
    assert (code, report["added"], report["planned"]["units"]) == (0, 8, 8)


def test_a_plan_spends_nothing(run: Run, shelf: Shelf) -> None:
    assert run("collect", "coffee", "--plan")[:2] == (0, "It takes 2.\n")
    code, out, _ = run("collect", "coffee", "--plan", "--json")
    assert (code, json.loads(out)["search_calls"]) == (0, 2)
    assert shelf.asked == []


def test_yt_dlp_has_no_quota_but_takes_its_time(run: Run) -> None:
    code, out, _ = run("collect", "coffee", "--plan", "--limit", "3050")
    assert code == 0
    assert out == "yt-dlp needs no key and no quota. At a polite pace 3,050 videos take about 10.0 hours.\n"
    assert run("collect", "coffee", "--plan", "--json")[1] == "null\n"


def test_links_come_from_a_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[Any] = []
    monkeypatch.setattr(
        "shortcast_tools.collecting.run.collect_videos",
        lambda request, source, here: requests.append(request) or (_ for _ in ()).throw(KeyboardInterrupt),
    )
    file = tmp_path / "links.txt"
    file.write_text("# mine\nhttps://youtu.be/dQw4w9WgXcQ\n\nhttps://youtu.be/dQw4w9WgXcQ\nhttps://x.org/1\n")
    code, out, err = run("collect", "--links", str(file), "--limit", "5")
    assert (code, out) == (130, "")
    assert err.strip().endswith(
        "Stopped. What was collected so far is kept; the same command goes on from there."
    )
    assert requests[0].links == ("https://youtu.be/dQw4w9WgXcQ", "https://x.org/1")
    file.write_text("\n")
    assert "holds no links" in run("collect", "--links", str(file))[2]
    file.write_bytes(b"\xff\xfe\x00")
    assert "can't be read as text" in run("collect", "--links", str(file))[2]


def test_a_run_that_stopped_says_how_to_go_on(run: Run, shelf: Shelf) -> None:
    shelf.breaks_at = "video-00004"
    code, out, _ = run("collect", "coffee", "--no-index")
    assert code == 0
    assert "The shelf is closed; come back tomorrow. The same command goes on from there." in out


def test_wrong_usage_is_one_sentence(run: Run) -> None:
    assert run("collect")[2] == (
        "Say what to collect: a topic in words, or the link of a channel or playlist.\n"
    )
    assert run("collect", "x", "--limit", "100001")[0] == 2
    assert "There is no key" in run("collect", "x", "--source", "youtube-api")[2]


def test_track_follows_looks_and_lists(run: Run, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORTCAST_YOUTUBE_API_KEY", "k")
    young = {"published_at": utc_now(), "age_days": 0.01}
    monkeypatch.setattr(
        "tests.sources.video", lambda *a, **k: video(*a, **k).model_copy(update=young), raising=True
    )
    assert "No video is followed" in run("track", "list")[1]
    assert "No look is left" in run("track")[1]
    code, out, _ = run("track", "add", "https://youtu.be/video-00001")
    assert code == 0
    assert "Video video-00001: 1,000 views, 1 looks, next 20" in out
    assert "(in 60 min)" in out
    code, out, _ = run("track")
    assert out.startswith(
        "Looked at 0 videos: 0 had changed, 0 are gone.\n1 have looks left; the next is due 20"
    )
    assert json.loads(run("track", "list", "--json")[1])["videos"][0]["video_id"] == "video-00001"
    run("collect", "coffee", "--no-index")
    assert len(json.loads(run("track", "add", "--query", "coffee", "--json")[1])["videos"]) == 8
    assert len(json.loads(run("track", "add", "--all-of-channel", "channel", "--json")[1])["videos"]) == 8
    code, out, _ = run("track", "--json")
    assert json.loads(out)["looked"] == 7
    assert run("track", "stop", "video-00001", "video-00002")[1] == "Stopped following 2.\n"
    assert "you stopped following it" in run("track", "list")[1]


def test_track_add_wants_to_know_what(run: Run) -> None:
    assert "Say which videos to follow" in run("track", "add")[2]
    assert "was never collected" in run("track", "add", "--query", "nothing")[2]


def test_watching_ends_cleanly_on_ctrl_c(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(here: object, tell: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "watch", interrupted)
    code, _, err = run("track", "--watch")
    assert code == 130
    assert "Stopped. Every look until now is kept." in err
