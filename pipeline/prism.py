"""The Prism runner's binary: found for `wirewatch stream`, which downloads nothing; put in place by `make prism`.

With Go on the machine it is built from Beam's own source of the pinned version, which Go checks against its checksum
database; without, Beam's release is fetched and checked against the SHA-512 published beside it.
"""

import hashlib
import io
import os
import platform
import shutil
import stat
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

from apache_beam.version import __version__ as beam_version

MODULE = f"github.com/apache/beam/sdks/v2/go/cmd/prism@v{beam_version}"
RELEASES = "https://github.com/apache/beam/releases/download"
MAX_BYTES = 300 * 1024 * 1024
_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class PrismError(Exception):
    """The binary cannot be had; the message says what to do."""


def cache_folder() -> Path:
    """Where `make prism` puts the binary: $WIREWATCH_CACHE, else .cache of the working folder."""
    return Path(os.environ.get("WIREWATCH_CACHE", ".cache")).resolve()


def find_prism() -> Path | None:
    """The binary by $WIREWATCH_PRISM, the cache, a `prism` on the PATH, in this order; None: not there."""
    named = os.environ.get("WIREWATCH_PRISM")
    candidates = [Path(named)] if named else [cache_folder() / "bin" / "prism"]
    found = shutil.which("prism")
    if not named and found:
        candidates.append(Path(found))
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def build(folder: Path) -> Path:
    """Build the pinned version with Go into the folder."""
    go = shutil.which("go")
    if go is None:
        raise PrismError("no `go` on the PATH to build Prism with")
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(folder), "GOTOOLCHAIN": "local", "GOFLAGS": "-trimpath"}
    finished = subprocess.run([go, "install", MODULE], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if finished.returncode:
        raise PrismError(f"`go install {MODULE}` failed: {finished.stderr.strip().splitlines()[-1:]}")
    return folder / "prism"


def release_name() -> str:
    """The release archive of this machine's system and processor."""
    system, machine = platform.system().lower(), _ARCHITECTURES.get(platform.machine().lower())
    if system not in {"linux", "darwin", "windows"} or machine is None:
        raise PrismError(
            f"Beam releases no Prism for {platform.system()} on {platform.machine()}; install Go and say make prism"
        )
    return f"apache_beam-v{beam_version}-prism-{system}-{machine}.zip"


def fetch(folder: Path, releases: str = RELEASES) -> Path:
    """Fetch Beam's release into the folder, checked against its published SHA-512."""
    name = release_name()
    address = f"{releases}/v{beam_version}/{name}"
    try:
        archive = _read(address)
        published = _read(f"{address}.sha512").split()[0].decode("ascii").lower()
    except OSError as error:
        raise PrismError(
            f"cannot fetch {address}: {error}; install Go and say make prism, or set WIREWATCH_PRISM"
        ) from error
    seen = hashlib.sha512(archive).hexdigest()
    if seen != published:
        raise PrismError(f"{address} has SHA-512 {seen[:16]}..., published is {published[:16]}...; not used")
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        content = opened.read(name.removesuffix(".zip"))
    binary = folder / "prism"
    partial = binary.with_suffix(".partial")
    partial.write_bytes(content)
    partial.chmod(partial.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    partial.replace(binary)
    return binary


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - a fixed https address, a test's loopback
        body: bytes = answer.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise PrismError(f"{address} is over {MAX_BYTES} bytes; not used")
    return body


def main() -> int:
    """`make prism`: found, else built, else fetched."""
    found = find_prism()
    try:
        binary = found or (build(cache_folder() / "bin") if shutil.which("go") else fetch(cache_folder() / "bin"))
    except PrismError as error:
        sys.stderr.write(f"make prism: {error}\n")
        return 1
    sys.stdout.write(f"Prism: {binary}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
