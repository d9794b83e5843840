"""Recorded cases written again: with less in them, or as other software would have logged."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.lab.variants import (
    applications,
    databases,
    haproxy,
    layers,
    proxies,
    stretched,
    wrapping,
)
from tests.lab.variants.common import swapped
from tests.lab.variants.evidence import UnfitError, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.lab.variants.evidence import Evidence

WAYS: Final[Mapping[str, Callable[[Evidence], Evidence]]] = {
    "no-application": lambda evidence: layers.without(evidence, "application"),
    "no-database": lambda evidence: layers.without(evidence, "database"),
    "balancer-only": lambda evidence: layers.without(evidence, "application", "database"),
    "no-configuration": layers.bare,
    "no-ids": layers.without_ids,
    "whole-seconds": layers.whole_seconds,
    "clock-off": layers.clock_off,
    "combined": lambda evidence: swapped(evidence, "access.log", proxies.combined, None),
    "first-half": lambda evidence: layers.span(evidence, 0.0, 0.5),
    "last-half": lambda evidence: layers.span(evidence, 0.5, 1.0),
    "within": layers.within,
    "sampled": layers.sampled,
    "stretched": stretched.stretched,
    "envoy": lambda evidence: swapped(evidence, "envoy.log", proxies.envoy, None),
    "istio-json": lambda evidence: swapped(
        evidence, "istio-proxy.log", proxies.istio, proxies.cluster
    ),
    "alb": lambda evidence: swapped(evidence, "alb.log", proxies.alb),
    "traefik": lambda evidence: swapped(evidence, "traefik.log", proxies.traefik),
    "traefik-json": lambda evidence: swapped(evidence, "traefik.json", proxies.traefik_json),
    "ingress-nginx": lambda evidence: swapped(
        evidence, "ingress.log", proxies.ingress, proxies.service
    ),
    "nginx": lambda evidence: swapped(evidence, "access.log", proxies.nginx, None),
    "haproxy": haproxy.haproxy,
    "apache": lambda evidence: swapped(evidence, "access.log", proxies.apache, None),
    "caddy": lambda evidence: swapped(evidence, "caddy.json", proxies.caddy, None),
    "cri": partial(wrapping.wrapped, wrap=wrapping.cri),
    "docker": partial(wrapping.wrapped, wrap=wrapping.docker),
    "syslog": partial(wrapping.wrapped, wrap=wrapping.syslog),
    "csvlog": partial(databases.rewritten, write=databases.csvlog, name=".csv"),
    "jsonlog": partial(databases.rewritten, write=databases.jsonlog, name=".json"),
    "rds": partial(databases.rewritten, write=databases.rds, name=".log"),
    "ecs": partial(applications.rewritten, write=applications.ecs),
    "logback": partial(applications.rewritten, write=applications.logback),
    "logfmt": partial(applications.rewritten, write=applications.logfmt),
}


def degrade(evidence: Evidence, how: str, out: Path) -> bool:
    """Write a case again in one of the ways; False where it has nothing for that."""
    try:
        changed = WAYS[how](evidence)
    except UnfitError:
        return False
    shutil.rmtree(out, ignore_errors=True)
    changed.told(variant=how, id=f"{evidence.truth['id']}+{how}").save(out)
    return True


def rewrite(folders: Sequence[Path], ways: Sequence[str], out: Path) -> Iterator[str]:
    """Write cases again, each in every way, as `out/case+way`, and tell what was written."""
    for case in cases(folders):
        with opened(case) as evidence:
            for how in ways:
                name = f"{case.name}+{how}"
                written = degrade(evidence, how, out / name)
                yield name if written else f"{name}: nothing for it in the evidence"


def cases(folders: Sequence[Path]) -> Sequence[Path]:
    """The cases that some folders are or hold."""
    found = (
        path.parent
        for folder in folders
        for path in (*folder.glob("truth.json"), *folder.glob("*/truth.json"))
    )
    return sorted(found)
