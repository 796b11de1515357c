"""Which of several a message points at, by rank, number or letter."""

import pytest

from shortcast_agent.planner.ordinals import read_ordinal


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        ("the 2nd one", 1),
        ("la tercera", 2),
        ("두번째꺼", 1),
        ("cái thứ 3", 2),
        ("cái sau", 1),
        ("cái trước", 0),
        ("le 2e", 1),
        ("la deuxième", 1),
        ("#2", 1),
        ("no. 2", 1),
        ("opción 3", 2),
        ("l'option 2", 1),
        ("option b", 1),
        ("B", None),
        ("3번", 2),
        ("세번째 거", 2),
        ("the middle one", None),
        ("the last one", -1),
        ("el de abajo", None),
        ("la segunda miniatura", 1),
        ("title 4", 3),
        ("número 2", 1),
        ("thứ hai tuần sau", None),
        ("mẫu 2", 1),
        ("2nd thumbnail", 1),
        ("the other one", None),
        ("뒤에 거", 1),
        ("앞에 거", 0),
        ("the latter", 1),
        ("el primero", 0),
        ("le dernier", -1),
        ("fourth one", 3),
        ("네번째", 3),
        ("la cuarta", 3),
        ("cái thứ tư", 3),
        ("le premier titre", 0),
        ("give me 3 title ideas", None),
        ("a video 2 minutes long", None),
        ("#2024goals", None),
        ("option a please", 0),
        ("dạ anh ạ", None),
        ("a thumbnail of 2 cats", None),
        ("컷이 3번 나오는데", None),
    ],
)
def test_one_of_several_is_pointed_at(text: str, nth: int | None) -> None:
    assert read_ordinal(text) == nth
