"""The paragraphs about pictures and moving pictures, one function per record: observations, never causes."""

from shortcast_agent.numbers import say_count, say_duration, say_percent, say_times
from shortcast_agent.planner.sections import by_day, plain
from shortcast_ml.records import (
    Opening,
    SeenWords,
    ThumbnailExplanation,
    ThumbnailReading,
    ThumbnailSuggestions,
    VideoReading,
)

OBSERVED = "_What is seen and heard, not why a video does well._"
SOUNDS = {
    "speech": "mostly speech, by a guess",
    "music": "mostly music, by a guess",
    "mixed": "speech over music, by a guess",
    "none": "no sound",
    "unsure": "neither clearly speech nor clearly music",
}


def thumbnail(found: ThumbnailReading) -> str:
    """Say what is on a thumbnail, whether its words can be read, and whether it fits the title."""
    lines = ["**On the thumbnail**", "", f"- {_words(found)}", f"- {_light(found)}"]
    faces = _counted(len(found.faces), "face").capitalize()
    largest = max(found.faces, key=lambda box: box.width * box.height, default=None)
    lines.append(f"- {faces} found{f', the largest in the {largest.place}' if largest else ''}.")
    if found.concepts:
        named = ", ".join(plain(concept.name, 40) for concept in found.concepts[:4])
        lines.append(f"- Of the things I know by name it looks most like: {named}.")
    if found.alignment_percentile is not None:
        share = say_percent(found.alignment_percentile)
        lines.append(
            f"- It fits the title better than {share} of the library's {found.alignment_pairs} own "
            "title-picture pairs."
        )
    lines += [f"- {plain(note, 240)}" for note in found.notes]
    return "\n".join([*lines, "", OBSERVED])


def _light(found: ThumbnailReading) -> str:
    light = "dark" if found.brightness < 0.3 else "very bright" if found.brightness > 0.75 else "well lit"
    colour = (
        "muted colours"
        if found.colourfulness < 0.2
        else "strong colours"
        if found.colourfulness > 0.4
        else "moderate colours"
    )
    sharp = "soft" if found.sharpness < 2 else "sharp"
    busy = "cluttered" if found.clutter > 0.2 else "calm" if found.clutter < 0.08 else "moderately busy"
    return (
        f"It is {light} (brightness {say_percent(found.brightness)}), with {colour}, {sharp}, and {busy} "
        f"({say_percent(found.clutter)} of it are edges)."
    )


def _words(found: ThumbnailReading) -> str:
    if not found.words_read:
        return "Words on it were not read: the part that reads them is not installed."
    if not found.words:
        return "No words on it."
    said = "; ".join(f"“{plain(line.text, 60)}”" for line in found.words[:4])
    smallest: SeenWords = min(found.words, key=lambda line: line.phone_px)
    legible = (
        f"legible on a phone (the smallest line is {smallest.phone_px:.0f} px high there)"
        if found.legible
        else f"hard to read on a phone: “{plain(smallest.text, 40)}” is {smallest.phone_px:.0f} px high there"
    )
    return f"Words on {say_percent(found.words_area)} of it: {said}; {legible}."


def video(found: VideoReading) -> str:
    """Say how a video opens, how it goes on, and how it sounds."""
    shape = f"{found.width_px}x{found.height_px} pixels"
    lines = [
        f"**In the video** ({say_duration(found.duration_s)}, {shape})",
        "",
        f"- {_opening(found.opening)}",
    ]
    cuts = _counted(len(found.cuts_s), "cut")
    rate = f" ({found.cuts_per_s:.2g} a second)" if found.cuts_s else ""
    lines.append(f"- {cuts.capitalize()}{rate}; {_moves(found.motion)} on the whole.")
    lines.append(f"- Sound: {_sound(found)}.")
    lines.append(f"- {_loop(found.loop)}")
    if found.borders >= 0.1:
        lines.append(f"- Plain bars fill {say_percent(found.borders)} of the frame.")
    if found.transcript:
        said = " ".join(piece.text for piece in found.transcript)
        lines.append(f"- It says: “{plain(said, 160)}”")
    lines += [f"- {plain(note, 240)}" for note in found.notes]
    return "\n".join([*lines, "", OBSERVED])


def _sound(found: VideoReading) -> str:
    audio = found.audio
    if not audio.has_audio:
        return "no sound track"
    if audio.loudness_dbfs is None:
        return "a track that is silent"
    silent = audio.silent_share
    pauses = f", {say_percent(silent)} of it silent" if silent is not None and silent >= 0.1 else ""
    return f"{SOUNDS[found.sound]}, {audio.loudness_dbfs:.0f} dBFS on average{pauses}"


def _opening(opening: Opening) -> str:
    facts = [_moves(opening.motion)]
    facts.append(_counted(opening.cuts, "cut"))
    if opening.black_s > 0:
        facts.append(f"black for {opening.black_s:.1f} s")
    if opening.frozen_s >= 0.5:
        facts.append(f"its first picture stands still for {opening.frozen_s:.1f} s")
    if opening.sound_after_s is None:
        facts.append("no sound in it")
    elif opening.sound_after_s >= 0.3:
        facts.append(f"sound only after {opening.sound_after_s:.1f} s")
    if opening.faces:
        facts.append(f"{_counted(opening.faces, 'face')} in view")
    if opening.words:
        facts.append("words: " + "; ".join(f"“{plain(line, 40)}”" for line in opening.words[:3]))
    return f"The first {opening.length_s:.2g} s: {', '.join(facts)}."


def _counted(number: int, thing: str) -> str:
    return f"no {thing}" if not number else f"{number} {thing}{'s' if number > 1 else ''}"


def _moves(motion: float) -> str:
    how = "little motion" if motion < 0.02 else "much motion" if motion > 0.08 else "moderate motion"
    return f"{how} ({say_percent(motion)} change between frames)"


def _loop(loop: float) -> str:
    if loop >= 0.9:
        return f"It ends as it began ({say_percent(loop)} alike): it loops smoothly."
    return f"The last frame is {say_percent(loop)} like the first, so a loop shows its seam."


def thumbnails(found: ThumbnailSuggestions) -> str:
    """List the frames with the effect that was computed for each."""
    if not found.candidates:
        return "\n\n".join(["**No frame is fit to be a thumbnail.**", *(plain(n, 240) for n in found.notes)])
    head = (
        "**Frames to use as the thumbnail**, best first"
        if found.reliable
        else "**Frames to choose from**: the forecast hardly tells them apart, so take the one that you like best"
    )
    lines = [head, ""]
    for frame in found.candidates:
        also = "".join(f"; {plain(note, 120).rstrip('.')}" for note in frame.notes)
        lines.append(
            f"{frame.rank}. At {frame.at_s:.1f} s: {say_times(frame.multiplier)}, about "
            f"{say_count(frame.views)} views {by_day(found.baseline.horizon_days)}{also}"
        )
    lines += [
        "",
        f"Of {found.looked_at} frames; as it stands: about {say_count(found.baseline.views)} views.",
    ]
    return "\n".join([*lines, *(plain(note, 240) for note in found.notes)])


def picture(found: ThumbnailExplanation) -> str:
    """Say which parts of a picture help or hurt, or where attention goes."""
    if found.of == "attention":
        lines = ["**Where the encoder looks**: the picture shows it."]
    else:
        what = "forecast" if found.of == "forecast" else "fit with the title"
        lines = [f"**Where the picture helps or hurts the {what}**, each part greyed out in turn"]
        if found.multiplier is not None:
            lines[0] += f" (the whole picture: {say_times(found.multiplier)})"
        lines.append("")
        for word, regions in (("Helps", found.helps), ("Hurts", found.hurts)):
            for region in regions:
                times = f": {say_times(region.multiplier)}" if found.of == "forecast" else ""
                lines.append(f"- {word} in the {region.box.place}{times}")
        if found.of == "forecast" and not found.helps and not found.hurts:
            lines.append("- No part stands out.")
    return "\n".join([*lines, "", *(plain(note, 240) for note in found.notes)])
