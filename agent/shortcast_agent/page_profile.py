"""The part of the chat page that shows what is known about the user, and lets them change or forget it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shortcast_agent.memory import FIELDS, FORGOTTEN, LABELS, PLATFORM_NAMES, Profile, say, told
from shortcast_agent.panel import safe
from shortcast_ml.errors import ShortcastError

if TYPE_CHECKING:
    from shortcast_agent.analyst import Analyst

TITLE = "What I know about you"
_HINTS = {
    "channel": "@yourchannel", "niche": "latte art", "followers": "12K", "typical_views": "3,000",
    "language": "English", "goals": "10K followers by summer",
}  # fmt: skip
_HERE = "Kept on this machine only. It is filled from what you say, and used in new conversations."


class ProfileBox:
    """The components, and what fills them. Build it inside the page's Blocks."""

    def __init__(self, analyst: "Analyst", listen: Callable[..., Any]) -> None:
        """Add the components to the page that is being built, and connect them with `listen`."""
        import gradio as gr

        self._analyst = analyst
        with gr.Accordion(TITLE, open=False, elem_id="sc-profile", elem_classes="sc-box"):
            self._note = gr.HTML(padding=False, elem_id="sc-profile-note")
            fields: dict[str, Any] = {}
            for names in (("channel", "niche"), ("platform", "followers"), ("typical_views", "language")):
                with gr.Row():
                    for name in names:
                        fields[name] = _field(name)
            fields["goals"] = _field("goals")
            self._fields = [fields[name] for name in FIELDS]
            with gr.Row():
                save = gr.Button("Save", size="sm", variant="primary", min_width=80)
                forget = gr.Button("Forget all of it", size="sm", min_width=80)
        self.shown = gr.State({})  # as the fields were filled last: what differs, the user has typed
        self.outputs = [self._note, *self._fields, self.shown]
        listen(save.click, self._save, [self.shown, *self._fields], self.outputs)
        listen(forget.click, self._forget, None, self.outputs)

    def fill(self) -> list[Any]:
        """Return what the components show of the profile as it is now."""
        try:
            return self._filled(self._analyst.profile())
        except ShortcastError as error:
            return self._filled(Profile(), str(error))

    def refill(self, shown: dict[str, str]) -> list[Any]:
        """Return the same where the profile has changed; what the user is typing stays otherwise."""
        import gradio as gr

        filled = self.fill()
        return filled if filled[-1] != shown else [gr.skip() for _ in self.outputs]

    def _filled(self, profile: Profile, said: str = "") -> list[Any]:
        texts = _texts(profile)
        origins = told(profile)
        known = "".join(
            f"<li><b>{LABELS[name]}</b>: {safe(origins[name])}</li>"
            for name in profile.facts()
            if name in origins
        )
        note = f"<p class='sc-small'>{safe(said or _HERE)}</p>" + (
            f"<ul class='sc-small'>{known}</ul>" if known else ""
        )
        return [note, *texts.values(), texts]

    def _save(self, shown: dict[str, str], *typed: str | None) -> list[Any]:
        import gradio as gr

        now = {name: text or "" for name, text in zip(FIELDS, typed, strict=True)}
        changes = {name: text for name, text in now.items() if text != shown.get(name, "")}
        try:
            return self._filled(self._analyst.edit_profile(changes), "Saved.")
        except ShortcastError as error:
            wrong = f"<p class='sc-small sc-wrong' role='alert'>{safe(str(error))}</p>"
            return [wrong, *(gr.skip() for _ in self._fields), gr.skip()]

    def _forget(self) -> list[Any]:
        try:
            self._analyst.forget_profile()
        except ShortcastError as error:
            return self._filled(Profile(), str(error))
        return self._filled(Profile(), FORGOTTEN)


def _field(name: str) -> Any:
    import gradio as gr

    if name == "platform":
        choices = [("–", ""), *((shown, known) for known, shown in PLATFORM_NAMES.items())]
        return gr.Dropdown(choices=choices, value="", label=LABELS[name], min_width=130)
    return gr.Textbox(
        label=LABELS[name], placeholder=_HINTS[name], max_lines=1, max_length=80, min_width=130, lines=1
    )


def _texts(profile: Profile) -> dict[str, str]:
    known = profile.facts()
    return {
        name: "" if name not in known else known[name] if name == "platform" else say(name, known[name])
        for name in FIELDS
    }
