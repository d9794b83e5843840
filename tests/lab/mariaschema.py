"""The tables of a theme in MariaDB, and the ways in which they can be made slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab.schema import ITEMS, TOTALS, Statements
from tests.lab.themes import WORDS

if TYPE_CHECKING:
    from tests.lab.themes import Theme


def _nap(seconds: float) -> str:
    return f"SLEEP({0.6 * seconds:.2f} + RAND() * {0.8 * seconds:.2f})"


@dataclass(frozen=True)
class MariaSchema:
    """The SQL of a theme, as MariaDB wants it."""

    theme: Theme
    item_rows: int
    archive_rows: int
    indexed: bool

    def tables(self) -> Statements:
        """The healthy schema with its rows."""
        theme, words = self.theme, ", ".join(f"'{word}'" for word in WORDS)
        archive = f"{theme.event}_archive"
        label = f"CONCAT(ELT(1 + seq % {len(WORDS)}, {words}), ' ', seq)"
        index = [self._index()] if self.indexed else []
        return (
            f"CREATE TABLE {theme.item} (id bigint PRIMARY KEY, label varchar(120) NOT NULL,"
            " state varchar(20) NOT NULL)",
            f"INSERT INTO {theme.item} SELECT seq, {label}, 'ready' FROM seq_1_to_{ITEMS}",
            *self.grow(0, self.item_rows),
            *index,
            *self._quick_view(),
            f"CREATE TABLE {theme.event} (id bigint AUTO_INCREMENT PRIMARY KEY,"
            " item_id bigint NOT NULL, note varchar(200), at datetime(3) DEFAULT NOW(3))",
            f"INSERT INTO {theme.event} (item_id, note)"
            f" SELECT seq % {ITEMS} + 1, 'imported' FROM seq_1_to_20000",
            f"CREATE TABLE {archive} LIKE {theme.event}",
            f"INSERT INTO {archive} (item_id, note)"
            f" SELECT seq % {ITEMS} + 1, 'imported' FROM seq_1_to_{self.archive_rows}",
            "CREATE TABLE job_state (id int PRIMARY KEY, holder text)",
            "INSERT INTO job_state VALUES (1, 'none'), (2, 'none')",
            f"CREATE TABLE {theme.event}_total (id int PRIMARY KEY, number bigint NOT NULL)",
            f"INSERT INTO {theme.event}_total SELECT seq, 0 FROM seq_0_to_{TOTALS - 1}",
            *self.counting(),
        )

    def _index(self) -> str:
        return f"CREATE INDEX {self.theme.item}_label ON {self.theme.item} (label)"

    def grow(self, start: int, stop: int) -> Statements:
        """Rows that nobody asks for, from one number to another."""
        if stop <= start:
            return ()
        numbers = f"seq_{ITEMS + start + 1}_to_{ITEMS + stop}"
        select = f"SELECT seq, CONCAT('retired ', seq), 'archived' FROM {numbers}"
        return (f"INSERT INTO {self.theme.item} {select}",)

    def counting(self, pause_s: float = 0.0) -> Statements:
        """Each event counts in two rows; a pause between them makes deadlocks."""
        theme, pause = self.theme, f"DO SLEEP({pause_s:.2f});" if pause_s else ""
        total = f"UPDATE {theme.event}_total SET number = number + 1 WHERE id ="
        second = f"(NEW.item_id DIV {TOTALS}) % {TOTALS}" if pause_s else f"NEW.item_id % {TOTALS}"
        return (
            f"CREATE OR REPLACE TRIGGER {theme.event}_count BEFORE INSERT ON {theme.event}"
            f" FOR EACH ROW BEGIN {total} NEW.item_id % {TOTALS}; {pause} {total} {second}; END",
        )

    def slow(self, way: str, seconds: float) -> Statements:
        """Make one kind of statement slow, in one of the ways."""
        theme, view = self.theme, f"CREATE OR REPLACE VIEW {self.theme.overview} AS SELECT"
        audit = (
            f"CREATE OR REPLACE TRIGGER {theme.event}_audit BEFORE INSERT ON {theme.event}"
            f" FOR EACH ROW"
        )
        return {
            "search": (
                f"{view} i.id, i.label, i.state FROM {theme.item} i,"
                f" (SELECT {_nap(seconds)} AS nap) AS n",
            ),
            "write": (f"{audit} DO {_nap(seconds)}",),
            "view": (
                f"{view} id, REGEXP_REPLACE(label, '[[:space:]]+', ' ') AS label, state"
                f" FROM {theme.item}",
            ),
            "index": (f"DROP INDEX {theme.item}_label ON {theme.item}",),
            "key": (f"ALTER TABLE {theme.item} DROP PRIMARY KEY",),
            "check": (
                f"{audit} SET @known = (SELECT COUNT(*) FROM {theme.event}_archive"
                f" WHERE LOWER(note) LIKE CONCAT('%', LOWER(NEW.note), '%'))",
            ),
        }[way]

    def quick(self, way: str) -> Statements:
        """Make it quick again."""
        theme = self.theme
        drop = (f"DROP TRIGGER {theme.event}_audit",)
        return {
            "search": self._quick_view(),
            "write": drop,
            "view": self._quick_view(),
            "index": (self._index(),),
            "key": (f"ALTER TABLE {theme.item} ADD PRIMARY KEY (id)",),
            "check": drop,
        }[way]

    def _quick_view(self) -> Statements:
        theme = self.theme
        view = f"CREATE OR REPLACE VIEW {theme.overview}"
        return (
            f"{view} AS SELECT id, label, state FROM {theme.item} WHERE LOWER(state) <> 'gone'",
        )

    def lock(self, table: str, exclusive: bool) -> str:
        return f"LOCK TABLES {table} {'WRITE' if exclusive else 'READ'}"

    def patient(self) -> Statements:
        """Wait for locks as long as it takes."""
        return ("SET lock_wait_timeout = 3600",)

    def report(self, day: str, hard: bool) -> str:
        """A report of others, which sleeps or has a lot to sort."""
        archive = f"{self.theme.event}_archive"
        if hard:
            return (
                f"SELECT item_id, UPPER(note) AS what, COUNT(*) AS number, MAX(at) FROM {archive}"
                f" WHERE at >= '{day}' GROUP BY item_id, what ORDER BY number DESC LIMIT 50"
            )
        return (
            f"SELECT note, COUNT(*) FROM {archive}, (SELECT SLEEP(0.5 + RAND()) AS nap) AS n"
            f" WHERE at >= '{day}' GROUP BY note"
        )
