"""The part of the chat page that names, exports and deletes the conversation that is open."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shortcast_agent.panel import safe
from shortcast_agent.thread_export import as_markdown, export_thread, file_name
from shortcast_agent.threads import LONGEST_TITLE
from shortcast_ml.errors import ShortcastError

if TYPE_CHECKING:
    from shortcast_agent.analyst import Analyst

TITLE = "This conversation"
GONE = "This conversation is not kept any more: it was deleted elsewhere."
# The export goes from the page's memory into a file of the browser's: nothing is left on the server's disk.
_DOWNLOAD = """file => {
    if (!file || !file.text) return null;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file.text], {type: file.type}));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    return null;
}"""


class ThreadBox:
    """The components, and what they do. Build it inside the page's Blocks."""

    def __init__(
        self,
        analyst: "Analyst",
        listen: Callable[..., Any],
        thread: Any,
        *,
        listed: Callable[[str | None], Any],
        past: Any,
        closed: Callable[[str], tuple[Any, ...]],
        closing: list[Any],
    ) -> None:
        """Add the components to the page that is being built.

        `listed` gives the dropdown `past` anew; `closed` empties the components `closing` after a deletion.
        """
        import gradio as gr

        self._analyst, self._listed, self._closed = analyst, listed, closed
        with gr.Accordion(
            TITLE, open=False, visible=False, elem_id="sc-thread", elem_classes="sc-box"
        ) as self._box:
            self._name = gr.Textbox(
                label="Name", max_lines=1, max_length=LONGEST_TITLE, submit_btn="Rename", elem_id="sc-name"
            )
            with gr.Row():
                markdown = gr.Button("Export as text", size="sm", min_width=80)
                data = gr.Button("Export with numbers", size="sm", min_width=80)
                delete = gr.Button("Delete…", size="sm", min_width=80)
            with gr.Column(visible=False, elem_id="sc-sure") as self._sure:
                gr.HTML("<p>Delete this conversation for good, with its uploads?</p>", padding=False)
                with gr.Row():
                    really = gr.Button("Delete for good", size="sm", variant="stop", min_width=80)
                    spare = gr.Button("Keep it", size="sm", min_width=80)
            self._note = gr.HTML(padding=False, elem_id="sc-thread-note")
            self._file = gr.JSON(visible="hidden", elem_id="sc-file")
        self.outputs = [self._box, self._name, self._sure, self._note]
        sure = [self._sure]
        listen(self._name.submit, self._rename, [thread, self._name], [self._name, self._note, past])
        for button, suffix in ((markdown, "md"), (data, "json")):
            made = listen(button.click, self._exporter(suffix), [thread], [self._file, self._note])
            listen(made.then, None, [self._file], [self._file], js=_DOWNLOAD)
        listen(delete.click, lambda: gr.Column(visible=True), None, sure)
        listen(spare.click, lambda: gr.Column(visible=False), None, sure)
        listen(really.click, self._delete, [thread], [*self.outputs, *closing])

    def fill(self, thread: str | None) -> list[Any]:
        """Return what the components show of a thread; nothing is shown of none."""
        import gradio as gr

        info = None
        with suppress(ShortcastError):  # the list of conversations says what is wrong
            info = next((known for known in self._analyst.threads() if known.id == thread), None)
        return [
            gr.Accordion(visible=info is not None),
            info.title if info is not None else "",
            gr.Column(visible=False),
            "",
        ]

    def _rename(self, thread: str | None, name: str) -> tuple[Any, Any, Any]:
        import gradio as gr

        try:
            kept = self._analyst.conversations.rename(thread or "", name)
        except ShortcastError as error:
            return gr.skip(), self._wrong(thread, error), self._listed(thread)
        return kept, _small("Renamed."), self._listed(thread)

    def _exporter(self, suffix: str) -> Callable[[str | None], tuple[Any, Any]]:
        def export(thread: str | None) -> tuple[Any, Any]:
            conversations = self._analyst.conversations
            try:
                info = conversations.find(thread or "")
                made = export_thread(info, conversations.messages(info.id))
            except ShortcastError as error:
                return None, self._wrong(thread, error)
            text = as_markdown(made) if suffix == "md" else made.model_dump_json(indent=2)
            kind = "text/markdown" if suffix == "md" else "application/json"
            return {"name": file_name(made, suffix), "type": kind, "text": text}, _small("Exported.")

        return export

    def _delete(self, thread: str | None) -> tuple[Any, ...]:
        self._analyst.delete_thread(thread or "")
        return (*self.fill(None), *self._closed(thread or ""))

    def _wrong(self, thread: str | None, error: ShortcastError) -> str:
        gone = thread not in {info.id for info in self._analyst.threads()}
        return f"<p class='sc-small sc-wrong' role='alert'>{safe(GONE if gone else str(error))}</p>"


def _small(text: str) -> str:
    return f"<p class='sc-small' role='status'>{safe(text)}</p>"
