import shutil
from pathlib import Path

import pytest

from pipeline import bundled as module
from pipeline.bundled import bundled


def test_checkout_has_both_folders() -> None:
    assert (bundled("fixtures") / "newsroom" / "outlets.toml").is_file()
    assert bundled("seeds").is_dir()


def test_installed_package_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "pipeline"
    shutil.copytree(bundled("fixtures"), package / "fixtures")
    monkeypatch.setattr(module, "_HERE", package)
    assert bundled("fixtures") == package / "fixtures"
    with pytest.raises(FileNotFoundError, match=r"'seeds' is in neither .* install wirewatch again"):
        bundled("seeds")


def test_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'docs'; there are fixtures, seeds"):
        bundled("docs")
