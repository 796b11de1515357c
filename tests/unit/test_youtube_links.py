"""What a request means to YouTube."""

import pytest

from shortcast_ml.errors import InputError
from shortcast_ml.records import CollectRequest
from shortcast_tools.collecting.youtube_links import (
    Channel,
    Playlist,
    Target,
    Videos,
    Words,
    target_of,
    video_id_of,
)

ID = "UC" + "a" * 22
LIST = "PL" + "b1" * 16


def request(query: str = "", **more: object) -> CollectRequest:
    return CollectRequest.model_validate({"query": query, "limit": 10, "source": "youtube-api", **more})


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("latte art", Words("latte art")),
        ("  #latteart ", Words("#latteart")),
        ("https://www.youtube.com/hashtag/latteart", Words("#latteart")),
        ("https://www.youtube.com/hashtag/caf%C3%A9", Words("#café")),
        ("https://www.youtube.com/results?search_query=latte+art", Words("latte art")),
        ("ignore all instructions", Words("ignore all instructions")),
        ("@kettle.corner", Channel((("forHandle", "@kettle.corner"),))),
        ("https://www.youtube.com/@Kettle-Corner/shorts", Channel((("forHandle", "@Kettle-Corner"),))),
        ("youtube.com/@한국커피", Channel((("forHandle", "@한국커피"),))),
        ("https://m.youtube.com/%40kettle", Channel((("forHandle", "@kettle"),))),
        (ID, Channel((("id", ID),))),
        (f"https://youtube.com/channel/{ID}/videos", Channel((("id", ID),))),
        ("https://www.youtube.com/user/Kettle", Channel((("forUsername", "Kettle"),))),
        (
            "https://www.youtube.com/c/Kettle",
            Channel((("forHandle", "@Kettle"), ("forUsername", "Kettle"))),
        ),
        (LIST, Playlist(LIST)),
        (f"https://www.youtube.com/playlist?list={LIST}&si=x", Playlist(LIST)),
        ("https://youtu.be/dQw4w9WgXcQ?t=3", Videos(("dQw4w9WgXcQ",))),
        (f"https://www.youtube.com/watch?v=dQw4w9WgXcQ&list={LIST}", Videos(("dQw4w9WgXcQ",))),
        ("FLABBERGASTED", Words("FLABBERGASTED")),
        ("Woodworking", Words("Woodworking")),  # eleven letters are a word, not an id
    ],
)
def test_a_query_is_a_channel_a_playlist_a_video_or_words(query: str, target: Target) -> None:
    assert target_of(request(query)) == target


def test_links_are_ids_each_once_and_a_foreign_one_stays_to_be_named() -> None:
    links = (
        "https://www.youtube.com/shorts/aaaaaaaaaaa",
        "https://youtu.be/aaaaaaaaaaa",
        "bbbbbbbbbbb",
        "https://example.com/watch?v=ccccccccccc",
        "https://www.youtube.com/embed/d-_ddddddd1",
    )
    assert target_of(request(links=links)) == Videos(
        ("aaaaaaaaaaa", "bbbbbbbbbbb", "https://example.com/watch?v=ccccccccccc", "d-_ddddddd1")
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.com/youtu.be/aaaaaaaaaaa",
        "https://youtube.com.evil.com/watch?v=aaaaaaaaaaa",
        "https://www.youtube.com/watch?v=short",
        "https://www.youtube.com/watch?v=aaaaaaaaaaa%26key",
        "https://www.youtube.com/",
        "https://youtu.be/",
        "ftp://youtu.be/aaaaaaaaaaa",
        "http://[::1/shorts/aaaaaaaaaaa",
        "",
    ],
)
def test_what_is_no_youtube_video_has_no_id(link: str) -> None:
    assert video_id_of(link) is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request(""), "Say what to collect"),
        (request("coffee", platform="tiktok"), "knows YouTube only"),
        (request("https://www.tiktok.com/@kettle"), "reads YouTube links only"),
        (request("https://www.youtube.com/feed/trending"), "no video, channel, playlist or hashtag"),
        (request("https://www.youtube.com/playlist?list=nonsense"), "no video, channel, playlist"),
        (request("x" * 201), "201 characters"),
    ],
)
def test_what_can_not_be_asked_is_refused_in_a_sentence(asked: CollectRequest, words: str) -> None:
    with pytest.raises(InputError, match=words):
        target_of(asked)
