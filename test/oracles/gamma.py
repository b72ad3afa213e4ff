"""Writes test/oracles/gamma.json: [x, log Γ(x), ψ(x), ψ'(x)] from mpmath with 40 digits."""

import json
from pathlib import Path

import mpmath

mpmath.mp.dps = 40
points = [k / 16 for k in range(1, 240)] + [1e-300, 1e-8, 0.001, 0.999, 1.001, 1.999, 2.001, 30.5, 171.3, 1e4, 1e8, 1e300]
table = []
for point in points:
    x = mpmath.mpf(point)
    values = [mpmath.loggamma(x), mpmath.psi(0, x), mpmath.psi(1, x)]
    table.append([point, *(float(v) if abs(v) < mpmath.mpf("1e308") else None for v in values)])
Path(__file__).with_suffix(".json").write_text(json.dumps(table) + "\n")
