"""SymPy as a contender: reads cases as JSON from stdin, writes for each the result of diff + simplify and its times in ms."""

import json
import signal
import sys
import time

import sympy
from sympy import IndexedBase, Symbol, Sum, diff, log, exp, simplify, symbols
from sympy.core.cache import clear_cache
from sympy.parsing.sympy_parser import convert_xor, parse_expr, standard_transformations
from sympy.printing.str import StrPrinter


class Printer(StrPrinter):
    """Choices as mathjs writes them."""

    def _print_Piecewise(self, expr):
        text = "NaN"
        for value, condition in reversed(expr.args):
            shown = self._print(value)
            text = f"({shown})" if condition == True else f"(({self._print(condition)}) ? ({shown}) : {text})"  # noqa: E712
        return text

    def _print_Pow(self, expr, rational=False):
        return super()._print_Pow(expr, rational).replace("**", "^")


def scalar(case):
    names = {name: Symbol(name, real=True, positive=name == "d" or None) for name in case["symbols"]}
    parsed = parse_expr(
        case["text"], local_dict=names, transformations=(*standard_transformations, convert_xor)
    )
    by = names[case["wrt"]]
    return lambda: simplify(diff(parsed, by))


def indexed(case):
    m, n = symbols("m n", integer=True, positive=True)
    i, j, k = symbols("i j k", integer=True)
    x, w, y, big = IndexedBase("x"), IndexedBase("w"), IndexedBase("y"), IndexedBase("X")
    inner = Sum(w[j] * big[i, j], (j, 0, n - 1))
    losses = {
        "linear": Sum(w[j] * x[j], (j, 0, n - 1)),
        "squares": Sum((inner - y[i]) ** 2, (i, 0, m - 1)) / m,
        "log-sum-exp": log(Sum(exp(w[j]), (j, 0, n - 1))),
    }
    loss = losses[case["indexed"]]
    return lambda: simplify(diff(loss, w[k]))


def too_long(_signal, _frame):
    raise TimeoutError("no result within the time limit")


def main():
    signal.signal(signal.SIGALRM, too_long)
    task = json.load(sys.stdin)
    out = []
    for case in task["cases"]:
        runs, result = [], None
        signal.alarm(task["seconds"])
        try:
            work = indexed(case) if "indexed" in case else scalar(case)
            for _ in range(task["rounds"]):
                clear_cache()
                began = time.perf_counter()
                result = work()
                runs.append((time.perf_counter() - began) * 1000)
        except TimeoutError as error:
            if result is None:
                out.append({"error": str(error), "runs": runs})
                continue
        except Exception as error:  # a contender that fails is part of the result
            out.append({"error": f"{type(error).__name__}: {error}"[:200], "runs": runs})
            continue
        finally:
            signal.alarm(0)
        out.append({"text": Printer().doprint(result).replace("**", "^").replace("Abs(", "abs("), "runs": runs})
    json.dump({"version": sympy.__version__, "results": out}, sys.stdout)


main()
