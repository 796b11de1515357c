"""The tool that looks at a whole niche: topics, how each does, times, lengths, and a map."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from shortcast_ml.errors import InputError
from shortcast_ml.records import Draft, NicheSummary, Platform
from shortcast_tools.drawn import save_picture
from shortcast_tools.parts import Parts, parts
from shortcast_tools.progress import report

if TYPE_CHECKING:
    import numpy as np

    from shortcast_ml.niche.facts import Facts

LONGEST_QUERY, LONGEST_TITLE = 300, 5000  # characters
INVENTED = (
    "These are the invented videos of the demo library: they show what the view looks like, and say nothing of any"
    " real niche. Collect real videos first."
)


def summarize_niche(
    query: Annotated[
        str, Field(description="The niche in words, such as `latte art`. Empty: the whole library.")
    ] = "",
    platform: Annotated[
        Platform | None, Field(description="Only videos of this platform. Unset: of all.")
    ] = None,
    language: Annotated[
        str | None, Field(description="Only videos in this language, ISO 639-1 such as `ko`. Unset: of all.")
    ] = None,
    title: Annotated[str, Field(description="A planned title, to mark on the map. Empty: none.")] = "",
    time_zone: Annotated[str, Field(description="Of publishing times, such as `Asia/Seoul`.")] = "UTC",
    limit: Annotated[
        int,
        Field(ge=20, le=100_000, description="How many videos at most, those nearest to the query first."),
    ] = 5000,
) -> NicheSummary:
    """Summarize a niche from the user's library: its topics, how each does, how crowded it is, times, lengths, a map.

    Use it for "what works in my niche?", "which topics are crowded?", "when should I publish?", "how long should it
    be?". It reads only what was collected, and wants some hundreds of videos; each statement carries how many videos
    it rests on. "Against the channel" compares a video's views with its own channel's typical at the same age. All of
    it is association, never cause: repeat `statements` as they are, and say that no time or length stands out where
    none does. Names of topics are words from titles. Not for a few similar videos (find_similar_videos), nor for new
    videos from the web (collect).
    """
    if len(query) > LONGEST_QUERY or len(title) > LONGEST_TITLE:
        raise InputError(
            f"A query of more than {LONGEST_QUERY} characters, or a title of more than {LONGEST_TITLE:,}, can't be"
            " right; shorten it."
        )
    if not 20 <= limit <= 100_000:
        raise InputError(f"A limit of {limit} can't be right; ask for 20 to 100,000 videos.")
    query, title = " ".join(query.split()), " ".join(title.split())

    import numpy as np

    from shortcast_ml.niche.facts import facts_of
    from shortcast_ml.niche.map import draw_map
    from shortcast_ml.niche.slots import zone_named
    from shortcast_ml.niche.statements import FEW
    from shortcast_ml.niche.summary import draft_point, summarize
    from shortcast_ml.text import words_to_embed
    from shortcast_vectorstore.channels import vs_channels

    zone_named(time_zone)
    here = parts()
    here.index.sync(report)
    report(0, 3, "Reading the library")
    facts = facts_of(here.library.all(), vs_channels(here.library.db))
    facts = facts.take(_chosen(facts, platform, language))
    titles, pictures = (_vectors(here, facts, kind) for kind in ("title", "image"))
    if query:
        rows = _near(here, query, facts, titles)
        if not len(rows):
            raise InputError(
                f"No video of the library is about {query!r}; collect some, or leave the query out to see the whole"
                " library."
            )
    else:
        rows = _spread(len(facts), limit)
    rows = rows[:limit]
    facts, titles, pictures = facts.take(rows), titles[rows], pictures[rows]
    report(1, 3, f"Parting {len(facts):,} videos into topics")
    draft = here.encoder.encode_texts([words_to_embed(Draft(title=title))])[0] if title else None
    found = summarize(
        facts,
        titles,
        pictures,
        read=here.library.by_key,
        encoder_id=here.encoder.id,
        query=query,
        zone=time_zone,
        draft=draft,
        notice=" ".join(part for part in (INVENTED if facts.demo.all() else "", here.encoder.notice) if part),
    )
    if np.isfinite(found.topics.points[:, 0]).sum() < FEW:
        return found.summary
    report(2, 3, "Drawing the map")
    star = draft_point(found.topics, draft) if draft is not None else None
    path = save_picture(draw_map(found, facts.vs_channel, star), "niche")
    report(3, 3, "Done")
    return found.summary.model_copy(update={"map_path": path})


def _chosen(facts: "Facts", platform: Platform | None, language: str | None) -> "np.ndarray":
    """Return the rows of the wanted platform and language; invented videos only where there are no others."""
    import numpy as np

    kept = facts.demo if facts.demo.all() else ~facts.demo
    if platform is not None:
        kept = kept & (facts.platform == platform)
    if language is not None:
        kept = kept & (facts.language == language.strip().lower())
    if not kept.any():
        wanted = " and ".join(part for part in (platform, language and f"language {language!r}") if part)
        raise InputError(
            f"The library has no videos of {wanted}; collect some, or ask for others."
            if wanted
            else "The library is empty; collect videos of the niche first."
        )
    return np.flatnonzero(kept)


def _vectors(here: Parts, facts: "Facts", kind: str) -> "np.ndarray":
    """Return the vectors of one kind, (n, dim) float32; NaN where a video has none."""
    import numpy as np

    place = {key: row for row, key in enumerate(facts.key)}
    out = np.full((len(facts), here.encoder.dim), np.nan, np.float32)
    for keys, matrix, _ in here.library.vectors.batches(here.encoder.id, kind):  # type: ignore[arg-type]
        at = np.array([place.get(key, -1) for key in keys])
        out[at[at >= 0]] = matrix[at >= 0]
    return out


def _near(here: Parts, query: str, facts: "Facts", titles: "np.ndarray") -> "np.ndarray":
    """Return the rows that are about a query, nearest first."""
    from shortcast_ml.niche.everyday import EVERYDAY
    from shortcast_ml.niche.near import near_query

    topics = [topic for of_language in EVERYDAY.values() for topic in of_language]
    vectors = here.encoder.encode_texts([query, *topics])
    everyday = vectors[1:].reshape(len(EVERYDAY), -1, vectors.shape[1])
    words = [" ".join((title, *tags)) for title, tags in zip(facts.title, facts.hashtags, strict=True)]
    return near_query(query, words, titles, vectors[0], everyday)


def _spread(n: int, limit: int) -> "np.ndarray":
    """Return rows spread evenly over the library, all of them where they are few enough."""
    import numpy as np

    return np.unique(np.linspace(0, n - 1, min(n, limit)).astype(int))
