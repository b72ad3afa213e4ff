import { Matrix } from 'ml-matrix';

export function leastSquares(X, y, w) {  //: loss
  const residual = Matrix.sub(X.mmul(w), y);
  return Matrix.mul(residual, residual).sum() / (2 * X.rows);
}

export function leastSquaresGradient(X, y, w) {
  const residual = X.mmul(w).sub(y);
  return X.transpose().mmul(residual).div(X.rows);  //: right
}

export function weightDecayLoss(X, y, w, lambda) {  //: loss
  const residual = X.mmul(w).sub(y);
  return residual.pow(2).sum() + lambda * Matrix.pow(w, 2).sum();
}

export function weightDecayLossGradient(X, y, w, lambda) {
  const residual = X.mmul(w).sub(y);
  const data = X.transpose().mmul(residual).mul(2);
  return data.add(Matrix.mul(w, lambda));  //: wrong
}
