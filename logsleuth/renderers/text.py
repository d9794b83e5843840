"""Makes hostile text safe to look at: what acts or hides is shown as a symbol."""

from __future__ import annotations

from typing import Final
from unicodedata import category

_KEPT: Final = "\n\t"
# By name and not as control pictures (U+2400 ...): few fonts have those.
_NAMES: Final = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR"),
    *("SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB"),
    *("ESC", "FS", "GS", "RS", "US"),
)


def sanitise(text: str, *, multiline: bool = False) -> str:
    """Show control, bidirectional, invisible and unpaired characters as visible symbols."""
    if text.isprintable():
        return text
    kept = _KEPT if multiline else ""
    return "".join(char if _harmless(char, kept) else _symbol(char) for char in text)


def _harmless(char: str, kept: str) -> bool:
    # str.isprintable() refuses every space but U+0020, and the others only take room.
    return char.isprintable() or char in kept or category(char) == "Zs"


def _symbol(char: str) -> str:
    code = ord(char)
    return f"⟨{_NAMES[code]}⟩" if code < len(_NAMES) else f"⟨U+{code:04X}⟩"


def encodable(text: str) -> str:
    """Spell out the unpaired surrogates that a path of foreign bytes may hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
