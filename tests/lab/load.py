"""The load generator: many clients, arrivals at random, and what they saw."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab.schema import ITEMS
from tests.lab.themes import WORDS, Route

if TYPE_CHECKING:
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec

AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/125.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Safari/604.1",
    "okhttp/4.12.0",
    "curl/8.5.0",
)
SCANS = ("/wp-login.php", "/.env", "/phpmyadmin/index.php", "/cgi-bin/luci", "/.git/config")
PATIENCE_S = 12.0
_COOKIE = re.compile(rb"Set-Cookie: (SRV=[^;\r]+)", re.IGNORECASE)
_SERVED = re.compile(rb"X-Served-By: (\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Seen:
    """A request as its client saw it."""

    start: float
    end: float
    status: int  # 0 where no answer came
    path: str
    client: str
    server: str
    main: bool
    absent: bool  # what was asked for doesn't exist: 404 is the right answer

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def failed(self) -> bool:
        bad = self.status in (0, 429) or self.status >= 500
        return bad or (self.status == 404 and not self.absent)


class Load:
    """Sends requests for as long as it is told to, and remembers them."""

    def __init__(self, plan: Plan, spec: Spec) -> None:
        self.plan = plan
        self.spec = spec
        self.factor = 1.0
        self.gateway = plan.gateway
        self.cookies: dict[str, str] = {}
        self.seen: list[Seen] = []
        self.lags_s: list[float] = []  # by how much each arrival was later than it was due
        self.clients = [plan.address(100 + n % 80, 2 + n // 3) for n in range(110)]
        self.weights = [plan.rng.paretovariate(2.5) for _ in self.clients]
        self.agents = {client: plan.rng.choice(AGENTS) for client in self.clients}
        self._tasks: set[asyncio.Task[None]] = set()
        self.probes = plan.rng.random() < 0.3

    async def run(self, seconds: float) -> None:
        """Arrivals of a Poisson process, whose rate may be changed meanwhile."""
        stop = time.monotonic() + seconds
        due, probe = time.monotonic(), time.monotonic()
        while due < stop:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.lags_s.append(max(0.0, time.monotonic() - due))
            self.arrive()
            if self.probes and due >= probe:
                probe += 5
                self.send("GET", self.spec.main.check_path, self.clients[0], main=False)
            if self.plan.scanner and self.plan.rng.random() < 0.01:
                self.send("GET", self.plan.rng.choice(SCANS), self.clients[3], absent=True)
            due += self.plan.rng.expovariate(self.plan.rate * self.factor)

    async def drain(self) -> None:
        """Wait for the answers that are still due."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE_S)

    def arrive(self) -> None:
        rng, theme = self.plan.rng, self.plan.theme
        client = rng.choices(self.clients, self.weights)[0]
        if rng.random() < self.gateway:
            client = self.clients[7]
        if rng.random() < 0.004:
            self.send("GET", rng.choice(("/favicon.ico", "/robots.txt")), client, absent=True)
            return
        main = rng.random() >= self.plan.side_share
        routes = theme.routes if main else theme.side_routes
        route = rng.choices(routes, [r.weight for r in routes])[0]
        path, absent = self.path(route)
        if main and rng.random() < self.plan.favourite:
            route, path, absent = self.favourite()
        self.send(route.method, path, client, main=main, absent=absent)

    def favourite(self) -> tuple[Route, str, bool]:
        """The page that everybody wants to see."""
        route = next(r for r in self.plan.theme.routes if r.statement == "read")
        return route, route.template.replace("{id}", "42"), False

    def path(self, route: Route) -> tuple[str, bool]:
        """A path of a route, and whether it names something that isn't there."""
        rng = self.plan.rng
        absent = route.statement == "read" and rng.random() < 0.006
        number = ITEMS * 3 if absent else 1 + int(ITEMS * rng.random() ** 2)
        path = route.template.replace("{id}", str(number))
        return path.replace("{word}", rng.choice(WORDS)), absent

    def send(
        self, method: str, path: str, client: str, *, main: bool = True, absent: bool = False
    ) -> None:
        """Start a request without waiting for it."""
        task = asyncio.create_task(self._request(method, path, client, main, absent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _request(self, method: str, path: str, client: str, main: bool, absent: bool) -> None:
        start = time.time()
        try:
            status, server = await asyncio.wait_for(
                self._exchange(method, path, client), PATIENCE_S
            )
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError, IndexError):
            status, server = 0, ""
        self.seen.append(Seen(start, time.time(), status, path, client, server, main, absent))

    async def _exchange(self, method: str, path: str, client: str) -> tuple[int, str]:
        reader, writer = await asyncio.open_connection(
            self.spec.address, self.spec.port, local_addr=(client, 0)
        )
        try:
            agent = self.agents.get(client, AGENTS[-1])
            cookie = f"sid={client.encode().hex()}; {self.cookies.get(client, 'theme=light')}"
            writer.write(
                f"{method} {path} HTTP/1.1\r\nHost: {self.spec.host}\r\nUser-Agent: {agent}\r\n"
                f"Accept: */*\r\nCookie: {cookie}\r\nContent-Length: 0\r\n"
                f"Connection: close\r\n\r\n".encode()
            )
            answer = await reader.read()
        finally:
            writer.close()
        if given := _COOKIE.search(answer):
            self.cookies[client] = given[1].decode()
        served = _SERVED.search(answer)
        return int(answer.split(b" ", 2)[1]), served[1].decode() if served else ""
