"""The side of the chat page: the last turn's report as pictures, a table of changes, and similar videos."""

import base64
import html
from io import BytesIO
from pathlib import Path

from shortcast_agent.numbers import say_age, say_count, say_times
from shortcast_agent.pictures import draw_comparison, draw_diagnosis, draw_factors, draw_forecast
from shortcast_ml.records import (
    Change,
    Diagnosis,
    Neighbour,
    SimilarVideos,
    Suggestions,
    ThumbnailCandidate,
    VideoReport,
)

EMPTY = (
    '<div class="sc-empty">The forecast, its reasons and similar videos appear here as pictures, '
    "beside the answer.</div>"
)

LIBRARIES = {
    "demo": "All of these are <b>invented</b>: this is the demo library. "
    "<code>shortcast collect &quot;your niche&quot;</code> replaces it with real videos.",
    "mixed": "Videos marked DEMO are invented; the others were collected.",
    "collected": "From your collected library.",
    "empty": "The library is empty: <code>shortcast collect &quot;your niche&quot;</code> fills it.",
}


def panel(report: VideoReport) -> str:
    """Return the report as HTML, foreign text escaped and pictures inlined; empty when it holds none."""
    parts = []
    if report.diagnosis is not None:
        parts.append(_picture(draw_diagnosis(report.diagnosis), _said(report.diagnosis)))
        parts.append(_picture(draw_factors(report.diagnosis.explanation), "What was behind the expectation"))
    elif report.comparison is not None:
        parts.append(_picture(draw_comparison(report.comparison), f"Comparison: {report.comparison.best}"))
    elif report.forecast is not None:
        alt = f"Forecast: {say_count(report.forecast.views)} views"
        parts.append(_picture(draw_forecast(report.forecast), alt))
    if report.explanation is not None and report.diagnosis is None and report.comparison is None:
        parts.append(_picture(draw_factors(report.explanation), "What multiplies the forecast"))
    if report.suggestions is not None and report.suggestions.changes:
        parts.append(_changes(report.suggestions))
    parts += _drawn(report)
    if report.niche is not None:
        name = report.niche.query or "your library"
        parts.append(_file(report.niche.map_path, f"Map of {name}: each point a video, each colour a topic"))
        if best := tuple(topic.best[0] for topic in report.niche.topics if topic.best)[:8]:
            parts.append("<h3>The best of each topic, against its own channel</h3>" + _cards(best))
    if report.similar is not None:
        parts.append(_similar(report.similar))
    if report.diagnosis is not None and report.diagnosis.better_neighbours:
        parts.append("<h3>Similar videos that did better</h3>" + _cards(report.diagnosis.better_neighbours))
    return "\n".join(parts)


def safe(text: str) -> str:
    """Escape foreign text for HTML, and for the template language of the page's HTML component."""
    return html.escape(text).replace("{", "&#123;").replace("$", "&#36;").replace("`", "&#96;")


def _said(diagnosis: Diagnosis) -> str:
    return f"{diagnosis.verdict}: {say_count(diagnosis.actual_views)} views"


def _picture(png: bytes, alt: str) -> str:
    data = base64.b64encode(png).decode()
    return f'<img class="sc-picture" alt="{safe(alt)}" src="data:image/png;base64,{data}">'


def _changes(suggestions: Suggestions) -> str:
    rows = "".join(
        f"<tr><td>{safe(change.what)}{_worded(change)}</td><td>{_effect(change)}</td>"
        f"<td>{say_count(change.views)}</td></tr>"
        for change in suggestions.changes
    )
    without = (
        f" No reliable effect: {safe(', '.join(suggestions.no_effect))}." if suggestions.no_effect else ""
    )
    return (
        f"<h3>Changes, each computed</h3><table class='sc-changes'><tr><th>Change</th><th>Effect</th>"
        f"<th>Views</th></tr>{rows}</table>"
        f"<p class='sc-small'>As it stands: {say_count(suggestions.baseline.views)} views. "
        f"{suggestions.tried} changes were tried.{without}</p>"
    )


def _worded(change: Change) -> str:
    return f"<br>{safe(change.after)}" if change.argument == "title" else ""


def _effect(change: Change) -> str:
    if change.low is None or change.high is None:
        return f"{say_times(change.multiplier)}, not tested"
    interval = f"{say_times(change.multiplier)} ({say_times(change.low)} to {say_times(change.high)})"
    return interval if change.reliable else f"{interval}, not reliable"


def _drawn(report: VideoReport) -> list[str]:
    """Return what the tools drew of pictures and videos."""
    parts = []
    if report.watched is not None:
        parts.append(_file(report.watched.strip_path, "The video along time"))
    if report.thumbnail is not None:
        parts.append(_file(report.thumbnail.overlay_path, "What is on the thumbnail"))
    if report.picture is not None:
        parts.append(_file(report.picture.overlay_path, f"Where the picture matters: {report.picture.of}"))
    if report.thumbnails is not None and report.thumbnails.candidates:
        cards = "".join(_frame(frame) for frame in report.thumbnails.candidates)
        parts.append(f"<h3>Frames that could be the thumbnail</h3><div class='sc-cards'>{cards}</div>")
    return [part for part in parts if part]


def _file(path: Path | None, alt: str) -> str:
    source = _inlined(path, (1280, 1600))
    return f'<img class="sc-picture sc-tall" alt="{safe(alt)}" src="{source}">' if source else ""


def _frame(frame: ThumbnailCandidate) -> str:
    return (
        f'<div class="sc-card"><div class="sc-thumb">{_thumbnail(frame.path)}'
        f'<span class="sc-demo sc-rank">{frame.rank}</span></div>'
        f'<div class="sc-title">{frame.at_s:.1f} s</div>'
        f'<div class="sc-small">{say_times(frame.multiplier)} · {say_count(frame.views)} views</div></div>'
    )


def _similar(similar: SimilarVideos) -> str:
    if not similar.neighbours:
        return ""
    note = f"<p class='sc-small'>{LIBRARIES[similar.library]}</p>"
    return "<h3>Similar videos</h3>" + note + _cards(similar.neighbours)


def _cards(neighbours: tuple[Neighbour, ...]) -> str:
    return '<div class="sc-cards">' + "".join(_card(video) for video in neighbours) + "</div>"


def _card(video: Neighbour) -> str:
    facts = [f"{say_count(video.views)} views" if video.views is not None else "views hidden"]
    if video.age_days is not None:
        facts.append(say_age(video.age_days))
    if video.vs_channel is not None:
        facts.append(f"{say_times(video.vs_channel)} its channel")
    title = safe(video.title)
    if not video.demo and video.url.startswith(("https://", "http://")):
        title = f'<a href="{safe(video.url)}" target="_blank" rel="noopener noreferrer">{title}</a>'
    badge = '<span class="sc-demo">DEMO</span>' if video.demo else ""
    return (
        f'<div class="sc-card"><div class="sc-thumb">{_thumbnail(video.thumbnail_path)}{badge}</div>'
        f'<div class="sc-title">{title}</div><div class="sc-small">{" · ".join(facts)}</div></div>'
    )


def _thumbnail(path: Path | None) -> str:
    source = _inlined(path, (240, 320))
    return f'<img alt="" src="{source}">' if source else ""


def _inlined(path: Path | None, most: tuple[int, int]) -> str:
    """Return a small copy of a picture as a data URI; nothing when it can't be read."""
    from shortcast_ml.errors import MediaError
    from shortcast_ml.media import open_image

    if path is None:
        return ""
    try:
        image = open_image(path)
    except MediaError:
        return ""
    image.thumbnail(most)
    out = BytesIO()
    image.save(out, "JPEG", quality=86)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"


CSS = """
.gradio-container { max-width: 1360px !important; margin: 0 auto !important; }
footer { display: none !important; }
#sc-head h1 { margin: 0; font-size: 1.45rem; letter-spacing: -0.01em; }
#sc-head p span { color: inherit; }
#sc-head p { margin: 2px 0 0; color: var(--body-text-color-subdued); font-size: .9rem; }
#sc-bar { align-items: center; }
#sc-bar button { height: 42px; }
#sc-chat { height: calc(100vh - 250px) !important; min-height: 420px; border-radius: 14px; }
#sc-chat .placeholder { padding: 24px; text-align: center; max-width: 520px; margin: 0 auto; }
#sc-chat .example { border: 1px solid var(--border-color-primary); border-radius: 12px; padding: 12px 14px;
  font-size: .9rem; }
#sc-chat .example:hover { border-color: var(--color-accent); }
#sc-chat .bot .prose, #sc-chat .user .prose { font-size: .96rem; }
#sc-chat .bot .prose h2, #sc-chat .bot .prose h3 { font-size: 1.05rem; margin: .7em 0 .3em; }
#sc-chat .bot.message { max-width: 100%; }
#sc-chat .thought-group { padding: 3px 8px; margin: 0 0 4px; }
#sc-chat video, #sc-chat .user img { max-height: 220px; width: auto; max-width: 100%; margin-left: auto; }
#sc-chat [aria-label="Share"], #sc-chat [aria-label="Clear"], #sc-chat [aria-label="Download"] {
  display: none; }
#sc-panel { max-height: calc(100vh - 310px); overflow-y: auto !important; padding-right: 4px; }
#sc-side { gap: 10px; }
#sc-side .accordion-body, #sc-side .form { gap: 10px; }
#sc-side .sc-box .block, #sc-side .sc-box .form { padding: 0; border: 0; box-shadow: none; background: none; }
#sc-side .sc-box .row { gap: 10px; }
#sc-side .sc-box [data-testid="block-info"] { background: none; padding: 0; margin: 0 0 3px; font-weight: 500;
  font-size: .8rem; color: var(--body-text-color-subdued); }
#sc-side .sc-box p { margin: 0; font-size: .85rem; }
#sc-side .sc-box .html-container { padding: 0; }
#sc-side .sc-box input { border: 1px solid var(--border-color-primary); border-radius: 8px; padding: 7px 10px;
  box-shadow: none; }
#sc-side .sc-box [data-testid="block-info"] + * .wrap-inner, #sc-side .sc-box .secondary-wrap { padding: 0; }
#sc-side .sc-box button.stop { background: #B3261E; color: #fff; }
#sc-side .sc-box button.sm { border: 1px solid var(--border-color-primary); box-shadow: none; }
#sc-side .sc-box ul { margin: 4px 0 0; padding-left: 1.1em; list-style: disc; }
#sc-side .sc-box .submit-button { margin-left: 8px; }
#sc-file { display: none; }
#sc-sources details { background: var(--block-background-fill); border-radius: var(--block-radius); padding: 10px 12px;
  max-height: 50vh; overflow: auto; }
#sc-sources summary { cursor: pointer; list-style: none; display: flex; justify-content: space-between; }
#sc-sources summary::after { content: "▼"; transform: rotate(90deg); }
#sc-sources details[open] summary::after { transform: none; }
#sc-sources .html-container { padding: 0; }
#sc-sources table { table-layout: fixed; font-size: .8rem; }
#sc-sources th:nth-child(3) { width: 54%; }
#sc-sources td { overflow-wrap: anywhere; white-space: normal !important; }
#sc-sources td:nth-child(3), #sc-sources th:nth-child(3) { text-align: left; }
.sc-wrong { color: #B3261E !important; }
.dark .sc-wrong { color: #F2B8B5 !important; }
.sc-usage { color: var(--body-text-color-subdued); font-size: .8rem; }
.sc-picture { width: 100%; border-radius: 12px; margin-bottom: 12px;
  border: 1px solid rgba(127,127,127,.18); }
.sc-tall { width: auto; max-width: 100%; max-height: 72vh; margin: 0 auto 12px; display: block; }
.sc-empty { padding: 48px 24px; text-align: center; color: var(--body-text-color-subdued);
  border: 1.5px dashed var(--border-color-primary); border-radius: 12px; }
#sc-panel h3 { font-size: 1rem; margin: 10px 0 4px; }
.sc-small { color: var(--body-text-color-subdued); font-size: .8rem; margin: 2px 0 6px; }
.sc-changes { width: 100%; border-collapse: collapse; font-size: .88rem; margin: 4px 0; }
.sc-changes th { text-align: left; font-weight: 500; color: var(--body-text-color-subdued); }
.sc-changes, .sc-changes tr, .sc-changes td, .sc-changes th { border: 0 !important; }
.sc-changes td, .sc-changes th { padding: 5px 8px 5px 0 !important; vertical-align: top;
  border-bottom: 1px solid var(--border-color-primary) !important; }
.sc-changes td:nth-child(n+2), .sc-changes th:nth-child(n+2) { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.sc-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(118px, 1fr)); gap: 12px; }
.sc-card { font-size: .85rem; line-height: 1.3; overflow-wrap: anywhere; }
.sc-thumb { position: relative; aspect-ratio: 3/4; border-radius: 10px; overflow: hidden; margin-bottom: 5px;
  background: var(--background-fill-secondary); }
.sc-thumb img { width: 100%; height: 100%; object-fit: cover; display: block; }
.sc-demo { position: absolute; top: 6px; left: 6px; background: #C98A1B; color: #fff; font-size: .65rem;
  font-weight: 700; letter-spacing: .06em; padding: 1px 6px; border-radius: 6px; }
.sc-rank { background: #1F5E8C; }
.sc-title a { padding: 0; margin: 0; }
.sc-title { display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
@media (max-width: 700px) {
  #sc-bar { flex-wrap: wrap; }
  #sc-bar #sc-head { flex: 1 0 100% !important; }
  #sc-bar #sc-past { flex: 1 1 130px !important; min-width: 130px !important; }
  #sc-bar #sc-new { flex: 0 0 auto !important; min-width: 0 !important; padding: 0 12px; font-size: .9rem; }
  #sc-chat { height: 76vh !important; }
  #sc-chat .placeholder-content { justify-content: flex-start; }
  #sc-panel { max-height: none; }
  .gradio-container > main, main.app { padding: 8px !important; }
}
"""
