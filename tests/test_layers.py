"""Imports point one way: tests -> pipeline -> transforms; inside transforms: step -> pure module -> model."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    path
    for folder in ("transforms", "pipeline")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)
BEAM_FILES = {"coders.py", "dead_letters.py", "step.py", "decide_step.py", "fingerprint_step.py", "tracker.py"}
"""The files of transforms that may know Beam."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    forbidden = {
        "transforms": ("pipeline", "tests", "bench", "sqlalchemy", "click", "rich"),
        "pipeline": ("tests", "bench"),
    }
    found = [module for module in imported(path) if module.split(".")[0] in forbidden[package]]
    assert not found, f"{name(path)} imports {found}"


@pytest.mark.parametrize("path", [p for p in MODULES if p.relative_to(ROOT).parts[0] == "transforms"], ids=name)
def test_pure_modules_know_neither_beam_nor_steps(path: Path) -> None:
    modules = set(imported(path))
    if path.name in BEAM_FILES:
        return
    assert not [module for module in modules if module.startswith("apache_beam")], f"{name(path)} imports Beam"
    assert not [module for module in modules if module.split(".")[-1] in {f[:-3] for f in BEAM_FILES}], name(path)


@pytest.mark.parametrize("module", ["model", "config"])
def test_the_model_imports_nothing_of_the_project(module: str) -> None:
    assert not [
        found
        for found in imported(ROOT / "transforms" / f"{module}.py")
        if found.startswith(("transforms", "pipeline"))
    ]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_annotations_stay_readable_for_beam(path: Path) -> None:
    assert "__future__" not in set(imported(path)), f"{name(path)}: Beam reads type hints at run time"
