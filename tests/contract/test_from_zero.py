"""From nothing to an answer: `shortcast collect`, then `shortcast ask`, with no step by hand between them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.command_line import MAIN
from tests.localsite import clip, local_site
from tests.youtube_server import YouTubeServer, youtube_server

from shortcast_agent.grounding import trace

Shortcast = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def server() -> Iterator[YouTubeServer]:
    with youtube_server(channels=12, videos=600) as running:
        yield running


@pytest.fixture(scope="module")
def shortcast(server: YouTubeServer, tmp_path_factory: pytest.TempPathFactory) -> Shortcast:
    """The command in a home of its own, with a key for the server that speaks the Data API."""
    home = tmp_path_factory.mktemp("home")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        settings = {
            "SHORTCAST_HOME": str(home),
            "SHORTCAST_YOUTUBE_API_KEY": "k",
            "SHORTCAST_YOUTUBE_API_URL": server.url,
            "SHORTCAST_ALLOWED_HOSTS": json.dumps([server.host]),
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, "-c", MAIN, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=os.environ | settings, check=False, timeout=240
        )

    return run


def asked(shortcast: Shortcast, *arguments: str) -> dict[str, Any]:
    ended = shortcast("ask", "--json", *arguments)
    assert ended.returncode == 0, ended.stderr
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def test_a_niche_is_collected_and_then_asked_about(shortcast: Shortcast, server: YouTubeServer) -> None:
    planned = shortcast("collect", "coffee", "--limit", "100", "--plan")
    assert planned.stdout.startswith("This takes 2 of today's 100 remaining search calls and 4 of 10,000")
    assert not server.charged
    collected = shortcast("collect", "coffee", "--limit", "100", "--json")
    assert collected.returncode == 0, collected.stderr
    report = json.loads(collected.stdout)
    assert (report["search_calls_spent"], report["units_spent"]) == (2, 4)
    assert server.charged == {"search": 2, "units": 4}
    kept = report["added"]
    assert kept >= 50
    assert report["library_size"] == kept  # the demo library has made room

    similar = asked(shortcast, "Show me 3 similar videos about coffee")
    neighbours = similar["report"]["similar"]["neighbours"]
    assert [call["name"] for call in similar["tool_calls"]] == ["find_similar_videos"]
    assert similar["report"]["similar"]["library"] == "collected"
    assert len(neighbours) == 3
    assert all(video["video_id"] in server.world.videos and not video["demo"] for video in neighbours)

    niche = asked(shortcast, "What works in my niche?")
    assert niche["report"]["niche"]["n"] == kept
    assert f"{kept} videos of" in niche["answer"]
    assert trace(niche["answer"], [niche["report"]]).untraced == ()

    verified = shortcast("index", "verify")
    assert verified.returncode == 0
    assert f"{kept} titles" in verified.stdout


def test_without_a_key_a_site_is_collected_through_yt_dlp_and_asked_about(tmp_path: Path) -> None:
    with local_site() as site:
        film = clip(tmp_path / "clip.mp4").read_bytes()
        names = ("latte", "espresso", "cocoa")
        links = [site.put_video(f"/v/{name}", film, title=f"How I make {name} at home") for name in names]
        (tmp_path / "links.txt").write_text("\n".join(links), encoding="utf-8")
        settings = {
            "SHORTCAST_HOME": str(tmp_path / "home"),
            "SHORTCAST_ALLOWED_HOSTS": json.dumps([site.host]),
            "OMP_NUM_THREADS": "1",
        }

        def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
            command = [sys.executable, "-c", MAIN, *arguments]
            return subprocess.run(
                command, capture_output=True, text=True, env=os.environ | settings, check=False, timeout=240
            )

        collected = run("collect", "--links", str(tmp_path / "links.txt"), "--json")
        assert collected.returncode == 0, collected.stderr
        assert json.loads(collected.stdout)["added"] == 3
        answer = json.loads(run("ask", "--json", "Find videos about making espresso").stdout)
        first = answer["report"]["similar"]["neighbours"][0]
        assert first["title"] == "How I make espresso at home"
        assert "How I make espresso at home" in answer["answer"]
