"""Short descriptors of patches, so that comparing two costs 24 subtractions instead of 147.

A patch is its Lab samples and its weighted forward differences; 22 principal components of both keep
nearly all of the distance. Two more numbers say how busy the wider surroundings are (Newson et al.,
"Video Inpainting of Complex Scenes", 2014, §3.2): they keep smooth patches from spreading over textured
ground.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

import numpy as np
from numba import njit
from threadpoolctl import ThreadpoolController

from models.inpainting.patchmatch.patch import JIT, RADIUS, SAMPLES, SIDE

PRINCIPAL = 22
DIMENSIONS = PRINCIPAL + 2
TEXTURE_WEIGHT = 18.0

_GRADIENT_WEIGHT = 0.7
_PATCHES_FOR_BASIS = 2500
_SETTING_THREADS = Lock()  # the limit belongs to the whole process, so two fillings must not undo each other's


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """These matrices are so small that waking BLAS's threads costs several times their work."""
    with _SETTING_THREADS, _blas().limit(limits=1, user_api="blas"):
        yield


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def principal_basis(lab: np.ndarray, ys: np.ndarray, xs: np.ndarray) -> tuple[np.ndarray, float]:
    """The projection of a patch onto the leading components, and the patches' total variance.

    `lab` is H×W×3 float32; `ys`, `xs` are int32 patch centres. The projection is SAMPLES×DIMENSIONS
    float32 with two zero columns for the texture features.
    """
    step = max(1, len(ys) // _PATCHES_FOR_BASIS)
    patches = _gathered(lab, ys[::step], xs[::step])
    metric = _root_of_metric()
    projection = np.zeros((SAMPLES, DIMENSIONS), np.float32)
    with _one_blas_thread():
        centred = (patches - patches.mean(axis=0)) @ metric
        variances, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
        projection[:, :PRINCIPAL] = metric @ vectors[:, ::-1][:, :PRINCIPAL]
    return projection, float(variances.sum())


def _gathered(lab: np.ndarray, ys: np.ndarray, xs: np.ndarray) -> np.ndarray:
    """N×SAMPLES float64, rows in (dy, dx, channel) order."""
    reach = np.arange(-RADIUS, RADIUS + 1)
    rows = ys[:, None, None] + reach[None, :, None]
    columns = xs[:, None, None] + reach[None, None, :]
    return lab[rows, columns].reshape(len(ys), SAMPLES).astype(np.float64)


@cache
def _root_of_metric() -> np.ndarray:
    """The symmetric square root M of I + w²·DᵀD, D the forward differences: |Mp| is our norm of a patch
    p."""
    index = np.arange(SAMPLES).reshape(SIDE, SIDE, 3)
    metric = np.eye(SAMPLES)
    for here, there in ((index[:, :-1], index[:, 1:]), (index[:-1], index[1:])):
        difference = np.zeros((here.size, SAMPLES))
        rows = np.arange(here.size)
        difference[rows, here.ravel()] = -_GRADIENT_WEIGHT
        difference[rows, there.ravel()] = _GRADIENT_WEIGHT
        with _one_blas_thread():
            metric += difference.T @ difference
    with _one_blas_thread():
        values, vectors = np.linalg.eigh(metric)
        return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


@njit(**JIT)
def project(start, stop, lab, texture, ys, xs, basis, out):
    """Write the descriptors of patches start..stop, centred at (ys, xs), into `out` (N×DIMENSIONS
    float32)."""
    total = np.zeros(DIMENSIONS, np.float32)
    for i in range(start, stop):
        y, x = ys[i], xs[i]
        for k in range(DIMENSIONS):
            total[k] = 0
        f = 0
        for dy in range(-RADIUS, RADIUS + 1):
            for dx in range(-RADIUS, RADIUS + 1):
                for c in range(3):
                    sample = lab[y + dy, x + dx, c]
                    for k in range(DIMENSIONS):
                        total[k] += sample * basis[f, k]
                    f += 1
        for k in range(PRINCIPAL):
            out[i, k] = total[k]
        out[i, PRINCIPAL] = np.float32(TEXTURE_WEIGHT) * texture[y, x, 0]
        out[i, PRINCIPAL + 1] = np.float32(TEXTURE_WEIGHT) * texture[y, x, 1]
