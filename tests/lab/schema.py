"""The tables of a theme in PostgreSQL, and the ways in which they can be made slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tests.lab.themes import WORDS

if TYPE_CHECKING:
    from tests.lab.themes import Theme

ITEMS = 3000
TOTALS = 32
Statements = tuple[str, ...]


class Schema(Protocol):
    """The SQL of a theme in the dialect of one database.

    Statements sleep (`search`, `write`, `read`) or work: a `view` that no index serves, a lost
    `index` or primary `key`, a `check` that reads a whole table.
    """

    def tables(self) -> Statements: ...
    def grow(self, start: int, stop: int) -> Statements: ...
    def counting(self, pause_s: float = 0.0) -> Statements: ...
    def slow(self, way: str, seconds: float) -> Statements: ...
    def quick(self, way: str) -> Statements: ...
    def lock(self, table: str, exclusive: bool) -> str: ...
    def patient(self) -> Statements: ...
    def report(self, day: str, hard: bool) -> str: ...


def _nap(seconds: float) -> str:
    return f"pg_sleep({0.6 * seconds:.2f} + random() * {0.8 * seconds:.2f})"


@dataclass(frozen=True)
class PostgresSchema:
    """The SQL of a theme, as PostgreSQL wants it."""

    theme: Theme
    item_rows: int
    archive_rows: int
    indexed: bool

    def tables(self) -> Statements:
        """The healthy schema with its rows."""
        theme, words = self.theme, ", ".join(f"'{word}'" for word in WORDS)
        index = [self._index()] if self.indexed else []
        return (
            f"CREATE TABLE {theme.item}"
            " (id bigint PRIMARY KEY, label text NOT NULL, state text NOT NULL)",
            f"INSERT INTO {theme.item} SELECT n, (ARRAY[{words}])[1 + n % {len(WORDS)}]"
            f" || ' ' || n, 'ready' FROM generate_series(1, {ITEMS}) AS n",
            *self.grow(0, self.item_rows),
            *index,
            *self._quick_view(),
            f"CREATE TABLE {theme.event} (id bigserial PRIMARY KEY, item_id bigint NOT NULL,"
            " note text, at timestamptz DEFAULT now())",
            f"INSERT INTO {theme.event} (item_id, note)"
            f" SELECT n % {ITEMS} + 1, 'imported' FROM generate_series(1, 20000) AS n",
            f"CREATE TABLE {theme.event}_archive AS SELECT n AS id, n % {ITEMS} + 1 AS item_id,"
            f" 'imported' AS note, now() AS at FROM generate_series(1, {self.archive_rows}) AS n",
            "CREATE TABLE job_state (id int PRIMARY KEY, holder text)",
            "INSERT INTO job_state VALUES (1, 'none'), (2, 'none')",
            self._summary(),
            f"CREATE TABLE {theme.event}_total"
            " (id int PRIMARY KEY, number bigint NOT NULL DEFAULT 0)",
            f"INSERT INTO {theme.event}_total (id) SELECT generate_series(0, {TOTALS - 1})",
            *self.counting(),
            f"CREATE TRIGGER {theme.event}_count BEFORE INSERT ON {theme.event}"
            f" FOR EACH ROW EXECUTE FUNCTION {theme.event}_count()",
            "ANALYZE",
        )

    def _summary(self) -> str:
        theme = self.theme
        return f"""
CREATE FUNCTION {theme.summary}(since date) RETURNS TABLE (note text, number bigint) AS $$
  BEGIN
    PERFORM pg_sleep(0.5 + random());
    RETURN QUERY SELECT a.note, count(*) FROM {theme.event}_archive a
      WHERE a.at >= since GROUP BY a.note;
  END $$ LANGUAGE plpgsql"""

    def _index(self) -> str:
        item = self.theme.item
        return f"CREATE INDEX {item}_label ON {item} (label text_pattern_ops)"

    def grow(self, start: int, stop: int) -> Statements:
        """Rows that nobody asks for, from one number to another."""
        if stop <= start:
            return ()
        numbers = f"generate_series({ITEMS + start + 1}, {ITEMS + stop})"
        select = f"SELECT n, 'retired ' || n, 'archived' FROM {numbers} AS n"
        return (f"INSERT INTO {self.theme.item} {select}",)

    def counting(self, pause_s: float = 0.0) -> Statements:
        """Each event counts in two rows; a pause between them makes deadlocks."""
        theme, pause = self.theme, f"PERFORM pg_sleep({pause_s:.2f});" if pause_s else ""
        total = f"UPDATE {theme.event}_total SET number = number + 1 WHERE id ="
        second = f"(NEW.item_id / {TOTALS}) % {TOTALS}" if pause_s else f"NEW.item_id % {TOTALS}"
        body = f"{total} NEW.item_id % {TOTALS}; {pause} {total} {second};"
        return (self._function(f"{theme.event}_count", body),)

    def _function(self, name: str, body: str) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS"
            f" $$ BEGIN {body} RETURN NEW; END $$ LANGUAGE plpgsql"
        )

    def _audited(self, body: str) -> Statements:
        """A trigger that does something before an event is recorded."""
        event = self.theme.event
        return (
            self._function(f"{event}_audit", body),
            f"DROP TRIGGER IF EXISTS {event}_audit ON {event}",
            f"CREATE TRIGGER {event}_audit BEFORE INSERT ON {event}"
            f" FOR EACH ROW EXECUTE FUNCTION {event}_audit()",
        )

    def slow(self, way: str, seconds: float) -> Statements:
        """Make one kind of statement slow, in one of the ways."""
        theme, view = self.theme, f"CREATE OR REPLACE VIEW {self.theme.overview} AS SELECT"
        known = f"PERFORM count(*) FROM {theme.event}_archive a"
        return {
            "search": (
                f"{view} i.id, i.label, i.state FROM {theme.item} i,"
                f" (SELECT {_nap(seconds)} OFFSET 0) AS nap",
            ),
            "write": self._audited(f"PERFORM {_nap(seconds)};"),
            "read": (
                f"CREATE OR REPLACE FUNCTION {theme.item}_visible(bigint) RETURNS boolean AS"
                f" $$ BEGIN PERFORM {_nap(seconds)}; RETURN true; END $$ LANGUAGE plpgsql VOLATILE",
                f"ALTER TABLE {theme.item} ENABLE ROW LEVEL SECURITY",
                f"DROP POLICY IF EXISTS visible ON {theme.item}",
                f"CREATE POLICY visible ON {theme.item} USING ({theme.item}_visible(id))",
            ),
            "view": (
                rf"{view} id, regexp_replace(label, '\s+', ' ', 'g') AS label, state"
                f" FROM {theme.item}",
            ),
            "index": (f"DROP INDEX {theme.item}_label",),
            "key": (f"ALTER TABLE {theme.item} DROP CONSTRAINT {theme.item}_pkey",),
            "check": self._audited(
                f"{known} WHERE lower(a.note) LIKE '%' || lower(NEW.note) || '%';"
            ),
        }[way]

    def quick(self, way: str) -> Statements:
        """Make it quick again."""
        theme = self.theme
        drop = (
            f"DROP TRIGGER {theme.event}_audit ON {theme.event}",
            f"DROP FUNCTION {theme.event}_audit()",
        )
        return {
            "search": self._quick_view(),
            "write": drop,
            "read": (f"ALTER TABLE {theme.item} DISABLE ROW LEVEL SECURITY",),
            "view": self._quick_view(),
            "index": (self._index(),),
            "key": (f"ALTER TABLE {theme.item} ADD PRIMARY KEY (id)",),
            "check": drop,
        }[way]

    def _quick_view(self) -> Statements:
        theme = self.theme
        view = f"CREATE OR REPLACE VIEW {theme.overview}"
        return (
            f"{view} AS SELECT id, label, state FROM {theme.item} WHERE lower(state) <> 'gone'",
        )

    def lock(self, table: str, exclusive: bool) -> str:
        return f"LOCK TABLE {table} IN {'ACCESS EXCLUSIVE' if exclusive else 'SHARE'} MODE"

    def patient(self) -> Statements:
        """Wait for locks as long as it takes, which PostgreSQL does anyway."""
        return ()

    def report(self, day: str, hard: bool) -> str:
        """A report of others, which sleeps or has a lot to sort."""
        if hard:
            return (
                "SELECT item_id, upper(note) AS what, count(*) AS number, max(at)"
                f" FROM {self.theme.event}_archive WHERE at >= '{day}'"
                " GROUP BY item_id, what ORDER BY number DESC LIMIT 50"
            )
        return f"SELECT * FROM {self.theme.summary}('{day}')"
