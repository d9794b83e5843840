"""Recorded incidents written again: faithful to the software, and the verdict stays what it was."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.lab import exam
from tests.lab.variants import WAYS, cases, proxies, rewrite
from tests.lab.variants.exchanges import Ending, Exchange, Try
from tests.lab.variants.haproxy import Haproxy

if TYPE_CHECKING:
    from collections.abc import Mapping

INCIDENTS: Final = Path(__file__).parents[1] / "sample_logs" / "incidents"
ADDRESS: Final = "10.0.0.5:8080"
AT: Final = 1_795_374_800.25


def exchange(ending: Ending, took: float = 1.5, tries: int = 1, status: int = 200) -> Exchange:
    """A request that was tried so often on one server, and ended so."""
    answer = took if ending is Ending.ANSWERED else None
    one = Try(ADDRESS, "web-1", ending, status if answer else None, 0.001, answer, took)
    return Exchange(
        AT, AT + took, "192.0.2.7", "GET", "/cart?id=7", "HTTP/1.1", "shop.example.org", status,
        512, "curl/8", None, "shop", 0.0, ending, (one,) * tries,
    )  # fmt: skip


def texts(evidence: Path) -> Mapping[str, str]:
    """The files of evidence by their names without .gz."""
    return {
        str(path.relative_to(evidence)).removesuffix(".gz"): (
            gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        ).decode()
        for path in sorted(evidence.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (Ending.ANSWERED, '200 - 0 512 1500 1500 "192.0.2.7" "curl/8" "-" "shop.example.org"'),
        (Ending.REFUSED, '503 UF 0 512 1500 - "192.0.2.7"'),
        (Ending.CLOSED, '503 UC 0 512 1500 - "192.0.2.7"'),
        (Ending.TIMEOUT, '504 UT 0 512 1500 - "192.0.2.7"'),
        (Ending.LIMITED, '429 RL 0 512 1500 - "192.0.2.7"'),
    ],
)
def test_envoy_says_by_flags_why_there_is_no_answer(ending: Ending, said: str) -> None:
    line = proxies.envoy(exchange(ending))
    assert said in line
    assert line.startswith('[2026-11-22T19:13:20.250Z] "GET /cart?id=7 HTTP/1.1" ')
    assert (f'"{ADDRESS}"' in line) == (ending is not Ending.LIMITED)


def test_envoy_tells_retries_by_their_limit_only() -> None:
    assert " 503 UF,URX " in proxies.envoy(exchange(Ending.REFUSED, tries=3))
    assert " 200 - " in proxies.envoy(exchange(Ending.ANSWERED, tries=2))
    left = replace(exchange(Ending.LEFT), status=None)
    assert json.loads(proxies.istio(left))["response_code"] == 0


def test_a_load_balancer_of_aws_has_no_time_where_a_phase_has_none() -> None:
    answered, late = (proxies.alb(exchange(e)) for e in (Ending.ANSWERED, Ending.TIMEOUT))
    assert f" {ADDRESS} 0.000 1.500 0.000 200 200 " in answered
    assert f" {ADDRESS} -1 -1 -1 504 - " in late
    assert f" {ADDRESS} 0.000 1.500 -1 502 - " in proxies.alb(exchange(Ending.CLOSED))
    assert late.startswith("http 2026-11-22T19:13:21.750000Z ")
    assert " 0 2026-11-22T19:13:20.250000Z " in late


def test_haproxy_calls_servers_by_names_and_says_who_ended_it() -> None:
    late = exchange(Ending.TIMEOUT)
    line = Haproxy([late])(late)
    assert "public shop/web1 0/0/1/-1/1500 504 512 - - sH-- 1/1/1/1/0 0/0" in line
    nobody = replace(exchange(Ending.NO_SERVER), tries=())
    assert " shop/<NOSRV> 0/-1/-1/-1/1500 503 512 - - SC-- " in Haproxy([nobody])(nobody)


def test_other_servers_are_as_their_manuals_say() -> None:
    lost = exchange(Ending.CLOSED, tries=2)
    assert ' 502 512 "-" "-" 1 "shop@docker" "http://10.0.0.5:8080" 1500ms' in proxies.traefik(lost)
    assert f"[prod-shop-8080] [] {ADDRESS}, {ADDRESS} 0, 512 1.500, 1.500 502, 502 -" in (
        proxies.ingress(lost)
    )
    assert json.loads(proxies.caddy(lost))["status"] == 502
    assert proxies.apache(lost).endswith(f'"curl/8" 1500000 http://{ADDRESS}')
    assert ADDRESS not in proxies.combined(lost)


def test_every_way_says_whether_it_has_something_to_change(tmp_path: Path) -> None:
    told = list(rewrite([INCIDENTS / "capacity-limit"], sorted(WAYS), tmp_path))
    written = cases([tmp_path])
    assert {line for line in told if ":" not in line} == {path.name for path in written}
    assert len(told) == len(WAYS)
    assert len(written) > 0.7 * len(WAYS)
    for case in written:
        truth = json.loads((case / "truth.json").read_text(encoding="utf-8"))
        logs = [t for n, t in texts(case / "evidence").items() if not n.endswith(".conf")]
        assert truth["id"] == case.name
        assert truth["lines"] == sum(text.count("\n") for text in logs)
        assert truth["variant"] in WAYS


def test_less_evidence_is_less_and_the_rest_is_untouched(tmp_path: Path) -> None:
    case = INCIDENTS / "timeout-misconfigured"
    ways = ("no-application", "clock-off", "sampled", "last-half", "rds", "cri")
    assert len(list(rewrite([case], ways, tmp_path))) == len(ways)
    before = texts(case / "evidence")
    after = {way: texts(tmp_path / f"{case.name}+{way}" / "evidence") for way in ways}
    left = {n: t for n, t in before.items() if not n.startswith("application/")}
    assert after["no-application"] == left
    changed = [n for n, t in before.items() if after["clock-off"][n] != t]
    assert changed == ["application/hub-1.log"]
    access = "balancer/haproxy.log"
    assert after["sampled"][access].count("\n") == pytest.approx(
        before[access].count("\n") / 3, rel=0.1
    )
    assert before[access].endswith(after["last-half"][access][-2000:])
    assert len(after["last-half"][access]) < 0.8 * len(before[access])
    assert "UTC:10.0.0.9(40000):reporting@mobility:[" in after["rds"]["database/postgresql.log"]
    assert all(" stdout F " in line for line in after["cri"][access].splitlines())


MATRIX: Final = {
    "misrouted": "traefik",
    "sticky-hotspot": "envoy",
    "timeout-misconfigured": "alb",
    "capacity-limit": "ingress-nginx",
    "lock-contention": "cri",
}


@pytest.mark.parametrize(("incident", "way"), MATRIX.items())
def test_the_verdict_is_the_same_whatever_wrote_the_logs(
    incident: str, way: str, tmp_path: Path
) -> None:
    assert list(rewrite([INCIDENTS / incident], [way], tmp_path)) == [f"{incident}+{way}"]
    [case] = cases([tmp_path])
    marked = exam.mark(case)
    assert (marked.component, marked.fault, marked.target) == (True, True, True), marked.said
    assert not any((marked.ruled_out, marked.false_skew))
    rows = list(exam.variants([marked]))
    assert rows[2] == f"| {way} | 1/1 | 0 | 0 | 0 | 0 | 0/0 |"
