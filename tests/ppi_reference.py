"""Write what ppi-python says of a random audit: `python tests/ppi_reference.py`.

It runs in an environment with ppi-python 0.2.3, which no test needs; the numbers that
it writes are an oracle of tests/python/test_quality_rates.py.
"""

import json
from pathlib import Path

import numpy as np
from ppi_py import ppi_mean_pointestimate

FILE = Path(__file__).parent / "python" / "ppi_reference.json"


def main() -> None:
    """Draw answers, audit a quarter, and write the estimate with the best weight."""
    random = np.random.default_rng(11)
    size, probability = 240, 0.25
    bad = (random.random(size) < 0.3).astype(float)
    score = np.round(np.clip(0.5 * bad + 0.9 * random.random(size), 0, 1), 3)
    drawn = random.random(size) < probability
    y, f = bad[drawn], score[drawn]
    # the weight that minimises the variance where the audited calls are among all:
    # the regression slope, with the labels' own means
    of_labels, of_scores = np.zeros(size), np.zeros(size)
    scale = size / drawn.sum()
    of_labels[drawn] = scale * (y - y.mean())
    of_scores[drawn] = scale * (f - f.mean())
    of_scores -= score - score.mean()
    weight = float(np.clip((of_labels @ of_scores) / (of_scores @ of_scores), 0, 1))
    rate = ppi_mean_pointestimate(y, f, score, lam=weight).item()
    reference = {
        "score": score.tolist(),
        "bad": bad.tolist(),
        "drawn": drawn.tolist(),
        "probability": probability,
        "weight": weight,
        "rate": rate,
    }
    FILE.write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main()
