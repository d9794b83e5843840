"""Words vary where enough messages are alike but for them, and only there."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from logsleuth.case.wildcards import WILDCARD, Words, generalise


def grouped(*messages: str) -> list[str]:
    """Each message as the template that it gets: `*` for words that vary."""
    split = [message.split() for message in messages]
    words = Words(
        form=np.array([form for form, words in enumerate(split) for _ in words], np.int64),
        place=np.array([place for words in split for place in range(len(words))], np.int64),
        word=np.array(
            [WILDCARD if w == "*" else crc32(w.encode()) for words in split for w in words],
            np.uint64,
        ),
        open=np.array([w.isalpha() for words in split for w in words], bool),
    )
    groups, varied = generalise(words)
    shown = iter(varied.tolist())
    told = [" ".join("*" if next(shown) else w for w in words) for words in split]
    return [told[group] for group in groups.tolist()]


def names(count: int) -> list[str]:
    return [f"name{chr(97 + i)}" for i in range(count)]


def test_a_place_with_many_words_varies() -> None:
    messages = [f"invalid user {name} was refused" for name in names(5)]
    assert set(grouped(*messages)) == {"invalid user * was refused"}


def test_a_place_with_few_words_does_not() -> None:
    messages = ["changing view rights to root", "changing modify rights to root"]
    assert grouped(*messages) == messages


def test_a_word_varies_where_the_same_message_has_a_number() -> None:
    assert grouped("no such user *", "no such user admin") == ["no such user *"] * 2


def test_a_second_place_varies_once_the_first_does() -> None:
    messages = [f"user {a} joined group {b}" for a in names(5) for b in names(5)]
    assert set(grouped(*messages)) == {"user * joined group *"}


def test_the_first_word_says_what_a_message_is_about() -> None:
    messages = [f"{name} has been started" for name in names(6)]
    assert grouped(*messages) == messages
    many = [f"{name} has been started" for name in names(12)]
    assert set(grouped(*many)) == {"* has been started"}


def test_what_is_left_has_to_say_something() -> None:
    messages = [f"got {name}" for name in names(20)]
    assert grouped(*messages) == messages


def test_messages_of_other_lengths_are_other_messages() -> None:
    messages = ["closed", "closed by peer", "closed by peer again"]
    assert grouped(*messages) == messages


def test_the_order_of_messages_changes_no_group() -> None:
    messages = [f"user {a} joined group {b}" for a in names(6) for b in names(3)]
    forth, back = grouped(*messages), grouped(*reversed(messages))
    assert forth == list(reversed(back))


def test_nothing_gives_nothing() -> None:
    assert grouped() == []
