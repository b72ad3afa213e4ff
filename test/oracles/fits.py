"""Fits of small made-up data by statsmodels and scikit-learn, and tails of distributions by SciPy: fits.json."""

import json
import pathlib

import numpy as np
import scipy.optimize
import scipy.stats
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression, Ridge

ROWS = 80
random = np.random.default_rng(20)

# Features of very different units.
age = np.round(random.uniform(18, 80, ROWS), 1)
income = np.round(random.normal(42_000, 9_000, ROWS))
share = np.round(random.beta(2, 5, ROWS), 4)
X = np.column_stack([age, income, share])
z = (X - X.mean(0)) / X.std(0)
eta = z @ [0.9, -0.6, 0.4] + 0.3
binary = (random.uniform(size=ROWS) < 1 / (1 + np.exp(-eta))).astype(float)
number = np.round(3 * eta + random.normal(size=ROWS) * 1.5 + 10, 3)
count = random.poisson(np.exp(0.4 * eta + 0.5)).astype(float)
kind = np.argmax(np.column_stack([eta, -eta, 0.5 * z[:, 1]]) + random.gumbel(size=(ROWS, 3)), axis=1)

design = sm.add_constant(X)
scaled = sm.add_constant(z)


def table(result, names=("const", "age", "income", "share")):
    low, high = np.asarray(result.conf_int()).T
    return {
        "names": list(names),
        "coefficients": result.params.tolist(),
        "errors": result.bse.tolist(),
        "statistics": result.tvalues.tolist(),
        "p": result.pvalues.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
    }


def polished(model, start, **options):
    """Newton's steps to the last digit."""
    return model.fit(start_params=start, method="newton", tol=1e-14, maxiter=100, disp=0, **options)


def unscaled(params):
    """Starting values in raw units from a fit of the standardised features."""
    w = params[1:] / X.std(0)
    return np.concatenate([[params[0] - w @ X.mean(0)], w])


logit = polished(sm.Logit(binary, design), unscaled(polished(sm.Logit(binary, scaled), None).params))
poisson = polished(sm.Poisson(count, design), unscaled(polished(sm.Poisson(count, scaled), None).params))
ols = sm.OLS(number, design).fit()


def gaussian_errors():
    """Maximum likelihood with log sigma as a parameter, by the closed form and its information matrix."""
    residuals = ols.resid
    sigma = np.sqrt(residuals @ residuals / ROWS)
    covariance = sigma**2 * np.linalg.inv(design.T @ design)
    return {
        "names": ["const", "age", "income", "share", "s"],
        "coefficients": [*ols.params.tolist(), float(np.log(sigma))],
        "errors": [*np.sqrt(np.diag(covariance)).tolist(), float(np.sqrt(1 / (2 * ROWS)))],
    }


ridge = Ridge(alpha=4.0, solver="cholesky").fit(z, number)
# Multinomial with a penalty of the weights: C = 1 / (lambda m) for the mean loss plus lambda/2 |W|^2.
soft = LogisticRegression(C=1 / (0.05 * ROWS), tol=1e-12, max_iter=10_000, solver="newton-cg").fit(z, kind)

tails = [
    {"freedom": freedom, "value": value, "tails": float(2 * scipy.stats.t.sf(value, freedom))}
    for freedom in (1, 2.5, 7, 76, 1e5)
    for value in (1e-3, 0.7, 1.9, 4.2, 30.0)
]
normal = [
    {"value": value, "tails": float(2 * scipy.stats.norm.sf(value))}
    for value in (0.0, 1e-6, 0.3, 1.0, 1.96, 2.2, 5.0, 12.0, 30.0)
]

data = {
    "features": ["age", "income", "share"],
    "X": X.tolist(),
    "binary": binary.tolist(),
    "number": number.tolist(),
    "count": count.tolist(),
    "kind": kind.tolist(),
    "logit": table(logit),
    "poisson": table(poisson),
    "ols": table(ols),
    "gaussian": gaussian_errors(),
    "ridge": {"coefficients": [float(ridge.intercept_), *ridge.coef_.tolist()]},
    "softmax": {"coefficients": soft.coef_.tolist(), "intercepts": soft.intercept_.tolist()},
    "tails": tails,
    "normal": normal,
    "quantiles": [{"freedom": f, "value": float(scipy.stats.t.ppf(0.975, f))} for f in (1, 7, 76)],
}
lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items()]
pathlib.Path(__file__).with_name("fits.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
