"""What is said without a result: help, greetings, what is out of scope, and what the creator told before."""

import re
from collections.abc import Mapping
from typing import Any

from shortcast_agent.numbers import say_count
from shortcast_agent.planner.sections import plain, platform_name
from shortcast_agent.planner.voice import Voice

# What was asked for that no tool does; the first that fits names the nearest thing that one does.
_BEYOND = (
    (
        "editing",
        r"\b(?:upload|edit|render|cut (?:it|the|my)|trim|schedule|post (?:it|this) for|download|subtitles?|music)\b"
        r"|업로드|편집|자막|다운로드|tải (?:lên|xuống)|chỉnh sửa|cắt ghép|phụ đề|\bsub(?:e|ir|as)\b|\bedita\w*"
        r"|subtítulos|descarga|\bmonter?\b|\bmontage\b|télécharge|sous-titres|mets? en ligne",
    ),
    (
        "growth",
        r"\b(?:buy|get (?:me )?(?:more )?|fake|bots?|grow)\b.{0,30}\b(?:followers?|subs(?:cribers)?|views|likes)\b"
        r"|구독자.{0,12}(?:늘|사|구매)|mua.{0,12}(?:sub|lượt|follow)|(?:comprar|conseguir).{0,20}(?:seguidores|vistas)"
        r"|(?:acheter|gagner).{0,20}(?:abonnés|vues)",
    ),
    (
        "money",
        r"\b(?:money|earn|income|revenue|rpm|cpm|moneti[sz]\w+|sponsor\w*|paid|pay me|dollars|salary)\b"
        r"|수익|돈|광고비|협찬|kiếm.{0,16}tiền|bao nhiêu tiền|thu nhập"
        r"|doanh thu|tài trợ|dinero|ganar|ingresos|patrocin\w+"
        r"|\bargent\b|gagner|revenus|monétis\w+",
    ),
    (
        "writing",
        r"\b(?:write|script|caption|rewrite|translate|poem|essay|story|lyrics|draft me|come up with|brainstorm)\b"
        r"|써 ?줘|써 ?주세요|작성|대본|번역|viết|kịch bản|dịch|\bescr[ií]b\w+|gui[oó]n|traduc\w+"
        r"|\bécri\w+|\bscénario|traduis\w*",
    ),
)


def out_of_scope(text: str, voice: Voice) -> str:
    """Say what can't be done, and the nearest thing that can."""
    near = next((name for name, words in _BEYOND if re.search(words, text, re.IGNORECASE)), "other")
    return voice.say(f"out_{near}")


def profile(facts: Mapping[str, Any], voice: Voice) -> str:
    """Say what the creator told before: followers, typical views, platform, niche, ..."""
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    if not known:
        return voice.say("profile_empty")
    lines = [f"- {_fact(name, value, voice)}" for name, value in known.items()]
    return "\n".join([voice.say("profile_shown"), "", *lines, "", voice.say("profile_hint")])


def _fact(name: str, value: Any, voice: Voice) -> str:
    if name in ("followers", "typical_views"):
        shown = say_count(float(value))
    else:
        shown = platform_name(value, voice) if name == "platform" else plain(str(value))
    return f"{voice.name('profile', name, name)}: {shown}"
