"""What the offline planner takes a message to mean: fresh phrasings that are in no example."""

import numpy as np
import pytest

from shortcast_agent.planner import intents
from shortcast_agent.planner.intents import classify, digest, fit, read_examples

FRESH = [
    ("judge", "Do you reckon this has legs?"),
    ("judge", "I'm uploading this tonight, is it going to work?"),
    ("judge", "Does this clip have viral potential?"),
    ("judge", "Here's my new short. Verdict?"),
    ("judge", "¿Vale la pena subir este vídeo?"),
    ("judge", "이거 올려도 괜찮을까요?"),
    ("judge", "Video này có nên đăng không?"),
    ("forecast", "What kind of numbers will this do?"),
    ("forecast", "Guess the view count at day 30"),
    ("forecast", "expected views please, 8k subs"),
    ("forecast", "한 달 뒤에 조회수 몇 회나 될까?"),
    ("forecast", "Combien de personnes vont la regarder en une semaine ?"),
    ("whatif", 'swap the title for "…" and tell me'),
    ("whatif", "And on TikTok?"),
    ("whatif", 'what changes if the caption is "…"?'),
    ("whatif", "¿Y si dura 15 segundos?"),
    ("whatif", "토요일 저녁에 올리면 더 나을까요?"),
    ("compare", "Which caption would you pick?"),
    ("compare", "these are my two covers, which one wins?"),
    ("compare", '"…" vs "…"'),
    ("compare", "둘 중에 뭐가 나아?"),
    ("compare", "Laquelle est la meilleure ?"),
    ("diagnose", "My reel tanked, help me understand"),
    ("diagnose", "This one was a disaster: LINK"),
    ("diagnose", "Mi vídeo se estancó en 200 visualizaciones"),
    ("diagnose", "왜 이렇게 조회수가 안 나와요?"),
    ("similar", "Has anyone done a video on this before?"),
    ("similar", "I want inspiration from videos about gardening"),
    ("similar", "유사한 영상 있어?"),
    ("similar", "Des vidéos comparables ?"),
    ("explain", "What makes you say that?"),
    ("explain", "How is this calculated?"),
    ("explain", "예측 이유를 설명해줘"),
    ("suggest", "How would you improve this?"),
    ("suggest", "what's the one thing I should fix?"),
    ("suggest", "¿Algún consejo para mejorar?"),
    ("fetch", "Pull up the numbers for LINK"),
    ("fetch", "info on LINK please"),
    ("inspect", "how loud is it?"),
    ("inspect", "What's the length of the clip I attached?"),
    ("read_thumbnail", "Can you read what it says on my cover on a small screen?"),
    ("read_thumbnail", "does the picture go with the headline"),
    ("read_thumbnail", "too many words on the thumb?"),
    ("read_thumbnail", "커버 이미지가 너무 어두운가요?"),
    ("read_thumbnail", "Le visage est-il assez grand sur la vignette ?"),
    ("read_video", "is the start boring?"),
    ("read_video", "do I lose people in the opening seconds?"),
    ("read_video", "how often does it cut?"),
    ("read_video", "¿Empieza bien el vídeo?"),
    ("suggest_thumbnails", "grab me a good frame for the cover"),
    ("suggest_thumbnails", "I don't have a thumbnail, can you take one from the video?"),
    ("suggest_thumbnails", "영상에서 커버로 쓸 만한 장면 있어?"),
    ("suggest_thumbnails", "¿Qué momento del vídeo pongo de portada?"),
    ("explain_thumbnail", "what bit of the image is dragging it down?"),
    ("explain_thumbnail", "where do eyes go on this picture"),
    ("explain_thumbnail", "이미지의 어떤 부분이 도움이 되나요?"),
    ("explain_thumbnail", "Quelles zones de l'image comptent ?"),
    ("collect", "grab 30 real shorts about woodworking"),
    ("collect", "Añade 10 vídeos de fútbol a mi biblioteca"),
    ("inform", "btw I'm at 45k subscribers"),
    ("inform", "it's a 40 second video"),
    ("help", "what are you able to do?"),
    ("help", "tell me about yourself"),
    ("help", "¿Cómo funciona esto?"),
    ("greet", "good evening"),
    ("thanks", "thx!"),
    ("thanks", "merci, c'est tout"),
    ("out", "서울 날씨 알려줘"),
    ("out", "what's 17 times 23?"),
    ("out", "recipe for banana bread"),
    ("out", "kể cho tôi một câu chuyện"),
    ("out", "can you put some background music on it"),
    ("out", "quién inventó la rueda"),
    ("out", "monte la vidéo à ma place"),
    ("source", "where did 8,200 come from?"),
    ("source", "출처가 어디야?"),
    ("source", "d'où tu tiens ce nombre ?"),
    ("profile_show", "which channel do you have saved for me?"),
    ("profile_show", "¿qué tienes guardado de mí?"),
    ("profile_forget", "please forget all you know about me"),
    ("profile_forget", "내 프로필 좀 지워 줘"),
    ("judge", "Meinst du, das Video kommt gut an?"),
    ("forecast", "Quantas visualizações em um mês?"),
    ("compare", "どちらのタイトルのほうがいいですか?"),
    ("suggest", "Apa yang sebaiknya saya perbaiki?"),
]


def test_fresh_phrasings_in_five_languages_are_understood() -> None:
    wrong = []
    for intent, text in FRESH:
        scores = classify(text)
        assert scores is not None
        best = max(scores, key=lambda name: scores[name])
        if best != intent:
            wrong.append((intent, best, text))
    assert len(wrong) <= 0.12 * len(FRESH), wrong


def test_no_fresh_phrasing_is_an_example() -> None:
    known = {text for texts in read_examples().values() for text in texts}
    assert not known & {text for _, text in FRESH}


def test_the_stored_head_is_the_one_that_the_examples_give() -> None:
    with intents._resource("intents.npz").open("rb") as stream:
        stored = dict(np.load(stream, allow_pickle=False))
    assert str(stored["digest"]) == digest(), "run python -m shortcast_agent.planner.intents"
    assert list(stored["names"]) == list(read_examples())
    sampled = [(name, text) for name, texts in read_examples().items() for text in texts[::16]]
    right = [
        max(scores, key=scores.__getitem__) == name for name, text in sampled if (scores := classify(text))
    ]
    assert sum(right) > 0.95 * len(sampled)


def test_a_head_is_fitted_to_the_examples_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: texts[:6] for name, texts in read_examples().items() if name in ("greet", "forecast", "out")}
    monkeypatch.setattr(intents, "read_examples", lambda: few)
    head = fit()
    assert set(head["names"]) == {"greet", "forecast", "out"}
    assert head["weights"].shape == (384 + 2 * 2**13, 3)


def test_probabilities_add_up_to_one() -> None:
    scores = classify("Will this do well?")
    assert scores is not None
    assert sum(scores.values()) == pytest.approx(1.0, abs=1e-5)
    assert classify("   ") == {}
