"""Reads a report as a browser would, as far as a test needs it."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """The elements of a page, the text of its scripts, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.words: list[str] = []
        self._open: dict[str, str] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, tuple(sorted(given))))
        self.attributes += [(tag, name, value) for name, value in given.items()]
        if tag == "script":
            self._open = given
            self.scripts.append((given, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is None:
            self.words.append(data)
        else:
            given, text = self.scripts.pop()
            self.scripts.append((given, text + data))

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def script(self, **wanted: str) -> str:
        for given, text in self.scripts:
            if all(given.get(name.replace("_", "-")) == value for name, value in wanted.items()):
                return text
        raise LookupError(wanted)

    @property
    def programs(self) -> list[str]:
        return [text for given, text in self.scripts if "type" not in given]
