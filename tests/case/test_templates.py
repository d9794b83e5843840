"""Messages that differ in their values only have one template, whatever else the case holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats.spec import shipped

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, messages: list[str]) -> str:
    lines = [
        f"2026-03-02 10:{i // 60:02d}:{i % 60:02d},001 INFO shop.http: {message}\n"
        for i, message in enumerate(messages)
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


def templates(case: Path) -> dict[str, str]:
    """The template of each message."""
    with open_case(case) as opened:
        return dict(
            opened.rows("select message, template from messages join templates using (template_id)")
        )


def mined(tmp_path: Path, *messages: str) -> list[str]:
    case = tmp_path / "case.duckdb"
    ingest([write(tmp_path / "app.log", list(messages))], case, shipped())
    told = templates(case)
    return [told[message] for message in messages]


@pytest.mark.parametrize(
    ("message", "template"),
    [
        ("worker 12 exited after 3.5 s", "worker * exited after *"),
        ("cannot reach 192.0.2.7:8080 from [2001:db8::1]:9000", "cannot reach * from [*]:*"),
        ("fetched https://shop.example/a?b=c in 12ms", "fetched * in *"),
        ("reading /srv/app/config.yaml", "reading *"),
        ("loaded C:\\Program Files\\shop\\app.dll now", "loaded * now"),
        ("login user=alice role=\"shop admin\" ok", "login user=* role=* ok"),
        ("unknown key 'colour' in settings", "unknown key * in settings"),
        ("checksum deadbeefcafe differs", "checksum * differs"),
        ("bean org.example.shop.Cart is ready", "bean * is ready"),
        ("retry on 3, 4, 5 and 6", "retry on * and *"),
        ("sent 1190 bytes (1.16 KB)", "sent *"),
        ("since Sun Jul 10 03:55:15 2005 nothing", "since * nothing"),
        ("either/or is no path, and load/store neither", ""),
        ("flags.......0", "flags.......*"),
        ("plain words stay as they are", ""),
    ],
)  # fmt: skip
def test_values_are_masked(tmp_path: Path, message: str, template: str) -> None:
    assert mined(tmp_path, message) == [template or message]


def test_names_are_told_by_their_number(tmp_path: Path) -> None:
    users = ("alice", "bob", "carol", "dave", "erin")
    messages = [f"refused {user} at the door" for user in users]
    assert set(mined(tmp_path, *messages, "refused to start")) == {
        "refused * at the door", "refused to start"
    }  # fmt: skip


def test_the_exception_belongs_to_the_template(tmp_path: Path) -> None:
    trace = "boom\nTraceback (most recent call last):\n{}: in 7\n"
    one, other = mined(
        tmp_path, trace.format("KeyError").rstrip(), trace.format("ValueError").rstrip()
    )
    assert (one, other) == ("boom | KeyError: in *", "boom | ValueError: in *")


def test_more_evidence_changes_templates_of_what_was_read_before(tmp_path: Path) -> None:
    case = tmp_path / "case.duckdb"
    few = [f"refused {user} at the door" for user in ("alice", "bob")]
    ingest([write(tmp_path / "a.log", few)], case, shipped())
    assert set(templates(case).values()) == set(few)
    more = [f"refused {user} at the door" for user in ("carol", "dave", "erin")]
    ingest([write(tmp_path / "b.log", more)], case, shipped())
    assert templates(case) == dict.fromkeys(few + more, "refused * at the door")
    # A form that is known gets its template though nothing new is compared.
    ingest([write(tmp_path / "c.log", ["refused alice at the door", few[1]])], case, shipped())
    assert set(templates(case).values()) == {"refused * at the door"}


def test_one_ingest_or_several_find_the_same(tmp_path: Path) -> None:
    users = ("alice", "bob", "carol", "dave", "erin", "frank")
    parts = [
        write(tmp_path / f"{user}.log", [f"refused {user} at the door", f"{user} left after 3 s"])
        for user in users
    ]
    at_once, in_turn = tmp_path / "once.duckdb", tmp_path / "turn.duckdb"
    ingest(parts, at_once, shipped())
    for part in reversed(parts):
        ingest([part], in_turn, shipped())
    assert rows(at_once) == rows(in_turn)


def rows(case: Path) -> list[tuple[str, int]]:
    with open_case(case) as opened:
        return opened.rows("select event_id, template_id from events order by event_id")


def test_statements_that_all_clients_send_have_the_template_that_any_other_has(
    tmp_path: Path,
) -> None:
    kinds = ("statement", "execute <unnamed>", "bind <unnamed>", "parse <unnamed>", "execute S_1")
    told = [f"duration: {i * 7.5:.3f} ms  {kind}: SELECT {i}" for i, kind in enumerate(kinds, 1)]
    lines = [
        f"2026-03-02 10:15:0{i}.204 CET [4711] shop@orders LOG:  {message}\n"
        for i, message in enumerate([*told, "duration: 12.000 ms  statement: SELECT 1\n\tFROM a"])
    ]
    (tmp_path / "postgresql.log").write_text("".join(lines), encoding="utf-8")
    case = tmp_path / "case.duckdb"
    ingest([str(tmp_path / "postgresql.log")], case, shipped())
    with open_case(case) as opened:
        forms = opened.rows("select form_id = (hash(form) >> 1)::bigint, form from forms")
    assert all(same for same, _ in forms)
    assert {form for _, form in forms} == {
        *(f"duration: *  {kind}: *" for kind in kinds[:4]),
        "duration: *  execute *",
    }
