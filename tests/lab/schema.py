"""The tables of a theme, and the ways in which they can be made slow."""

from __future__ import annotations

from tests.lab.themes import WORDS, Theme

ITEMS = 3000
TOTALS = 32


def tables(theme: Theme) -> str:
    """The healthy schema with its rows."""
    words = ", ".join(f"'{word}'" for word in WORDS)
    return f"""
CREATE TABLE {theme.item} (id bigint PRIMARY KEY, label text NOT NULL, state text NOT NULL);
INSERT INTO {theme.item}
  SELECT n, (ARRAY[{words}])[1 + n % {len(WORDS)}] || ' ' || n, 'ready'
  FROM generate_series(1, {ITEMS}) AS n;
CREATE INDEX ON {theme.item} (label text_pattern_ops);
CREATE VIEW {theme.overview} AS SELECT id, label, state FROM {theme.item};
CREATE TABLE {theme.event} (
  id bigserial PRIMARY KEY, item_id bigint NOT NULL, note text, at timestamptz DEFAULT now());
INSERT INTO {theme.event} (item_id, note)
  SELECT n % {ITEMS} + 1, 'imported' FROM generate_series(1, 20000) AS n;
CREATE TABLE {theme.event}_archive AS SELECT * FROM {theme.event};
CREATE TABLE job_state (id int PRIMARY KEY, holder text);
INSERT INTO job_state VALUES (1, 'none'), (2, 'none');
CREATE FUNCTION {theme.summary}(since date) RETURNS TABLE (note text, number bigint) AS $$
  BEGIN
    PERFORM pg_sleep(0.5 + random());
    RETURN QUERY SELECT a.note, count(*) FROM {theme.event}_archive a
      WHERE a.at >= since GROUP BY a.note;
  END $$ LANGUAGE plpgsql;
CREATE TABLE {theme.event}_total (id int PRIMARY KEY, number bigint NOT NULL DEFAULT 0);
INSERT INTO {theme.event}_total (id) SELECT generate_series(0, {TOTALS - 1});
{counting(theme)}
CREATE TRIGGER {theme.event}_count BEFORE INSERT ON {theme.event}
  FOR EACH ROW EXECUTE FUNCTION {theme.event}_count();
ANALYZE;
"""


def counting(theme: Theme, pause_s: float = 0.0) -> str:
    """Each event counts in two rows; a pause between them makes deadlocks."""
    pause = f"PERFORM pg_sleep({pause_s:.2f});" if pause_s else ""
    total = f"UPDATE {theme.event}_total SET number = number + 1 WHERE id ="
    second = f"(NEW.item_id / {TOTALS}) % {TOTALS}" if pause_s else f"NEW.item_id % {TOTALS}"
    return f"""
CREATE OR REPLACE FUNCTION {theme.event}_count() RETURNS trigger AS $$
  BEGIN {total} NEW.item_id % {TOTALS}; {pause} {total} {second}; RETURN NEW; END
  $$ LANGUAGE plpgsql;
"""


def slow_view(theme: Theme, seconds: float) -> str:
    """Searching waits."""
    return (
        f"CREATE OR REPLACE VIEW {theme.overview} AS SELECT i.id, i.label, i.state"
        f" FROM {theme.item} i, (SELECT pg_sleep({0.6 * seconds:.2f} + random() *"
        f" {0.8 * seconds:.2f}) OFFSET 0) AS nap"
    )


def quick_view(theme: Theme) -> str:
    return f"CREATE OR REPLACE VIEW {theme.overview} AS SELECT id, label, state FROM {theme.item}"


def slow_insert(theme: Theme, seconds: float) -> str:
    """Recording an event waits for a trigger."""
    return f"""
CREATE OR REPLACE FUNCTION {theme.event}_audit() RETURNS trigger AS $$
  BEGIN PERFORM pg_sleep({0.6 * seconds:.2f} + random() * {0.8 * seconds:.2f}); RETURN NEW; END
  $$ LANGUAGE plpgsql;
CREATE TRIGGER {theme.event}_audit BEFORE INSERT ON {theme.event}
  FOR EACH ROW EXECUTE FUNCTION {theme.event}_audit();
"""


def quick_insert(theme: Theme) -> str:
    return f"DROP TRIGGER {theme.event}_audit ON {theme.event}; DROP FUNCTION {theme.event}_audit()"


def slow_read(theme: Theme, seconds: float) -> str:
    """Looking up a row waits: row security calls a function for each."""
    return f"""
CREATE OR REPLACE FUNCTION {theme.item}_visible(bigint) RETURNS boolean AS $$
  BEGIN PERFORM pg_sleep({0.6 * seconds:.2f} + random() * {0.8 * seconds:.2f}); RETURN true; END
  $$ LANGUAGE plpgsql VOLATILE;
ALTER TABLE {theme.item} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS visible ON {theme.item};
CREATE POLICY visible ON {theme.item} USING ({theme.item}_visible(id));
"""


def quick_read(theme: Theme) -> str:
    return f"ALTER TABLE {theme.item} DISABLE ROW LEVEL SECURITY"
