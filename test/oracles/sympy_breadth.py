"""Writes sympy_breadth.json: values and symbolic derivatives, to 40 digits, of the scalar functions in breadth.json.

Needs: pip install sympy
"""

import json
from pathlib import Path

import sympy

DIGITS = 40
HERE = Path(__file__).parent


def run(case):
    inputs = case["points"][0]["inputs"]
    symbols = {name: sympy.Symbol(name, real=True) for name in inputs}
    value = sympy.sympify(case["code"]["sympy"], locals=symbols)
    gradients = {name: sympy.diff(value, symbols[name]) for name, entry in inputs.items() if entry["parameter"]}
    results = []
    for point in case["points"]:
        at = {symbols[name]: sympy.Rational(entry["data"][0]) for name, entry in point["inputs"].items()}
        number = lambda e: float(e.subs(at).evalf(DIGITS))
        results.append({"value": number(value), "gradients": {n: [number(g)] for n, g in gradients.items()}})
    return results


cases = [c for c in json.loads((HERE / "breadth.json").read_text()) if "sympy" in c["code"]]
results = {case["name"]: run(case) for case in cases}
lines = [f"{json.dumps(name)}: {json.dumps(found)}" for name, found in results.items()]
(HERE / "sympy_breadth.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(f"{len(results)} functions")
