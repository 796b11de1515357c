"""Bad input on every surface: one sentence in the chat, a non-zero exit, `isError` over MCP; and life goes on."""

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.shared.memory import create_connected_server_and_client_session
from tests.localsite import LocalSite, local_site

from shortcast_agent import mcp_server
from shortcast_agent.analyst import Analyst
from shortcast_agent.cli import main
from shortcast_tools.arguments import FILE_ARGUMENTS
from shortcast_tools.parts import Parts, use


def png_bomb(path: Path) -> str:
    """Write a PNG whose header claims 100,000 x 100,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    return str(path)


def text_as_video(folder: Path) -> dict[str, Any]:
    (folder / "notes.mp4").write_text("just words")
    return {"video": str(folder / "notes.mp4"), "title": "x"}


def zero_bytes(folder: Path) -> dict[str, Any]:
    (folder / "empty.mp4").touch()
    return {"video": str(folder / "empty.mp4"), "title": "x"}


def corrupt(folder: Path) -> dict[str, Any]:
    (folder / "torn.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40)
    return {"video": str(folder / "torn.mp4"), "title": "x"}


def bomb(folder: Path) -> dict[str, Any]:
    return {"thumbnail": png_bomb(folder / "bomb.png"), "title": "x"}


def four_hours(folder: Path) -> dict[str, Any]:
    from fractions import Fraction

    import av
    import numpy as np

    path = folder / "long.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("h264", rate=1)
        stream.width, stream.height, stream.pix_fmt = 32, 64, "yuv420p"
        stream.time_base = Fraction(1, 1)
        for second in range(0, 4 * 3600 + 1, 3600):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 32, 3), np.uint8), format="rgb24")
            frame.pts, frame.time_base = second, Fraction(1, 1)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return {"video": str(path), "title": "x"}


DRAFTS: dict[str, tuple[Callable[[Path], dict[str, Any]], str]] = {
    "nothing at all": (lambda _: {"title": "  "}, "title"),
    "a title of 10,000 characters": (lambda _: {"title": "a" * 10_000}, "10,000"),
    "text named .mp4": (text_as_video, "notes.mp4"),
    "zero bytes": (zero_bytes, "empty.mp4"),
    "a corrupt video": (corrupt, "torn.mp4"),
    "a picture bomb": (bomb, "bomb.png"),
    "a four-hour video": (four_hours, "long.mp4"),
    "a missing file": (lambda folder: {"video": str(folder / "gone.mp4"), "title": "x"}, "gone.mp4"),
    "an absurd number": (lambda _: {"title": "x", "followers": -5}, "-5"),
}


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with local_site() as running:
        yield running


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, shared_parts: Parts) -> Iterator[Parts]:
    with use(shared_parts):
        yield shared_parts


def one_sentence(text: str) -> None:
    assert "Traceback" not in text
    assert "pydantic" not in text
    assert len(text.strip()) > 20
    assert len(text.strip().splitlines()) <= 2


def files_of(arguments: dict[str, Any]) -> list[str]:
    """Return the paths among the arguments, of folders that are there."""
    paths = [value for key, value in arguments.items() if key in FILE_ARGUMENTS]
    return [path for path in paths if Path(path).parent.is_dir()]


def over_mcp(name: str, arguments: dict[str, Any], parts: Parts) -> Any:
    async def talk() -> Any:
        server = mcp_server.build(parts, files=[Path(value).parent for value in files_of(arguments)])
        async with create_connected_server_and_client_session(server) as client:
            return await client.call_tool(name, arguments)

    return anyio.run(talk)


def options(arguments: dict[str, Any]) -> list[str]:
    return [word for name, value in arguments.items() for word in (f"--{name.replace('_', '-')}={value}",)]


@pytest.mark.parametrize("name", list(DRAFTS))
def test_a_bad_draft_is_one_sentence_everywhere(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], opened: Parts, home: Path
) -> None:
    make, word = DRAFTS[name]
    arguments = make(tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())

    with pytest.raises(SystemExit) as end:
        main(["forecast", *options(arguments)])
    said = capsys.readouterr()
    assert end.value.code not in (0, None)
    assert said.out == ""
    one_sentence(said.err)
    assert word in said.err

    result = over_mcp("forecast_views", arguments, opened)
    assert result.isError
    one_sentence(result.content[0].text)
    assert word in result.content[0].text

    analyst = Analyst(opened)
    files = [arguments.pop(kind) for kind in ("video", "thumbnail") if kind in arguments]
    answer = analyst.ask("Will this do well?", attachments=files, facts=arguments)
    assert "Traceback" not in answer.answer
    assert word in answer.answer + " ".join(answer.notices) or name == "nothing at all"
    after = analyst.ask('Will "Latte art in one pour" do well? 900 followers', thread=answer.thread)
    assert after.report.forecast is not None
    assert sorted(p.name for p in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://127.0.0.1/v", "private network"),
        ("http://169.254.169.254/latest/meta-data/", "private network"),
        ("http://[::1]/v", "private network"),
        ("file:///etc/passwd", "http"),
        ("https://no-such-host.invalid/v", "no-such-host.invalid"),
    ],
)
def test_a_link_that_must_not_or_cant_be_opened_is_one_sentence_everywhere(
    url: str, word: str, capsys: pytest.CaptureFixture[str], opened: Parts, home: Path
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["why", "--url", url])
    said = capsys.readouterr()
    assert end.value.code not in (0, None)
    one_sentence(said.err)
    assert word in said.err
    result = over_mcp("fetch_video", {"url": url}, opened)
    assert result.isError
    one_sentence(result.content[0].text)
    if url.startswith("http"):
        answer = Analyst(opened).ask(f"why did {url} flop?")
        assert "Traceback" not in answer.answer
        assert answer.report.diagnosis is None
        assert len(answer.answer) > 20


def test_a_dead_link_is_one_sentence_and_the_conversation_goes_on(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    monkeypatch.setenv("SHORTCAST_ALLOWED_HOSTS", f'["{site.host}"]')
    with pytest.raises(SystemExit) as end:
        main(["why", "--url", f"{site.url}/gone"])
    assert end.value.code not in (0, None)
    one_sentence(capsys.readouterr().err)
    analyst = Analyst()
    answer = analyst.ask(f"why did {site.url}/gone flop?")
    assert not answer.tool_calls[0].ok
    assert answer.tool_calls[0].error
    one_sentence(answer.tool_calls[0].error)
    assert analyst.ask("thanks", thread=answer.thread).answer


def test_a_model_folder_with_a_wrong_hash_is_one_sentence_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    import shutil

    from shortcast_ml.modelfiles import model_folder

    copy = tmp_path / "model"
    shutil.copytree(model_folder("starter"), copy)
    (copy / "spread.txt").write_text("tampered")
    monkeypatch.setenv("SHORTCAST_MODEL", str(copy))
    with pytest.raises(SystemExit) as end:
        main(["forecast", "--title", "x"])
    assert end.value.code not in (0, None)
    said = capsys.readouterr().err
    assert "spread.txt" in said
    one_sentence(said)
    parts = Parts()
    result = over_mcp("forecast_views", {"title": "x"}, parts)
    assert result.isError
    assert "spread.txt" in result.content[0].text
    answer = Analyst(parts).ask('Will "x marks the spot" do well?')
    assert "spread.txt" in answer.answer
