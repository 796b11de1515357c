"""Lengths and planned moments, as creators of five languages write them."""

from datetime import UTC, datetime

import pytest

from shortcast_agent.planner.slots import read_slots

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("dura 20?", 20),
        ("y si dura 20?", 20),
        ("si elle dure 20 ?", 20),
        ("dura 52 seg", 52),
        ("38 seconds long", 38),
        ("its 38 secs", 38),
        ("27 sec.", 27),
        ("31 s", 31),
        ("0:45", 45),
        ("1m20s", 80),
        ("1m20", 80),
        ("1min 20", 80),
        ("1 min 10", 70),
        ("2'30", 150),
        ("length: 22", 22),
        ("length 22s", 22),
        ("duration: 45", 45),
        ("durée : 40 s", 40),
        ("duración: 35", 35),
        ("thời lượng 30s", 30),
        ("độ dài: 50", 50),
        ("dài 40s", 40),
        ("dai 40 giay", 40),
        ("길이: 30초", 30),
        ("길이 52", 52),
        ("1분 20초", 80),
        ("a minute twenty", 80),
        ("half a minute", 30),
        ("runs 58", 58),
        ("lasts about 25", 25),
        ("forty five seconds", 45),
        ("quarante secondes", 40),
        ("under 30 seconds", 30),
        ("a 90 second video", 90),
        ("90-sec", 90),
        ("cut it to 20", 20),
        ("what if it was 20s", 20),
        ("if it were 15 sec instead", 15),
        ("bản 20s thì sao", 20),
        ("dura un minuto", 60),
        ("11 minutes", 660),
        ("trim to 18s", 18),
    ],
)
def test_a_length_is_read_with_its_unit_or_its_word(text: str, seconds: float) -> None:
    assert read_slots(text, NOW).duration_s == seconds


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("post: 14/03, 18h00", "2027-03-14T18:00"),
        ("14/03 at 6pm", "2027-03-14T18:00"),
        ("le 14 mars à 18h", "2027-03-14T18:00"),
        ("el 14 de marzo a las 20:00", "2027-03-14T20:00"),
        ("ngày 14/3 lúc 20h", "2027-03-14T20:00"),
        ("14 tháng 3 lúc 8 giờ tối", "2027-03-14T20:00"),
        ("3월 14일 저녁 7시", "2027-03-14T19:00"),
        ("viernes a las 8 de la noche", "2026-11-27T20:00"),
        ("el viernes a las 8 pm", "2026-11-27T20:00"),
        ("jeudi à 20h30", "2026-11-26T20:30"),
        ("Friday around half past six in the evening", "2026-11-27T18:30"),
        ("friday at 6 in the evening", "2026-11-27T18:00"),
        ("sat 9am", "2026-11-28T09:00"),
        ("20h tối mai", "2026-11-25T20:00"),
        ("toi mai 8h", "2026-11-25T20:00"),
        ("8h tối thứ 6", "2026-11-27T20:00"),
        ("tối thứ bảy 9 giờ", "2026-11-28T21:00"),
        ("내일 저녁 7시", "2026-11-25T19:00"),
        ("토요일 밤 9시 반", "2026-11-28T21:30"),
        ("내일 오전 11시", "2026-11-25T11:00"),
        ("demain matin", "2026-11-25T09:00"),
        ("demain soir 21h", "2026-11-25T21:00"),
        ("mañana por la tarde", "2026-11-25T15:00"),
        ("mañana a las 7 de la tarde", "2026-11-25T19:00"),
        ("tomorrow night", "2026-11-25T21:00"),
        ("tmrw 7pm", "2026-11-25T19:00"),
        ("on the 3rd of december at noon", "2026-12-03T12:00"),
        ("Dec 3rd 5pm", "2026-12-03T17:00"),
        ("3 décembre 18 h", "2026-12-03T18:00"),
        ("sunday 7:30pm", "2026-11-29T19:30"),
        ("chủ nhật 19h30", "2026-11-29T19:30"),
        ("domingo 21h", "2026-11-29T21:00"),
        ("next friday", "2026-11-27T12:00"),
        ("Thursday lunchtime", "2026-11-26T12:00"),
        ("quarter past 7 tomorrow evening", "2026-11-25T19:15"),
        ("miercoles 20 hs", "2026-11-25T20:00"),
        ("sábado a medianoche", "2026-11-28T00:00"),
        ("9/10 people agree", None),
        ("tôi có 3 clip", None),
    ],
)
def test_days_and_hours_are_read_in_any_order(text: str, moment: str | None) -> None:
    found = read_slots(text, NOW).publish_at
    assert (found.isoformat()[:16] if found else None) == moment


def test_a_bare_number_after_a_word_for_length_is_no_count() -> None:
    read = read_slots("y si dura 20?", NOW)
    assert (read.duration_s, read.bare, read.followers) == (20, None, None)
