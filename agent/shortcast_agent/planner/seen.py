"""The paragraphs about pictures and moving pictures, one function per record: observations, never causes."""

from shortcast_agent.numbers import say_count, say_duration, say_percent, say_times
from shortcast_agent.planner.sections import plain, told
from shortcast_agent.planner.voice import ENGLISH, Voice
from shortcast_ml.records import (
    Box,
    Opening,
    SeenWords,
    ThumbnailExplanation,
    ThumbnailReading,
    ThumbnailSuggestions,
    VideoReading,
)


def thumbnail(found: ThumbnailReading, voice: Voice = ENGLISH) -> str:
    """Say what is on a thumbnail, whether its words can be read, and whether it fits the title."""
    lines = [voice.say("thumbnail_head"), "", f"- {_words(found, voice)}", f"- {_light(found, voice)}"]
    largest = max(found.faces, key=lambda box: box.width * box.height, default=None)
    faces = voice.counted("faces", len(found.faces))
    lines.append(
        f"- {voice.say('no_faces')}"
        if largest is None
        else f"- {voice.say('faces_found_in', faces=faces, place=_place(largest, voice))}"
    )
    if found.concepts:
        named = ", ".join(plain(concept.name, 40) for concept in found.concepts[:4])
        lines.append(f"- {voice.say('looks_like', named=named)}")
    if found.alignment_percentile is not None:
        share = say_percent(found.alignment_percentile)
        lines.append(f"- {voice.say('fits_title', share=share, pairs=found.alignment_pairs)}")
    lines += [f"- {told(note, voice)}" for note in found.notes]
    return "\n".join([*lines, "", voice.say("observed")])


def _place(box: Box, voice: Voice) -> str:
    return voice.name("place", box.place.replace(" ", "_"), box.place)


def _light(found: ThumbnailReading, voice: Voice) -> str:
    light = "dark" if found.brightness < 0.3 else "bright" if found.brightness > 0.75 else "lit"
    colour = "muted" if found.colourfulness < 0.2 else "strong" if found.colourfulness > 0.4 else "moderate"
    sharp = "soft" if found.sharpness < 2 else "sharp"
    busy = "cluttered" if found.clutter > 0.2 else "calm" if found.clutter < 0.08 else "moderate"
    return voice.say(
        "light",
        light=voice.say(f"light_{light}"),
        brightness=say_percent(found.brightness),
        colours=voice.say(f"colours_{colour}"),
        sharp=voice.say(f"sharp_{sharp}"),
        busy=voice.say(f"busy_{busy}"),
        edges=say_percent(found.clutter),
    )


def _words(found: ThumbnailReading, voice: Voice) -> str:
    if not found.words_read:
        return voice.say("words_unread")
    if not found.words:
        return voice.say("no_words")
    smallest: SeenWords = min(found.words, key=lambda line: line.phone_px)
    return voice.say(
        "words_legible" if found.legible else "words_hard",
        share=say_percent(found.words_area),
        words="; ".join(f"“{plain(line.text, 60)}”" for line in found.words[:4]),
        smallest=f"“{plain(smallest.text, 40)}”",
        px=f"{smallest.phone_px:.0f}",
    )


def video(found: VideoReading, voice: Voice = ENGLISH) -> str:
    """Say how a video opens, how it goes on, and how it sounds."""
    shape = voice.say("pixels", width=found.width_px, height=found.height_px)
    lines = [
        voice.say("video_head", length=say_duration(found.duration_s), shape=shape),
        "",
        f"- {_opening(found.opening, voice)}",
    ]
    rate = voice.say("a_second", n=f"{found.cuts_per_s:.2g}") if found.cuts_s else ""
    cuts = voice.counted("cuts", len(found.cuts_s)) + (f" ({rate})" if rate else "")
    lines.append(f"- {voice.say('on_the_whole', cuts=cuts, motion=_moves(found.motion, voice))}")
    lines.append(f"- {voice.say('sound', sound=_sound(found, voice))}")
    lines.append(
        f"- {voice.say('loops' if found.loop >= 0.9 else 'loop_seam', share=say_percent(found.loop))}"
    )
    if found.borders >= 0.1:
        lines.append(f"- {voice.say('borders', share=say_percent(found.borders))}")
    if found.transcript:
        said = " ".join(piece.text for piece in found.transcript)
        lines.append(f"- {voice.say('transcript', words=plain(said, 160))}")
    lines += [f"- {told(note, voice)}" for note in found.notes]
    return "\n".join([*lines, "", voice.say("observed")])


def _sound(found: VideoReading, voice: Voice) -> str:
    audio = found.audio
    if not audio.has_audio:
        return voice.say("sound_none")
    if audio.loudness_dbfs is None:
        return voice.say("sound_silent")
    silent = audio.silent_share
    facts = [voice.say(f"sound_{found.sound}"), voice.say("average", level=f"{audio.loudness_dbfs:.0f}")]
    if silent is not None and silent >= 0.1:
        facts.append(voice.say("part_silent", share=say_percent(silent)))
    return ", ".join(facts)


def _opening(opening: Opening, voice: Voice) -> str:
    facts = [_moves(opening.motion, voice), voice.counted("cuts", opening.cuts)]
    if opening.black_s > 0:
        facts.append(voice.say("black_for", s=f"{opening.black_s:.1f}"))
    if opening.frozen_s >= 0.5:
        facts.append(voice.say("still_for", s=f"{opening.frozen_s:.1f}"))
    if opening.sound_after_s is None:
        facts.append(voice.say("no_sound_in_it"))
    elif opening.sound_after_s >= 0.3:
        facts.append(voice.say("sound_after", s=f"{opening.sound_after_s:.1f}"))
    if opening.faces:
        facts.append(voice.say("in_view", faces=voice.counted("faces", opening.faces)))
    if opening.words:
        words = "; ".join(f"“{plain(line, 40)}”" for line in opening.words[:3])
        facts.append(voice.say("words_shown", words=words))
    return voice.say("opening", s=f"{opening.length_s:.2g}", facts=", ".join(facts))


def _moves(motion: float, voice: Voice) -> str:
    how = "little" if motion < 0.02 else "much" if motion > 0.08 else "moderate"
    return voice.say(f"motion_{how}", share=say_percent(motion))


def thumbnails(found: ThumbnailSuggestions, voice: Voice = ENGLISH) -> str:
    """List the frames with the effect that was computed for each."""
    notes = [told(note, voice) for note in found.notes]
    if not found.candidates:
        return "\n\n".join([voice.say("no_frame"), *notes])
    lines = [voice.say("frames_head" if found.reliable else "frames_alike_head"), ""]
    for frame in found.candidates:
        line = voice.say(
            "frame",
            s=f"{frame.at_s:.1f}",
            times=say_times(frame.multiplier),
            views=say_count(frame.views),
            when=voice.after(found.baseline.horizon_days),
        )
        lines.append(
            "; ".join(
                [f"{frame.rank}. {line}", *(told(note, voice, 120).rstrip(".") for note in frame.notes)]
            )
        )
    lines += ["", voice.say("frames_looked_at", n=found.looked_at, views=say_count(found.baseline.views))]
    return "\n".join([*lines, *notes])


def picture(found: ThumbnailExplanation, voice: Voice = ENGLISH) -> str:
    """Say which parts of a picture help or hurt, or where attention goes."""
    lines = [voice.say(f"map_{found.of.replace(' ', '_')}")]
    if found.of != "attention":
        if found.multiplier is not None:
            lines[0] += f" ({voice.say('whole_picture', times=say_times(found.multiplier))})"
        lines.append("")
        for word, regions in (("helps", found.helps), ("hurts", found.hurts)):
            for region in regions:
                times = f": {say_times(region.multiplier)}" if found.of == "forecast" else ""
                lines.append(f"- {voice.say(word, place=_place(region.box, voice))}{times}")
        if found.of == "forecast" and not found.helps and not found.hurts:
            lines.append(f"- {voice.say('no_part')}")
    return "\n".join([*lines, "", *(told(note, voice) for note in found.notes)])
