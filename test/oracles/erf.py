"""Writes test/oracles/erf.json: values of erf from the C library, as [x, erf(x)]."""

import json
import math
from pathlib import Path

points = [k / 16 for k in range(-112, 113)] + [1e-300, 1e-20, 1e-8, 5.5, 5.9, 6.5, 27.0, 0.1, -0.3]
table = [[x, math.erf(x)] for x in points]
Path(__file__).with_suffix(".json").write_text(json.dumps(table) + "\n")
