"""Average-link grouping of a few hundred articles and grown stories."""

import numpy as np
import numpy.typing as npt

NEVER = -9.0


def group(fits: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], needed: float) -> npt.NDArray[np.intp]:
    """Join the two best-fitting groups until none fit well enough; the fit of two groups is the mean over their pairs.

    Args:
        fits: symmetric, one row and column an item; the diagonal is ignored.
        sizes: weight of each item in means: articles that it stands for.
        needed: fit from which two groups are joined.

    Returns:
        The group of each item, named by its first item. Among equals the first in order of rows is joined.
    """
    count = len(fits)
    groups = np.arange(count)
    if count < 2:
        return groups
    fits, sizes = fits.copy(), sizes.astype(np.float64)
    np.fill_diagonal(fits, NEVER)
    mates = fits.argmax(axis=1)
    best = fits[np.arange(count), mates]
    while True:
        one = int(best.argmax())
        if best[one] < needed:
            return groups
        one, other = sorted((one, int(mates[one])))
        fits[one] = (fits[one] * sizes[one] + fits[other] * sizes[other]) / (sizes[one] + sizes[other])
        fits[one, [one, other]] = NEVER
        fits[:, one] = fits[one]
        fits[other] = NEVER
        fits[:, other] = NEVER
        sizes[one] += sizes[other]
        groups[groups == other] = one
        best[other] = NEVER
        changed = np.flatnonzero((best > NEVER) & ((mates == one) | (mates == other) | (fits[:, one] > best)))
        changed = np.union1d(changed, [one])
        mates[changed] = fits[changed].argmax(axis=1)
        best[changed] = fits[changed, mates[changed]]
