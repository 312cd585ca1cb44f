"""Packaging: distribution and console script `wirewatch`; data folders travel inside the pipeline package."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(
    r'^VERSION = "(.+)"$', (HERE / "pipeline" / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE
)[1]
CODE = find_packages(include=["transforms", "transforms.*", "pipeline", "pipeline.*"])
REQUIREMENTS = [
    line.strip()
    for line in (HERE / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]

setup(
    name="wirewatch",
    version=VERSION,
    description="An open media monitor: one story, one alert, and who reported it first",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11,<3.14",
    packages=[*CODE, "pipeline.fixtures", "pipeline.seeds"],
    package_dir={"pipeline.fixtures": "fixtures", "pipeline.seeds": "seeds"},
    package_data={
        "pipeline": ["py.typed"],
        "transforms": ["py.typed"],
        "transforms.stories": ["*.toml", "*.json"],
        "transforms.topics": ["*.lark"],
        "pipeline.store": ["migrations/*", "migrations/versions/*"],
        "pipeline.fixtures": ["**/*"],
        "pipeline.seeds": ["*"],
    },
    install_requires=REQUIREMENTS,
    entry_points={"console_scripts": ["wirewatch = pipeline.cli.main:main"]},
)
