"""The chat page: text, a video, pictures or a link go in; tool steps, the answer and its pictures come out.

Everything is served from this machine: no fonts, scripts or figures are fetched from elsewhere.
"""

import hashlib
import logging
import os
import re
import shutil
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent.events import (
    Done,
    Event,
    Notice,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    Turn,
)
from shortcast_agent.panel import CSS, EMPTY, panel, safe
from shortcast_ml.errors import ServiceError, ShortcastError
from shortcast_ml.records import VideoReport
from shortcast_ml.settings import Settings

if TYPE_CHECKING:
    from shortcast_agent.analyst import Analyst
    from shortcast_tools.parts import Parts

log = logging.getLogger(__name__)

Message = dict[str, Any]

STEPS = {
    "inspect_draft": "Reading the draft",
    "forecast_views": "Forecasting the views",
    "explain_forecast": "Working out the reasons",
    "suggest_changes": "Computing what changes would do",
    "compare_variants": "Comparing the variants",
    "find_similar_videos": "Looking for similar videos",
    "fetch_video": "Fetching the video's page",
    "diagnose_video": "Comparing with what was to be expected",
    "collect": "Collecting videos",
}

EXAMPLES = (
    'My next Short is called "I tried the 3-second latte trick". I have 12,000 followers. '
    "Will it do well, and what should I change?",
    'Which title is better: "Cleaning my grinder" or "I cleaned my grinder after 2 years. Never again."?',
    'My video "5 desk hacks under $10" has 900 views after 4 days and I have 20k followers. Why did it flop?',
    "Show me videos similar to: quick latte art at home",
)

WELCOME = (
    "### What are you about to publish?\n"
    "Add the video or the thumbnail, its title, and how big your channel is. "
    "Or paste the link of a video and ask why it did what it did."
)
ONLY_FILES = "What do you think of this draft?"
PAUSE_S = 0.1  # between two redraws while text streams
PORTS_TRIED = 20


# --- one turn ----------------------------------------------------------------------------------------


def answer_turn(
    analyst: "Analyst", text: str, files: Sequence[Path], thread: str, messages: Sequence[Message]
) -> Iterator[tuple[list[Message], VideoReport | None]]:
    """Yield the growing conversation; the last yield brings the report. Errors become one message."""
    shown = _Conversation(list(messages))
    report: VideoReport | None = None
    drawn_at = 0.0
    try:
        for event in analyst.stream(text, attachments=files, thread=thread):
            shown.add(event)
            if isinstance(event, Done):
                report = event.result.report
            if not isinstance(event, TextDelta) or time.monotonic() - drawn_at > PAUSE_S:
                drawn_at = time.monotonic()
                yield shown.messages, None
    except ShortcastError as error:
        shown.fail(str(error))
    except Exception as error:
        log.exception("A turn failed")
        shown.fail(
            f"Something went wrong inside Shortcast ({type(error).__name__}); its log says more. "
            "The conversation goes on: ask again, or ask in other words."
        )
    yield shown.messages, report


class _Conversation:
    """The messages on the page while a turn runs."""

    def __init__(self, messages: list[Message]) -> None:
        self.messages = messages
        self._steps: dict[str, Message] = {}
        self._words: list[Message] = []
        self._writing = False

    def add(self, event: Event) -> None:
        """Bring one event of the analyst onto the page."""
        match event:
            case ToolStarted():
                step = _step(event.name, event.arguments)
                step["metadata"] |= {"status": "pending", "id": event.id}
                self._steps[event.id] = step
                self.messages.append(step)
            case ToolProgress():
                if event.id in self._steps:
                    self._steps[event.id]["metadata"]["log"] = f"{event.done} of {event.total}: {event.text}"
            case ToolFinished():
                if event.id in self._steps:
                    _finish(self._steps[event.id], event.ok, event.summary, event.seconds)
            case Notice():
                self.messages.append({"role": "assistant", "content": f"*{quiet(event.text)}*"})
            case TextDelta():
                if not self._writing:
                    self._words.append({"role": "assistant", "content": ""})
                    self.messages.append(self._words[-1])
                self._words[-1]["content"] += event.text
            case Done():
                self._settle(event.result.answer)
        self._writing = isinstance(event, TextDelta)

    def fail(self, sentence: str) -> None:
        """Close what is open and say what happened."""
        end_pending(self.messages)
        self.messages.append({"role": "assistant", "content": f"⚠️ {quiet(sentence)}"})

    def _settle(self, answer: str) -> None:
        """Let the answer have the last word: a number may have been struck after it was streamed."""
        if "".join(message["content"] for message in self._words).strip() != answer.strip():
            self.messages[:] = [m for m in self.messages if not any(m is words for words in self._words)]
            self._words = [{"role": "assistant", "content": answer}]
            self.messages.extend(self._words)
        for words in self._words:
            words["content"] = quiet(words["content"])


def _step(name: str, arguments: dict[str, Any]) -> Message:
    stated = {key: value for key, value in arguments.items() if value not in (None, "", [])}
    given = ", ".join(f"{key}: {_brief(key, value)}" for key, value in stated.items())
    metadata = {"title": STEPS.get(name, name.replace("_", " "))}
    return {"role": "assistant", "content": quiet(f"{name}({given})"), "metadata": metadata}


def _brief(key: str, value: Any) -> str:
    """Return an argument for reading: of a file, its name."""
    if isinstance(value, (list, tuple)):
        return ", ".join(_brief(key, part) for part in value)
    return Path(str(value)).name if key.removesuffix("s") in ("video", "thumbnail", "record") else str(value)


def _finish(step: Message, ok: bool, summary: str, seconds: float | None) -> None:
    step["content"] += f"\n\n{quiet(summary)}" if summary else ""
    step["metadata"] |= {"status": "done"}
    step["metadata"].pop("log", None)
    if seconds is not None:
        step["metadata"]["duration"] = round(seconds, 1)
    if not ok:
        step["metadata"]["title"] += " failed"


def quiet(text: str) -> str:
    """Keep text that may hold foreign words from loading pictures or becoming HTML on the page."""
    return re.sub(r"<(?=[a-zA-Z/!])", "&lt;", text.replace("![", "!\\["))


def end_pending(messages: Sequence[Message]) -> list[Message]:
    """Return the messages with no step left spinning."""
    for message in messages:
        metadata = message.get("metadata") or {}
        if metadata.get("status") == "pending":
            metadata |= {"status": "done", "log": "stopped"}
    return list(messages)


# --- remembering -------------------------------------------------------------------------------------


def said(text: str, files: Sequence[Path]) -> list[Message]:
    """Return what the user said as messages; files that are gone are left out."""
    shown: list[Message] = [
        {"role": "user", "content": {"path": str(file)}} for file in files if Path(file).exists()
    ]
    return [*shown, {"role": "user", "content": text}]


def remembered(turns: Sequence[Turn]) -> tuple[list[Message], VideoReport]:
    """Return a past conversation as messages, and the last report that has something to show."""
    messages: list[Message] = []
    report = VideoReport()
    for turn in turns:
        messages += said(turn.user, turn.attachments)
        messages += [_past_step(call) for call in turn.tool_calls]
        if turn.answer:
            messages.append({"role": "assistant", "content": quiet(turn.answer)})
        if turn.report != VideoReport():
            report = turn.report
    return messages, report


def _past_step(call: ToolCall) -> Message:
    step = _step(call.name, call.arguments)
    _finish(step, call.ok, call.error or "", call.seconds)
    return step


def keep(files: Sequence[str], settings: Settings) -> list[Path]:
    """Copy uploads into the data folder, so that a conversation can be resumed after they are swept away.

    The same file is kept once, under a folder named by its content.
    """
    kept = []
    for file in map(Path, files):
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
        target = settings.media_path / "uploads" / digest / file.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(target.name + ".part")
            shutil.copyfile(file, part)
            part.replace(target)
        kept.append(target)
    return kept


# --- the page ----------------------------------------------------------------------------------------


def build(analyst: "Analyst", chosen: "Parts") -> Any:
    """Return the page as Gradio Blocks."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio as gr

    settings = chosen.settings

    def begin(box: Message, messages: list[Message], thread: str | None) -> tuple[Any, ...]:
        """Take what was typed: show it, empty the box, turn its button into Stop."""
        text, files = (box.get("text") or "").strip(), box.get("files") or []
        if not text and not files:
            return gr.skip(), gr.skip(), gr.skip(), None
        text = text or ONLY_FILES
        kept = keep(files, settings)
        asked = {"text": text, "files": [str(path) for path in kept]}
        return (
            gr.MultimodalTextbox(value=None, submit_btn=False, stop_btn=True),
            [*messages, *said(text, kept)],
            thread or uuid.uuid4().hex[:12],
            asked,
        )

    def answer(asked: Message | None, messages: list[Message], thread: str) -> Iterator[tuple[Any, Any]]:
        if asked is None:
            return
        files = [Path(path) for path in asked["files"]]
        for shown, report in answer_turn(analyst, asked["text"], files, thread, messages):
            yield shown, gr.skip()
            if report is not None:  # the words first: drawing takes a moment
                yield shown, panel(report) or gr.skip()

    def end(thread: str | None) -> tuple[Any, Any]:
        return gr.MultimodalTextbox(submit_btn=True, stop_btn=False), conversations(thread)

    def stop(messages: list[Message], thread: str | None) -> tuple[Any, ...]:
        return end_pending(messages), *end(thread)

    def conversations(thread: str | None) -> Any:
        choices = [(_short(info.title), info.id) for info in analyst.threads()]
        known = thread if thread in {identity for _, identity in choices} else None
        return gr.Dropdown(choices=choices, value=known)

    def resume(thread: str | None) -> tuple[Any, ...]:
        turns = analyst.history(thread) if thread else []
        messages, report = remembered(turns)
        return messages, panel(report) or EMPTY, thread

    def reload(thread: str | None) -> tuple[Any, ...]:
        return _header(chosen), *resume(thread), conversations(thread)

    def new() -> tuple[Any, ...]:
        return [], EMPTY, None, conversations(None)

    def example(event: gr.SelectData) -> Message:
        return {"text": event.value["text"], "files": []}

    with gr.Blocks(
        title="Shortcast", analytics_enabled=False, fill_width=True, delete_cache=(3600, 86400)
    ) as page:
        thread = gr.BrowserState(None, storage_key="shortcast-thread", secret="shortcast")  # noqa: S106 - hides nothing
        asked = gr.State(None)
        with gr.Row(elem_id="sc-bar"):
            head = gr.HTML(elem_id="sc-head", padding=False)
            past = gr.Dropdown(
                label="Conversations",
                show_label=False,
                container=False,
                choices=[],
                value=None,
                scale=0,
                min_width=280,
                elem_id="sc-past",
            )
            fresh = gr.Button("New conversation", scale=0, min_width=170, size="md", elem_id="sc-new")
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                chatbot = gr.Chatbot(
                    show_label=False,
                    height="70vh",
                    buttons=["copy"],
                    latex_delimiters=[],
                    allow_tags=False,
                    examples=[{"text": text} for text in EXAMPLES],
                    placeholder=WELCOME,
                    elem_id="sc-chat",
                )
                box = gr.MultimodalTextbox(
                    show_label=False,
                    placeholder="Ask about a draft or a published video…",
                    file_count="multiple",
                    file_types=["video", "image"],
                    autofocus=True,
                    max_plain_text_length=20_000,
                    elem_id="sc-box",
                )
            with gr.Column(scale=2, min_width=320):
                side = gr.HTML(EMPTY, elem_id="sc-panel", padding=False)

        # Nothing here is an interface for programs: those have the command line and MCP.
        def listen(event: Callable[..., Any], *given: Any, **more: Any) -> Any:
            return event(*given, api_visibility="private", show_progress="hidden", **more)

        picked = listen(chatbot.example_select, example, None, box)
        turns = []
        for start in (box.submit, picked.then):
            begun = listen(start, begin, [box, chatbot, thread], [box, chatbot, thread, asked])
            running = listen(begun.then, answer, [asked, chatbot, thread], [chatbot, side])
            listen(running.then, end, [thread], [box, past])
            turns.append(running)
        listen(box.stop, stop, [chatbot, thread], [chatbot, box, past], cancels=turns)
        listen(past.input, resume, [past], [chatbot, side, thread])
        listen(fresh.click, new, None, [chatbot, side, thread, past])
        listen(page.load, reload, [thread], [head, chatbot, side, thread, past])
    page.queue(max_size=64, default_concurrency_limit=4)
    return page


def _short(title: str, most: int = 48) -> str:
    return title if len(title) <= most else title[: most - 1].rstrip() + "…"


def _header(chosen: "Parts") -> str:
    """Say who answers, and whether the library is the invented one."""
    model = chosen.settings.llm_model
    who = (
        f"<b>{safe(model)}</b> answers"
        if model
        else "The <b>offline analyst</b> answers (no language model is set)"
    )
    try:
        invented = chosen.library.kind() in ("demo", "mixed")
    except ShortcastError as error:
        return f"<h1>Shortcast</h1><p>{who}. {safe(str(error))}</p>"
    library = " Similar videos come from the <b>invented demo library</b>." if invented else ""
    return f"<h1>Shortcast</h1><p>{who}; every number comes from a tool.{library}</p>"


# --- serving -----------------------------------------------------------------------------------------


def launch(analyst: "Analyst", chosen: "Parts", *, host: str, port: int) -> tuple[Any, str]:
    """Start serving in the background and return the page and its address. Raises ServiceError."""
    page = build(analyst, chosen)
    import gradio as gr

    settings = chosen.settings
    settings.media_path.mkdir(parents=True, exist_ok=True)
    system = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
    theme = gr.themes.Soft(
        primary_hue="sky",
        neutral_hue="slate",
        font=[gr.themes.Font(name) for name in system],
        font_mono=[gr.themes.Font(name) for name in mono],
    )
    found = free_port(host, port)
    page.launch(
        server_name=host,
        server_port=found,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        ssr_mode=False,
        inbrowser=False,
        theme=theme,
        css=CSS,
        footer_links=[],
        allowed_paths=[str(settings.media_path)],
        max_file_size=f"{settings.max_video_mb}mb",
        enable_monitoring=False,
    )
    name = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - read, not bound
    return page, f"http://{name}:{found}"


def serve(*, host: str | None = None, port: int | None = None) -> None:
    """Open the page, print its address, and stay until Ctrl-C."""
    from shortcast_agent.analyst import Analyst
    from shortcast_tools.parts import parts

    chosen = parts()
    wanted = chosen.settings.port if port is None else port
    page, address = launch(Analyst(chosen), chosen, host=host or chosen.settings.host, port=wanted)
    if wanted and not address.endswith(f":{wanted}"):
        print(f"Port {wanted} is taken.", file=sys.stderr)
    print(f"Shortcast is open at {address} (Ctrl-C ends it)", flush=True)
    page.block_thread()


def free_port(host: str, wanted: int) -> int:
    """Return the wanted port, or one near it, or any that is free. Raises ServiceError for a foreign host."""
    candidates = [*range(wanted, min(wanted + PORTS_TRIED, 65536)), 0] if wanted else [0]
    problem = ""
    for port in candidates:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            try:
                probe.bind((host, port))
            except OSError as error:
                problem = error.strerror or str(error)
                continue
            return int(probe.getsockname()[1])
    raise ServiceError(
        f"Nothing can be served at {host}: {problem}. Set SHORTCAST_HOST to an address of this machine."
    )
