"""Finds the templates of messages: what those of one kind have in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.case import tables
from logsleuth.case.wildcards import WILDCARD, Words, generalise

if TYPE_CHECKING:
    import duckdb

    from logsleuth.case.wildcards import Array

    Connection = duckdb.DuckDBPyConnection

# Messages whose words are no templates, such as a user's own, may have as many forms as there are
# of them: so many are compared, and the rest are left as they are.
_MOST: Final = 400_000
# Words, and single marks: what is between spaces may be several, as in `a=*,` or `[*]`.
_WORD: Final = r"[\w*.$@/-]+|[^\w\s]"

# New rows have the hash of their form for a template.
_NEW: Final = """
insert into forms
select form_id, form, form_id, form
from (
    select template_id as form_id, form_of(words_of(said.m, said.s)) as form
    from (
        select template_id, first(struct_pack(m := message, s := statement)) as said
        from records
        where template_id is not null
            and template_id not in (select form_id from forms)
            and template_id not in (select template_id from forms)
        group by template_id
    )
)"""

_WORDS: Final = """
with chosen as (
    select
        row_number() over (order by form_id) - 1 as form,
        regexp_extract_all(form, $word) as words
    from (select form_id, form from forms order by form_id limit $most)
),
listed as (
    select form, unnest(words) as word, generate_subscripts(words, 1) - 1 as place from chosen
)
select
    form, place, case when word = '*' then $wildcard::ubigint else hash(word) end as word,
    regexp_matches(word, '[A-Za-z]') as open
from listed
order by form, place"""

_CHANGED: Final = """
create or replace temporary table moved as
select f.form_id, f.template_id as before, (hash(n.template) >> 1)::bigint as after, n.template
from forms f
join found n using (form_id)
where n.template <> f.template"""

_RENAME: Final = """
update forms set template_id = m.after, template = m.template
from moved m
where forms.form_id = m.form_id"""

# A row has the template that its form had before, or the hash of a form that is known.
_MOVE: Final = """
update {table} set template_id = m.after
from (
    select id, min(after) as after
    from (
        select before as id, after from moved
        union all
        select form_id, template_id from forms where form_id <> template_id
    )
    group by id
) m
where {table}.template_id = m.id"""


def find(connection: Connection) -> None:
    """Give every message the template of its form, and list the forms.

    A form is a message with its values masked; forms that are alike but for words with many
    alternatives are one template. All forms of a case are compared, old and new, so the templates
    are those of the whole evidence in whatever order it was read.
    """
    known = _count(connection)
    connection.execute(_NEW)
    count = _count(connection)
    if not count:
        return
    if count > known:
        _compare(connection)
    else:
        connection.execute(_CHANGED.replace("found", "forms"))
    connection.execute(_RENAME)
    for table in tables.SAYING:
        connection.execute(_MOVE.format(table=table))
    connection.execute("drop table moved")


def _count(connection: Connection) -> int:
    row = connection.execute("select count(*) from forms").fetchone()
    return int(row[0]) if row else 0


def _compare(connection: Connection) -> None:
    """Make the table `moved` of the forms that have another template than before."""
    import pyarrow as pa

    templates = _templates(connection)
    columns = (
        pa.array(list(templates), pa.int64()),
        pa.array(list(templates.values()), pa.string()),
    )
    connection.register("found", pa.table(columns, names=["form_id", "template"]))
    connection.execute(_CHANGED)
    connection.unregister("found")


def _templates(connection: Connection) -> dict[int, str]:
    """The template of each form, by the form's id."""
    found = connection.execute(
        _WORDS, {"word": _WORD, "most": _MOST, "wildcard": int(WILDCARD)}
    ).fetchnumpy()
    # A form of white space alone has no word to compare.
    numbers, form = np.unique(found["form"], return_inverse=True)
    words = Words(form, found["place"], found["word"], found["open"])
    groups, varied = generalise(words)
    rows = connection.execute(
        "select form_id, form from forms order by form_id limit $most", {"most": _MOST}
    ).fetchall()
    texts = [rows[number] for number in numbers.tolist()]
    places = _places(words, varied)
    least: dict[int, str] = {}
    for group, (_, form), varying in zip(groups.tolist(), texts, places, strict=True):
        template = _template(form, varying)
        least[group] = min(least.get(group, template), template)
    ids = (form_id for form_id, _ in texts)
    return {key: least[group] for key, group in zip(ids, groups.tolist(), strict=True)}


def _places(words: Words, varied: Array) -> list[frozenset[int]]:
    """The places of each form whose words vary."""
    count = int(words.form[-1]) + 1 if len(words.form) else 0
    found: list[set[int]] = [set() for _ in range(count)]
    chosen = np.flatnonzero(varied)
    for form, place in zip(words.form[chosen].tolist(), words.place[chosen].tolist(), strict=True):
        found[form].add(place)
    return [frozenset(places) for places in found]


def _template(form: str, varying: frozenset[int]) -> str:
    count = -1

    def masked(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return "*" if count in varying else match[0]

    return " ".join(re.sub(_WORD, masked, form, flags=re.ASCII).split())
