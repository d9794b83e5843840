"""The SQL that turns a written time into a naive timestamp, one expression a layout."""

from __future__ import annotations

from typing import Final

from logsleuth.formats.times import ABBREVIATIONS

_EPOCH: Final = """make_timestamp(case
    when length(split_part({x}, '.', 1)) <= 11 then (try_cast({x} as decimal(20, 6)) * 1000000)::bigint
    when length({x}) <= 14 then try_cast({x} as bigint) * 1000
    when length({x}) <= 17 then try_cast({x} as bigint)
    else try_cast({x} as bigint) // 1000 end)"""


def _zone_minutes() -> str:
    branches = " ".join(f"when '{name}' then {value}" for name, value in ABBREVIATIONS.items())
    return f"case split_part({{x}}, ' ', -1) {branches} end"


_EXPRESSIONS: Final = {
    "iso-utc": "try_cast(replace({x}, ',', '.') as timestamp)",
    "iso-offset": (
        "try_cast(regexp_replace(replace({x}, ',', '.'), ' ([+-])', '\\1') as timestamptz)"
        "::timestamp"
    ),
    "iso-zone": (
        "try_cast(left({x}, length({x}) - length(split_part({x}, ' ', -1)) - 1) as timestamp)"
        f" - to_minutes({_zone_minutes()})"
    ),
    "iso-local": "try_cast(replace({x}, ',', '.') as timestamp)",
    "clf": "try_strptime({x}, '%d/%b/%Y:%H:%M:%S %z')::timestamp",
    "clf-local": "try_strptime({x}, '%d/%b/%Y:%H:%M:%S.%g')",
    "slashes": "try_strptime({x}, ['%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M:%S.%f'])",
    "epoch": _EPOCH,
    "short-date": "try_strptime(replace({x}, '  ', ' '), '%y%m%d %H:%M:%S')",
    # The year is the reader's to say: {year} is bound to the one that the neighbours have.
    "syslog": "try_strptime({year} || ' ' || replace({x}, '  ', ' '), '%Y %b %d %H:%M:%S')",
    "glog": "try_strptime({year} || {x}, '%Y%m%d %H:%M:%S.%f')",
    "apache-error": (
        "try_strptime(replace({x}, '  ', ' '), ['%a %b %d %H:%M:%S.%f %Y', '%a %b %d %H:%M:%S %Y'])"
    ),
}


def expression(layout: str, text: str, year: int) -> str:
    """Return the SQL that reads a time of this layout out of the SQL expression `text`."""
    return _EXPRESSIONS[layout].replace("{x}", text).replace("{year}", f"'{year:04d}'")
