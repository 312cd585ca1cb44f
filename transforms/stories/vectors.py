"""Small static vectors of texts: the mean of WordLlama's token vectors."""

import functools
import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer

DIMENSIONS = 256
MODEL = "l2_supercat_256"


@functools.cache
def _model() -> tuple[Tokenizer, npt.NDArray[np.float32]]:
    """Tokeniser and token vectors as they lie in wordllama's wheel; nothing is ever downloaded.

    The files are read directly because importing wordllama sets up the process's logging and brings an HTTP client.
    """
    found = importlib.util.find_spec("wordllama")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("the package 'wordllama' holds the vectors and is not installed: run `make setup`")
    folder = Path(found.submodule_search_locations[0])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    vectors = load_file(folder / "weights" / f"{MODEL}.safetensors")["embedding.weight"]
    return tokenizer, np.ascontiguousarray(vectors, dtype=np.float32)


def embed(text: str) -> bytes:
    """Unit vector of a text, 256 int8 (127 times the value); zeros for a text without tokens."""
    tokenizer, vectors = _model()
    tokens = tokenizer.encode(" ".join(text.split()), add_special_tokens=False).ids
    if not tokens:
        return bytes(DIMENSIONS)
    mean = vectors[tokens].sum(axis=0)
    mean /= max(float(np.linalg.norm(mean)), 1e-9)
    return np.rint(mean * 127).astype(np.int8).tobytes()


def unpack(vector: bytes) -> npt.NDArray[np.float32]:
    """The unit vector that embed() packed; zeros stay zeros."""
    values = np.frombuffer(vector, dtype=np.int8).astype(np.float32)
    length = float(np.sqrt(values @ values))
    return values / np.float32(length) if length else values
