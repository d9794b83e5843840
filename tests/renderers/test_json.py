from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from logsleuth.model import Interval
from logsleuth.renderers.json import document, dumps
from tests.renderers import builder, scene

if TYPE_CHECKING:
    from logsleuth.model import Investigation

ROOT = Path(__file__).parents[2]
COUNTS = {"lines", "events", "continuation", "rejected", "blank"}
KEYS: dict[str, set[str]] = {
    "": {
        *("schema", "version", "evidence", "incident", "root_cause", "hypotheses", "pools"),
        *("timeline", "cited", "clocks", "warnings", "runbook", "attribution"),
        *("counterfactual", "messages", "where_time", "waterfalls", "changes", "database"),
    },
    "database": {"statements", "words"},
    "database.statements": {"fingerprint", "calls", "took_s", "longest_s", "who", "evidence"},
    "database.words": {"text", "level", "lines", "evidence"},
    "changes": {
        *("at", "until", "kind", "name", "component", "verdict", "why", "count", "would_decide"),
        *("evidence", "query"),
    },
    "messages": {
        *("role", "shape", "level", "kind", "position", "before", "during", "instances", "ratio"),
        *("interval", "p_value", "first", "event", "text", "query"),
    },
    "messages.interval": {"low", "high", "level"},
    "counterfactual": {
        *("pool", "expected_from", "observed", "prevented_low", "prevented", "prevented_high"),
        *("interval", "assumptions", "query"),
    },
    "counterfactual.interval": {"low", "high", "level"},
    "attribution": {
        *("dimension", "value", "told_by", "requests", "bad", "rate", "baseline_rate"),
        *("others_rate", "share_of_requests", "baseline_share_of_requests", "lift"),
        *("excess_share", "interval", "p_value", "leading", "rides_on", "same_as", "query"),
    },
    "attribution.interval": {"low", "high", "level"},
    "evidence": {"sources", *COUNTS},
    "evidence.sources": {
        *("path", "format", "role", "sha256", "from", "to", "zone", "bytes"),
        *COUNTS,
    },
    "incident": {
        *("onset", "onset_earliest", "onset_latest", "end", "measure", "requests", "failed"),
        *("failure_rate", "baseline_failure_rate", "latency_p95_s", "baseline_latency_p95_s"),
    },
    "root_cause": {"component", "fault", "target", "confidence", "summary"},
    "hypotheses": {
        *("component", "status", "confidence", "summary", "checks", "faults", "would_decide"),
    },
    "hypotheses.checks": {
        *("name", "outcome", "family", "fault", "statistic", "p_value", "effect", "interval"),
        *("margin", "explanation", "query", "evidence"),
    },
    "hypotheses.checks.interval": {"low", "high", "level"},
    "hypotheses.checks.margin": {"low", "high", "level"},
    "hypotheses.faults": {"fault", "target", "score", "summary"},
    "pools": {
        *("pool", "skewed", "from", "to", "algorithm", "expected_from", "p_value", "effect"),
        *("servers", "selection", "disagrees", "configuration_line"),
    },
    "pools.selection": {"before", "during", "because", "as_configured", "changed"},
    "pools.servers": {
        *("server", "requests", "expected_share", "observed_share", "configured_share"),
        *("baseline_share", "eligible_share", "failure_rate", "latency_p95_s"),
    },
    "timeline": {"at", "kind", "component", "title", "evidence"},
    "clocks": {
        *("path", "offset_s", "low_s", "high_s", "pairs", "drift_s", "zone_error_s", "basis"),
        "corrected",
    },
    "cited": {"event_id", "path", "line", "at", "text", "before", "after"},
    "runbook": {
        *("fault", "component", "title", "what", "shows", "lookalikes"),
        *("confirm", "resolve", "prevent"),
    },
    "runbook.shows": {"about", "text"},
    "runbook.lookalikes": {"about", "text"},
    "runbook.confirm": {"text", "code"},
    "runbook.resolve": {"text", "code"},
    "runbook.prevent": {"text", "code"},
    "where_time": {"servers", "query"},
    "where_time.servers": {"server", "instances", "before_matched", "during_matched", "parts"},
    "where_time.servers.parts": {
        *("part", "before_median_s", "before_p95_s", "during_median_s", "during_p95_s"),
    },
    "waterfalls": {
        *("why", "event", "at", "method", "path", "status", "server", "request_id", "duration_s"),
        *("failed", "segments"),
    },
    "waterfalls.segments": {
        *("part", "label", "depth", "start_s", "took_s", "basis", "confidence", "note"),
        "evidence",
    },
}


def keys_by_place(value: Any, place: str = "") -> dict[str, set[str]]:
    """Every object's keys, by the path of keys that leads to it."""
    found: dict[str, set[str]] = {}
    parts = value if isinstance(value, list) else []
    if isinstance(value, dict):
        found[place] = set(value)
        for key, part in value.items():
            for where, keys in keys_by_place(part, f"{place}.{key}".strip(".")).items():
                found.setdefault(where, set()).update(keys)
    for part in parts:
        for where, keys in keys_by_place(part, place).items():
            found.setdefault(where, set()).update(keys)
    return found


def test_the_keys_are_the_contracts(rich: Investigation) -> None:
    assert keys_by_place(document(rich)) == KEYS


def test_text_and_document_agree(any_shape: Investigation) -> None:
    assert json.loads(dumps(any_shape)) == document(any_shape)


def test_times_are_utc_to_the_millisecond(rich: Investigation) -> None:
    written = document(rich)
    assert written["incident"]["onset"] == "2026-03-01T10:14:05.120Z"
    assert written["incident"]["end"] == "2026-03-01T10:31:40.000Z"
    assert written["evidence"]["sources"][0]["from"] == "2026-03-01T10:00:00.000Z"


def test_a_time_without_a_zone_is_utc(rich: Investigation) -> None:
    assert rich.incident is not None
    naive = dataclasses.replace(rich.incident, onset=scene.ONSET.replace(tzinfo=None))
    written = document(dataclasses.replace(rich, incident=naive))
    assert written["incident"]["onset"] == "2026-03-01T10:14:05.120Z"


def test_unknown_is_null(rich: Investigation) -> None:
    unexplained = document(builder.unexplained())
    assert unexplained["incident"]["end"] is None
    assert unexplained["incident"]["latency_p95_s"] is None
    assert unexplained["root_cause"]["fault"] is None
    assert document(builder.quiet())["incident"] is None
    configuration = document(rich)["evidence"]["sources"][5]
    assert configuration["from"] is configuration["zone"] is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_figure_is_nan_or_infinite(rich: Investigation, value: float) -> None:
    check = dataclasses.replace(
        rich.hypotheses[0].checks[0], statistic=value, interval=Interval(value, 1.0)
    )
    hypothesis = dataclasses.replace(rich.hypotheses[0], checks=(check,))
    written = document(dataclasses.replace(rich, hypotheses=(hypothesis,)))
    found = written["hypotheses"][0]["checks"][0]
    assert found["statistic"] is None
    assert found["interval"] == {"low": None, "high": 1.0, "level": 0.95}


def test_the_lines_add_up(rich: Investigation) -> None:
    evidence = document(rich)["evidence"]
    for part in (evidence, *evidence["sources"]):
        parts = (part["events"], part["continuation"], part["rejected"], part["blank"])
        assert part["lines"] == sum(parts)
    for count in COUNTS:
        assert evidence[count] == sum(source[count] for source in evidence["sources"])


def test_the_text_is_ascii_whatever_the_evidence_holds(hostile: Investigation) -> None:
    text = dumps(hostile)
    assert text.isascii()
    assert all(char.isprintable() or char == "\n" for char in text)


def test_a_path_of_foreign_bytes_is_written_in_unicode(rich: Investigation) -> None:
    source = dataclasses.replace(rich.sources[0], path="caf\udce9.log")
    text = dumps(dataclasses.replace(rich, sources=(source,)))
    assert json.loads(text)["evidence"]["sources"][0]["path"] == "caf\\udce9.log"


def test_lists_stay_in_their_order(rich: Investigation) -> None:
    written = document(rich)
    assert [each["component"] for each in written["hypotheses"]] == [
        each.component for each in rich.hypotheses
    ]
    assert [each["path"] for each in written["evidence"]["sources"]] == [
        each.path for each in rich.sources
    ]


@pytest.mark.parametrize("module", ["json", "table", "terminal", "html", "charts"])
def test_importing_a_renderer_loads_no_heavy_library(module: str) -> None:
    script = (
        f"import sys, logsleuth.renderers.{module}\n"
        "heavy = {'plotly', 'jinja2', 'rich', 'duckdb', 'polars', 'numpy'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
