from __future__ import annotations

from datetime import UTC, datetime

from logsleuth.renderers.links import Ids
from tests.renderers.conftest import POISON


def test_an_id_says_what_it_is_of() -> None:
    ids = Ids()
    assert (
        ids.of("check", "database", None, "servers share it") == "check-database-servers-share-it"
    )
    ts = datetime(2026, 3, 1, 10, 14, 5, 120_000, tzinfo=UTC)
    assert ids.of("moment", ts, "onset") == "moment-20260301T101405.120-onset"


def test_two_places_never_share_one() -> None:
    ids = Ids()
    names = ("a b", "a_b", "a-b", "a b", "a--2", "a-b--2", "x" * 300, "x" * 301)
    given = [ids.of("server", name) for name in names]
    assert len(set(given)) == len(names)
    assert given[:4] == ["server-a-b", "server-a_b", "server-a-b--2", "server-a-b--3"]


def test_hostile_names_are_ids() -> None:
    told = Ids().of("server", POISON)
    assert told.isascii()
    assert not set(told) & set("<>\"'&= \x00")
