"""The chat page: text, a video, pictures or a link go in; tool steps, the answer and its pictures come out.

Everything is served from this machine: no fonts, scripts or figures are fetched from elsewhere.
"""

import os
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent.conversation import Message, answer_turn, remembered, said
from shortcast_agent.events import OFFLINE_ANALYST
from shortcast_agent.page_profile import ProfileBox
from shortcast_agent.page_thread import ThreadBox
from shortcast_agent.panel import CSS, EMPTY, panel, safe
from shortcast_agent.sources_view import sources_view
from shortcast_agent.uploads import keep
from shortcast_ml.errors import ServiceError, ShortcastError

if TYPE_CHECKING:
    from shortcast_agent.analyst import Analyst
    from shortcast_tools.parts import Parts

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
NO_THREAD = ""
PORTS_TRIED = 20


def build(analyst: "Analyst", chosen: "Parts") -> Any:
    """Return the page as Gradio Blocks."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio as gr

    settings = chosen.settings
    stops: dict[str, threading.Event] = {}  # by thread: the turn that runs in it

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

    def answer(asked: Message | None, messages: list[Message], thread: str) -> Iterator[tuple[Any, ...]]:
        if asked is None:
            return
        files = [Path(path) for path in asked["files"]]
        stop = stops[thread] = threading.Event()
        for shown, report in answer_turn(analyst, asked["text"], files, thread, messages, stop):
            yield shown, gr.skip(), gr.skip()
            if report is not None:  # the words first: drawing takes a moment
                yield shown, panel(report) or gr.skip(), sources_view(analyst.origins(thread))

    def end(thread: str | None) -> tuple[Any, ...]:
        stops.pop(thread or "", None)
        box = gr.MultimodalTextbox(submit_btn=True, stop_btn=False)
        return box, conversations(thread), *kept.fill(thread)

    def stop(thread: str | None) -> None:
        if thread in stops:
            stops[thread].set()

    def conversations(thread: str | None) -> Any:
        choices = [(_short(info.title), info.id) for info in analyst.threads()]
        known = thread if thread in {identity for _, identity in choices} else NO_THREAD
        return gr.Dropdown(choices=[("Conversations", NO_THREAD), *choices], value=known)

    def resume(thread: str | None) -> tuple[Any, ...]:
        turns = analyst.history(thread) if thread else []
        messages, report = remembered(turns)
        origins = analyst.origins(thread) if thread else ()
        known = thread if turns else None  # another process may have deleted it
        return messages, panel(report) or EMPTY, sources_view(origins), known, *kept.fill(known)

    def reload(thread: str | None) -> tuple[Any, ...]:
        return _header(analyst, chosen), conversations(thread), *about.fill(), *resume(thread)

    def new() -> tuple[Any, ...]:
        return [], EMPTY, "", None, conversations(None)

    def begin_anew() -> tuple[Any, ...]:
        return *new(), *kept.fill(None)

    def closed(thread: str) -> tuple[Any, ...]:
        stop(thread)  # the conversation is being deleted
        return new()

    def example(event: gr.SelectData) -> Message:
        return {"text": event.value["text"], "files": []}

    # Nothing here is an interface for programs: those have the command line and MCP.
    def listen(event: Callable[..., Any], *given: Any, **more: Any) -> Any:
        return event(*given, api_visibility="private", show_progress="hidden", **more)

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
                choices=[("Conversations", NO_THREAD)],
                value=NO_THREAD,
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
            with gr.Column(scale=2, min_width=320, elem_id="sc-side"):
                side = gr.HTML(EMPTY, elem_id="sc-panel", padding=False)
                sources = gr.HTML("", elem_id="sc-sources", padding=False)
                kept = ThreadBox(
                    analyst,
                    listen,
                    thread,
                    listed=conversations,
                    past=past,
                    closed=closed,
                    closing=[chatbot, side, sources, thread, past],
                )
                about = ProfileBox(analyst, listen)

        picked = listen(chatbot.example_select, example, None, box)
        for start in (box.submit, picked.then):
            begun = listen(start, begin, [box, chatbot, thread], [box, chatbot, thread, asked])
            running = listen(begun.then, answer, [asked, chatbot, thread], [chatbot, side, sources])
            ended = listen(running.then, end, [thread], [box, past, *kept.outputs])
            listen(ended.then, about.refill, [about.shown], about.outputs)
        # Not Gradio's `cancels`: it waits for the turn's next step, and a turn asked meanwhile is lost.
        listen(box.stop, stop, [thread], None, queue=False)
        opened = [chatbot, side, sources, thread, *kept.outputs]
        listen(past.input, resume, [past], opened)
        listen(fresh.click, begin_anew, None, [chatbot, side, sources, thread, past, *kept.outputs])
        listen(page.load, reload, [thread], [head, past, *about.outputs, *opened])
    page.queue(max_size=64, default_concurrency_limit=4)
    return page


def _short(title: str, most: int = 30) -> str:
    return title if len(title) <= most else title[: most - 1].rstrip() + "…"


def _header(analyst: "Analyst", chosen: "Parts") -> str:
    """Say who answers, and whether the library is the invented one."""
    offline = '<span title="No language model is set.">The <b>offline analyst</b> answers</span>'
    who = offline if analyst.name == OFFLINE_ANALYST else f"<b>{safe(analyst.name)}</b> answers"
    try:
        invented = chosen.library.kind() in ("demo", "mixed")
    except ShortcastError as error:
        return f"<h1>Shortcast</h1><p>{who}. {safe(str(error))}</p>"
    library = " Similar videos: <b>invented demo library</b>." if invented else ""
    return f"<h1>Shortcast</h1><p>{who}, every number from a tool.{library}</p>"


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
