"""The SQL that turns a written time into a naive timestamp, one expression a layout."""

from __future__ import annotations

from typing import Final

from logsleuth.formats.times import ABBREVIATIONS

_EPOCH: Final = """make_timestamp(case
    when length(split_part({x}, '.', 1)) <= 11
        then (try_cast({x} as decimal(20, 6)) * 1000000)::bigint
    when length({x}) <= 14 then try_cast({x} as bigint) * 1000
    when length({x}) <= 17 then try_cast({x} as bigint)
    else try_cast({x} as bigint) // 1000 end)"""


def _zone_minutes() -> str:
    branches = " ".join(f"when '{name}' then {value}" for name, value in ABBREVIATIONS.items())
    return f"case split_part({{x}}, ' ', -1) {branches} end"


# A zone, where a line has one, counts; the session's is UTC.
_ISO: Final = "try_cast(replace({x}, ',', '.') as timestamptz)::timestamp"
# The offset by itself, for %z gives a TIMESTAMPTZ, and to bring that back costs as much again.
_CLF: Final = (
    "try_strptime(left({x}, 20), '%d/%b/%Y:%H:%M:%S') - case when right({x}, 5) = '+0000'"
    " then interval 0 second else to_minutes(try_cast(substr({x}, 22, 3) as bigint) * 60"
    " + try_cast(substr({x}, 22, 1) || substr({x}, 25, 2) as bigint)) end"
)
_NAMED: Final = (
    "try_strptime(left({x}, length({x}) - length(split_part({x}, ' ', -1)) - 1),"
    " ['%d-%b-%Y %H:%M:%S', '%d-%b-%Y %H:%M:%S.%f'])"
)
_EXPRESSIONS: Final = {
    "iso-utc": _ISO,
    "iso-offset": (
        "try_cast(regexp_replace(replace({x}, ',', '.'), ' ([+-])', '\\1') as timestamptz)"
        "::timestamp"
    ),
    "iso-zone": (
        "try_cast(replace(left({x}, length({x}) - length(split_part({x}, ' ', -1)) - 1), ',', '.')"
        f" as timestamp) - to_minutes({_zone_minutes()})"
    ),
    "iso-local": _ISO.replace("{x}", "replace({x}, '  ', ' 0')"),
    "weekday": (
        "try_cast(substr({x}, 5, length({x}) - length(split_part({x}, ' ', -1)) - 5) as timestamp)"
        f" - to_minutes({_zone_minutes()})"
    ),
    # An abbreviation that nobody knows says nothing.
    "iso-odd-zone": (
        "try_cast(replace(left({x}, length({x}) - length(split_part({x}, ' ', -1)) - 1), ',', '.')"
        " as timestamp)"
    ),
    # What the wall shows: the zone is left out where another clock of the same lines has none.
    "iso-wall": (
        "try_cast(replace(regexp_replace({x}, '(Z|[+-][0-9]{2}:?[0-9]{2})$', ''), ',', '.')"
        " as timestamp)"
    ),
    "clf": _CLF,
    "clf-brackets": _CLF.replace("{x}", "substr({x}, 2, length({x}) - 2)"),
    "clf-fraction": (
        _CLF.replace("{x}", "(left({x}, 20) || right({x}, 6))")
        + " + to_microseconds((try_cast('0.' || regexp_extract({x}, '[.,]([0-9]+) ', 1) as double)"
        " * 1000000)::bigint)"
    ),
    "clf-local": (
        "try_strptime({x}, ['%d/%b/%Y:%H:%M:%S.%f', '%d/%b/%Y:%H:%M:%S', '%d/%b/%Y %H:%M:%S'])"
    ),
    "slashes": "try_strptime({x}, ['%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M:%S.%f'])",
    "slashes-short": (
        "try_strptime(replace({x}, ',', '.'), ['%y/%m/%d %H:%M:%S', '%y/%m/%d %H:%M:%S.%f'])"
    ),
    "tomcat": "try_strptime({x}, ['%d-%b-%Y %H:%M:%S.%f', '%d-%b-%Y %H:%M:%S'])",
    "us": (
        "try_strptime(replace({x}, ',', ''), ['%m/%d/%y %I:%M:%S %p', '%m/%d/%Y %I:%M:%S %p',"
        " '%m/%d/%y %H:%M:%S', '%m/%d/%Y %H:%M:%S'])"
    ),
    "mail": "try_strptime(left({x}, 25), '%a, %d %b %Y %H:%M:%S')",
    "epoch": _EPOCH,
    "short-date": (
        "try_strptime(left(replace({x}, '  ', ' '), 22), ['%y%m%d %H:%M:%S.%f', '%y%m%d %H:%M:%S'])"
    ),
    # The year is the reader's to say: {year} is bound to the one that the neighbours have.
    "syslog": (
        "try_strptime({year} || ' ' || replace({x}, '  ', ' '),"
        " ['%Y %b %d %H:%M:%S', '%Y %b %d %H:%M:%S.%f'])"
    ),
    "day-month": (
        "try_strptime({year} || ' ' || {x}, ['%Y %d %b %H:%M:%S', '%Y %d %b %H:%M:%S.%f'])"
    ),
    "day-month-year": "try_strptime({x}, ['%d %b %Y %H:%M:%S', '%d %b %Y %H:%M:%S.%f'])",
    "compact-date": "try_strptime({x}, '%Y%m%d %H:%M:%S')",
    "glog": "try_strptime({year} || {x}, '%Y%m%d %H:%M:%S.%f')",
    "iso-colon-offset": (
        "try_cast(regexp_replace(left({x}, 19) || '.' || substr({x}, 21),"
        " ' ([+-])', '\\1') as timestamptz)::timestamp"
    ),
    "colon": "try_strptime(replace({x}, 'T', ' '), '%Y-%m-%d %H:%M:%S:%g')",
    "logcat": "try_strptime({year} || '-' || {x}, '%Y-%m-%d %H:%M:%S.%g')",
    "compact": "try_strptime({x}, '%y%m%d %H%M%S')",
    "basic": (
        "try_strptime(translate({x}, 'T_-,', '   .'), ['%Y%m%d %H%M%S.%f', '%Y%m%d %H%M%S'])"
    ),
    "basic-clock": (
        "try_strptime(translate({x}, 'T_-,', '   .'), ['%Y%m%d %H:%M:%S:%g', '%Y%m%d %H:%M:%S.%g',"
        " '%Y%m%d %H:%M:%S', '%Y%m%d %H:%M:%S.%f'])"
    ),
    "jul": "try_strptime({x}, '%b %d, %Y %I:%M:%S %p')",
    "erlang": (
        "try_strptime(replace({x}, '::', ' '), ['%d-%b-%Y %H:%M:%S', '%d-%b-%Y %H:%M:%S.%f'])"
    ),
    "dots": (
        "try_strptime(replace(replace({x}, ', ', ' '), ',', '.'),"
        " ['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M:%S.%f'])"
    ),
    "gin": "try_strptime({x}, '%Y/%m/%d - %H:%M:%S')",
    "php-utc": _NAMED,
    "php-zone": _NAMED,
    "apache-error": (
        "try_strptime(replace({x}, '  ', ' '), ['%a %b %d %H:%M:%S.%f %Y', '%a %b %d %H:%M:%S %Y'])"
    ),
}


def expression(layout: str, text: str, year: int) -> str:
    """Return the SQL that reads a time of this layout out of the SQL expression `text`."""
    return _EXPRESSIONS[layout].replace("{x}", text).replace("{year}", f"'{year:04d}'")
