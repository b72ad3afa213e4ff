"""One fit of logistic regression without a penalty by scikit-learn, timed: m, n and the files of X, y as arguments; JSON as answer."""

import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

m, n = int(sys.argv[1]), int(sys.argv[2])
X = np.fromfile(sys.argv[3]).reshape(m, n)
y = np.fromfile(sys.argv[4])
warnings.simplefilter("ignore")
model = LogisticRegression(C=np.inf, tol=1e-8, max_iter=10_000)
model.fit(X[:1000], y[:1000])
began = time.perf_counter()
model.fit(X, y)
spent = (time.perf_counter() - began) * 1e3
w, b = model.coef_[0], model.intercept_[0]
z = X @ w + b
e = np.exp(-np.abs(z))
r = np.where(z >= 0, 1, e) / (1 + e) - y
loss = float(np.mean((np.maximum(z, 0) - y * z + np.log1p(e)).astype(np.longdouble)))
gradient = max(np.abs(r @ X / m).max(), abs(r.mean()))
print(
    json.dumps(
        {"ms": spent, "loss": loss, "gradient": float(gradient), "version": sklearn.__version__, "steps": int(model.n_iter_[0])}
    )
)
