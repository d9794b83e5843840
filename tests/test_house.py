"""The rules that are about no behaviour: sizes, names, equal lists, pages made anew."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import typer

from logsleuth.cli import app, main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).parents[1]
HOUSE: Final = ROOT / "logsleuth"
MODULES: Final = sorted(HOUSE.rglob("*.py"))
TESTS: Final = sorted((ROOT / "tests").rglob("*.py"))
LONGEST: Final = 400
LONGEST_SQL: Final = 0
COMMANDS: Final = [
    command.callback.__name__ for command in app.registered_commands if command.callback
]
SQL: Final = re.compile(
    r"\s*(select\s+[\w*'(].*\sfrom\s|with\s+\w+\s+as\s*\(|insert\s+into\s|update\s+\w+\s+set\s"
    r"|delete\s+from\s|create\s+(or\s+replace\s+)?(temp|temporary|table|view|macro)\b)",
    re.IGNORECASE | re.DOTALL,
)
# Spelt in pieces, for this file is looked at too.
FOREIGN: Final = re.compile(
    "|".join(
        [
            "py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.", "index" + "[-_]url",
            r"(?<![\w.])/ro" + r"ot/\w", r"(?<![\w.])/ho" + r"me/[a-z]", r"(?<![\w.])/wo" + "rk/",
            r"\.\./sha" + "red",
        ]
    )
)  # fmt: skip


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def test_no_file_is_long() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES + TESTS}
    assert {name(path): count for path, count in lines.items() if count > LONGEST} == {}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    first = docstring(path).partition("\n")[0]
    assert first.endswith((".", "?")), "the first line of the docstring is one sentence"
    assert ". " not in first, "one sentence, no more"


def test_commands_modules_and_tests_are_one_list() -> None:
    modules = {path.stem for path in (HOUSE / "commands").glob("[!_]*.py")}
    tests = {
        path.stem.removeprefix("test_") for path in (ROOT / "tests/commands").glob("test_*.py")
    }
    assert modules == set(COMMANDS)
    assert tests - {"cli"} == set(COMMANDS)
    assert len(COMMANDS) == len(set(COMMANDS))


def test_faults_modules_and_incidents_are_one_list() -> None:
    from logsleuth.faults import FAULTS
    from tests.lab.faults import SCENARIOS

    modules = {fault.NAME: vars(fault)["__name__"].rpartition(".")[2] for fault in FAULTS}
    assert modules == {one: one.replace("-", "_") for one in modules}
    assert set(modules.values()) == {path.stem for path in (HOUSE / "faults").glob("[!_]*.py")}
    incidents = {path.parent.name for path in (ROOT / "sample_logs/incidents").glob("*/evidence")}
    assert incidents <= set(SCENARIOS)
    assert set(modules) <= incidents, "no incident shows this fault"


def test_queries_and_reports_hold_no_python() -> None:
    # hatchling refuses an editable install otherwise.
    assert not [*(ROOT / "queries").rglob("*.py"), *(ROOT / "reports").rglob("*.py")]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parent != HOUSE / "case"], ids=name
)
def test_sql_is_in_files_or_in_the_case(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said:
            long = "\n" in node.value.strip() or len(node.value) > LONGEST_SQL
            assert not (long and SQL.match(node.value)), f"line {node.lineno}: wants a .sql file"


def test_imports_only_go_downstairs() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    if not lint.exists():
        pytest.skip("import-linter isn't installed")
    ran = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def committed() -> Iterator[Path]:
    """The files of the project as a clone has them, or would after the next commit."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    words = [
        git,
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    paths = (ROOT / os.fsdecode(entry) for entry in listed.split(b"\0") if entry)
    return (path for path in paths if path.is_file() and "vendor" not in path.parts)


def test_no_file_knows_the_machine_that_it_was_made_on() -> None:
    found = [
        f"{name(path)}: {match[0]}"
        for path in committed()
        if path.name != "test_lab.py"  # it looks for the same in what it records
        for match in [FOREIGN.search(path.read_bytes().decode("utf-8", "replace"))]
        if match
    ]
    assert not found


def test_ci_runs_the_gates_that_make_runs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    gates = re.findall(
        r"^\t\$\(BIN\)/(\S.*)$",
        makefile.partition("\ncheck:")[2].partition("\n\n")[0],
        re.MULTILINE,
    )
    assert len(gates) >= 4
    for gate in [*gates, "pytest -q -n auto"]:
        assert f".venv/bin/{gate}\n" in ci
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_constraints_name_every_dependency_and_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][\w.+]*", line) for line in lines)
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in lines}
    wanted = set(
        re.findall(
            r'^  "([\w-]+)(?:\[\w+\])?>=', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
        )
    )
    assert wanted
    assert {one.lower() for one in wanted} <= pinned


def test_the_help_page_is_current(
    expect: Callable[[Path, str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    pages = ["# Commands", "", "What `--help` prints, made by `make accept`.", ""]
    for words in ([], *([command] for command in COMMANDS)):
        assert main([*words, "--help"]) == 0
        out = "\n".join(line.rstrip() for line in capsys.readouterr().out.strip().splitlines())
        pages += [f"## {' '.join(['logsleuth', *words])}", "", "```text", out, "```", ""]
    expect(HOUSE / "commands/README.md", "\n".join(pages))


def test_the_table_of_modules_is_current(expect: Callable[[Path, str], None]) -> None:
    path = ROOT / "ARCHITECTURE.md"
    before, mark, rest = path.read_text(encoding="utf-8").partition("<!-- modules -->\n")
    _, end, after = rest.partition("<!-- /modules -->\n")
    assert mark
    assert end
    rows = ["| module | what it is for |", "| --- | --- |"]
    for module in MODULES:
        first = docstring(module).partition("\n")[0].replace("|", "\\|")
        rows.append(f"| `{module.relative_to(HOUSE).as_posix()}` | {first} |")
    expect(path, before + mark + "\n".join(rows) + "\n" + end + after)


def test_every_command_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(app, typer.Typer)
    for command in COMMANDS:
        main([command, "--help"])
        assert f"logsleuth {command}" in capsys.readouterr().out.partition("\n")[2]
