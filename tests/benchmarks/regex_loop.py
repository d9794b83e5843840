"""What a script would do: one regular expression a line, and the rows thrown away."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from pathlib import Path

LINE = re.compile(
    r'(\S+) (\S+) (\S+) \[([^\]]+)\] "(\S+) ([^? "]*)(?:\?(\S*))? ([^"]*)" (\d{3}) (\d+|-) '
    r'"([^"]*)" "([^"]*)"(?: "([^"]*)" ([\d, -]+?) ([\d.]+) ([\d., -]+?) (\S+))?$'
)


def main(path: Path) -> int:
    known: dict[str, datetime] = {}
    count = 0
    with path.open("rb") as file:
        for line in file:
            match = LINE.match(line.decode("utf-8", "replace").rstrip())
            if match:
                groups = match.groups()
                written = groups[3]
                if written not in known:
                    known[written] = datetime.strptime(written, "%d/%b/%Y:%H:%M:%S %z")
                _row = (known[written], *groups)
                count += 1
    return count


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]))}\n")
