"""The services that the lab plays: their routes, tables, pools and names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """One kind of request, how often it is asked for and what it costs."""

    method: str
    template: str
    weight: float
    cost: float
    statement: str  # read, search, write, recent or none


@dataclass(frozen=True)
class Theme:
    """A service with a database behind it and a small pool of files beside it."""

    service: str
    host: str
    pool: str
    stem: str
    database: str
    item: str
    event: str
    routes: tuple[Route, ...]
    side_pool: str
    side_stem: str
    side_routes: tuple[Route, ...]

    @property
    def overview(self) -> str:
        return f"{self.item}_overview"

    @property
    def summary(self) -> str:
        return f"{self.event}_monthly_summary"

    def statement(self, kind: str) -> str:
        """The SQL of one kind of statement, with psycopg's placeholders."""
        return {
            "read": f"SELECT id, label, state FROM {self.item} WHERE id = %s",
            "search": f"SELECT id, label, state FROM {self.overview} WHERE label LIKE %s"
            " ORDER BY state, id LIMIT 25",
            "write": f"INSERT INTO {self.event} (item_id, note) VALUES (%s, %s) RETURNING id",
            "recent": f"SELECT id, note FROM {self.event} ORDER BY id DESC LIMIT 10",
        }[kind]


def _side(prefix: str) -> tuple[Route, ...]:
    return (
        Route("GET", f"{prefix}/icons/{{id}}.svg", 2, 0.25, "none"),
        Route("GET", f"{prefix}/fonts/{{word}}.woff2", 1, 0.3, "none"),
    )


PARCELS = Theme(
    service="dispatch",
    host="track.example.net",
    pool="parcels",
    stem="depot",
    database="logistics",
    item="parcel",
    event="scan",
    routes=(
        Route("GET", "/", 1, 0.6, "recent"),
        Route("GET", "/track/{id}", 5, 0.7, "read"),
        Route("GET", "/parcels?near={word}", 2, 1.7, "search"),
        Route("POST", "/scans", 2, 1.2, "write"),
        Route("GET", "/scans", 1, 0.6, "recent"),
        Route("GET", "/labels/{id}.pdf", 1, 1.6, "read"),
    ),
    side_pool="pictures",
    side_stem="pix",
    side_routes=_side("/pics"),
)
CLINIC = Theme(
    service="agenda",
    host="clinic.example.com",
    pool="agenda_nodes",
    stem="agenda",
    database="clinic",
    item="appointment",
    event="visit",
    routes=(
        Route("GET", "/calendar", 2, 0.9, "recent"),
        Route("GET", "/appointments/{id}", 4, 0.7, "read"),
        Route("GET", "/practitioners?speciality={word}", 2, 1.6, "search"),
        Route("POST", "/visits", 2, 1.3, "write"),
    ),
    side_pool="handouts",
    side_stem="paper",
    side_routes=_side("/handouts"),
)
LIBRARY = Theme(
    service="stacks",
    host="library.example.org",
    pool="reading-room",
    stem="shelf",
    database="stacks",
    item="volume",
    event="loan",
    routes=(
        Route("GET", "/", 1, 0.5, "recent"),
        Route("GET", "/volumes/{id}", 4, 0.7, "read"),
        Route("GET", "/find?words={word}", 3, 1.5, "search"),
        Route("POST", "/loans", 2, 1.2, "write"),
        Route("GET", "/loans", 1, 0.6, "recent"),
        Route("POST", "/renewals/{id}", 1, 1.1, "write"),
    ),
    side_pool="covers",
    side_stem="cover",
    side_routes=_side("/covers"),
)
BIKES = Theme(
    service="rides",
    host="api.bikes.example.com",
    pool="rides_backend",
    stem="hub",
    database="mobility",
    item="bicycle",
    event="ride",
    routes=(
        Route("GET", "/stations/{id}/bicycles", 5, 0.8, "read"),
        Route("GET", "/map?quarter={word}", 3, 1.5, "search"),
        Route("POST", "/rides", 2, 1.3, "write"),
        Route("POST", "/rides/{id}/finish", 1, 1.2, "write"),
        Route("GET", "/account", 1, 0.6, "recent"),
    ),
    side_pool="tiles",
    side_stem="tile",
    side_routes=_side("/tiles"),
)
THEMES = (PARCELS, CLINIC, LIBRARY, BIKES)
WORDS = ("alder", "beacon", "copper", "dune", "elm", "fjord", "granite", "heron", "iris", "juniper")


def mean_cost(routes: tuple[Route, ...]) -> float:
    """The average cost of a request, in the routes' own unit."""
    return sum(r.weight * r.cost for r in routes) / sum(r.weight for r in routes)
