"""A table's columns as a network reads them: fitted on training rows only, kept as plain arrays."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Coding:
    """Piecewise linear codes: of each column, how far the value has come through each quantile bin.

    Source: Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features in Tabular Deep Learning", 2022.
    """

    edges: (
        np.ndarray
    )  # (columns, bins + 1) float32, rising; NaN where the training rows show one value or none

    @property
    def width(self) -> int:
        """Numbers that a row becomes: a code for each bin, and whether the column is known."""
        return int(self.edges.size)

    def encode(self, X: np.ndarray) -> np.ndarray:
        """Return (n, width) float32 in [0, 1] of (n, columns) values; an unknown value is all zeros."""
        low, high = self.edges[:, :-1], self.edges[:, 1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            code = (X[:, :, None] - low) / (high - low)
        code = np.clip(np.nan_to_num(code, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
        known = np.isfinite(X) & np.isfinite(self.edges[:, 0])
        return (
            np.concatenate([code * known[:, :, None], known[:, :, None]], axis=2)
            .reshape(len(X), -1)
            .astype(np.float32)
        )


def fit_coding(X: np.ndarray, bins: int) -> Coding:
    """Return the coding of (n, columns) float values; bins are quantiles of the known ones."""
    edges = np.full((X.shape[1], bins + 1), np.nan, np.float32)
    for column, values in enumerate(X.T):
        known = values[np.isfinite(values)]
        if len(known) and np.ptp(known) > 0:
            edges[column] = np.quantile(known, np.linspace(0, 1, bins + 1))
    return Coding(edges)
