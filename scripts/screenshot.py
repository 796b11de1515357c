"""Take the README's picture from the real page: start the chat, ask, wait for the answer, save what is seen.

    python scripts/screenshot.py [--video FILE] [--out docs/screenshot.png]

Needs Chromium on the system. The browser tests drive the page with the same functions.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTION = (
    'My next Short is called "I tried the 3-second latte trick". I have 12,000 followers. '
    "Will this do well, and what should I change?"
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SHOW_THE_ANSWERS_START = """answer => {
    const log = answer.closest("[role=log]");
    log.scrollTop += answer.getBoundingClientRect().top - log.getBoundingClientRect().top - 110;
}"""
CHAT_STARTS_S, ANSWER_S = 90, 180


def find_chromium() -> str | None:
    """Return the path of a Chromium of this system, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def chat_process(home: Path) -> Iterator[str]:
    """Run `shortcast chat` over a data folder, and give its address while the block runs."""
    environment = {**os.environ, "SHORTCAST_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from shortcast_agent.cli import main; main()", "chat", "--port", "0"]
    log = (home / "chat.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603
    try:
        yield _address(process, Path(log.name))
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    until, said = time.monotonic() + CHAT_STARTS_S, ""
    while time.monotonic() < until:
        said = log.read_text(encoding="utf-8")
        if found := re.search(r"http://\S+", said):
            return found.group()
        if process.poll() is not None:
            raise RuntimeError(f"The chat ended before it was open:\n{said}")
        time.sleep(0.1)
    raise RuntimeError(
        f"The chat printed no address within {CHAT_STARTS_S} s:\n{log.read_text(encoding='utf-8')}"
    )


@contextmanager
def browser_page(address: str, *, width: int = 1360, height: int = 900) -> Iterator["Page"]:
    """Open the page in headless Chromium, and wait until it can be used."""
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("No Chromium was found: install the system's chromium package.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--lang=en"])
        try:
            page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
            page.goto(address)
            page.locator("#sc-box textarea").wait_for(timeout=30_000)
            page.locator("#sc-head h1").wait_for(timeout=30_000)
            yield page
        finally:
            browser.close()


def ask(page: "Page", question: str, files: Sequence[Path] = ()) -> None:
    """Type a question, attach files, send it, and wait until the box is free again."""
    if files:
        page.locator('#sc-box input[type="file"]').first.set_input_files([str(file) for file in files])
        page.locator("#sc-box .thumbnail-item").nth(len(files) - 1).wait_for(timeout=30_000)
    page.locator("#sc-box textarea").fill(question)
    page.locator("#sc-box .submit-button").click()
    wait_for_answer(page)


def wait_for_answer(page: "Page") -> None:
    """Wait until the turn that was just started has ended."""
    page.locator("#sc-box .stop-button").wait_for(timeout=30_000)
    page.locator("#sc-box .submit-button").wait_for(timeout=ANSWER_S * 1000)


def make_clip(path: Path, *, seconds: int = 6) -> Path:
    """Write a small vertical clip with moving colours and a tone, for when no video is given."""
    import av
    import numpy as np

    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=12)
        video.width, video.height, video.pix_fmt = 360, 640, "yuv420p"
        audio = out.add_stream("aac", rate=44_100, layout="mono")
        rows, columns = np.mgrid[0:640, 0:360].astype(np.float32)
        for number in range(seconds * 12):
            wave = np.sin(columns / 40 + number / 6) + np.cos(rows / 60 - number / 9)
            picture = np.stack([150 + 50 * wave, 100 + 40 * wave, 70 + 20 * wave], axis=-1)
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture.clip(0, 255).astype(np.uint8))))
        out.mux(video.encode())
        tone = 0.2 * np.sin(2 * np.pi * 330 * np.arange(seconds * 44_100) / 44_100)
        for start in range(0, len(tone), 1024):
            block = tone[None, start : start + 1024].astype(np.float32)
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44_100, start
            out.mux(audio.encode(frame))
        out.mux(audio.encode())
    return path


def main() -> None:
    """Save the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--video", type=Path, help="The draft to show; without it, a small made clip.")
    parser.add_argument("--out", type=Path, default=Path("docs/screenshot.png"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        video = given.video or make_clip(home / "latte.mp4")
        with chat_process(home) as address, browser_page(address) as page:
            ask(page, QUESTION, [video])
            page.locator("#sc-panel img.sc-picture").first.wait_for(timeout=30_000)
            page.locator("#sc-chat .bot.message").last.evaluate(SHOW_THE_ANSWERS_START)
            page.wait_for_timeout(1500)
            given.out.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(given.out))
    print(f"Saved {given.out}")


if __name__ == "__main__":
    main()
