"""Any sentence-transformers model: a folder, or a name on the hub that the settings give."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.languages import encodable
from index.plugins import UnknownPart
from index.ports import Embedder, Vectors

# Families that were trained with a prefix before questions and passages, and lose much without.
# Source: the models' own cards.
PREFIXES = {"e5": ("query: ", "passage: ")}


class SentenceTransformers:
    """A model through the library's own pooling and normalising."""

    def __init__(self, model: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(model, device="cpu")
        except (OSError, ValueError) as error:
            raise UnknownPart(
                f"EMBEDDER_MODEL={model}: no such model folder here and no such model on the hub"
                f" could be fetched ({type(error).__name__}); give a folder that holds one"
            ) from error
        self.name = _fingerprint(Path(model)) if Path(model).is_dir() else model
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.aligned = self.dimension
        prompts = (
            PREFIXES["e5"] if "e5" in self.name.lower().replace("_", "-").split("-") else ("", "")
        )
        self._question, self._passage = prompts

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension) float32, unit length."""
        return self._encode([self._passage + text for text in texts])

    def embed_question(self, text: str, language: str) -> Vectors:
        """(dimension,) float32, unit length."""
        row: Vectors = self._encode([self._question + text])[0]
        return row

    def _encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(
            [encodable(text) for text in texts],
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, dtype=np.float32)


def _fingerprint(folder: Path) -> str:
    """The folder's name and a digest of its files: two models in folders of one name differ."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder)} {file.stat().st_size}\n".encode())
        with file.open("rb") as opened:
            digest.update(opened.read(1_000_000))
    return f"{folder.resolve().name}, files {digest.hexdigest()[:12]}"


def open_embedder(model: str) -> Embedder:
    """The model that EMBEDDER_MODEL names. Raises UnknownPart where it cannot be opened."""
    if not model:
        raise UnknownPart(
            "EMBEDDER=sentence_transformers needs EMBEDDER_MODEL, a folder or a hub name"
        )
    return SentenceTransformers(model)
