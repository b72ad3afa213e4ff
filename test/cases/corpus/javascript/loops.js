// Losses over arrays, summed in loops, with gradients that loops fill.

function meanSquaredError(outputs, targets) {  //: loss
  let total = 0;
  for (let i = 0; i < outputs.length; i++) {
    const diff = outputs[i] - targets[i];
    total += diff * diff;
  }
  return total / outputs.length;
}

function meanSquaredErrorGradient(outputs, targets) {
  const grad = [];
  for (let i = 0; i < outputs.length; i++) {
    grad.push((2 * (outputs[i] - targets[i])) / outputs.length);
  }
  return grad;  //: right
}

function logLoss(predictions, labels) {  //: loss
  var sum = 0;
  for (var i = 0, n = labels.length; i < n; ++i) {
    sum -= labels[i] * Math.log(predictions[i]) + (1 - labels[i]) * Math.log(1 - predictions[i]);
  }
  return sum;
}

function logLossPrime(predictions, labels) {
  var grad = new Array(predictions.length);
  for (var i = 0; i < predictions.length; ++i) {
    grad[i] = (1 - labels[i]) / (1 - predictions[i]) - labels[i] / predictions[i];
  }
  return grad;  //: right
}

// Absolute deviation, with the sign the wrong way round.
export function absoluteError(yTrue, yPred) {  //: loss
  let error = 0;
  yTrue.forEach((y, i) => {
    error += Math.abs(y - yPred[i]);
  });
  return error / yTrue.length;
}

export function absoluteErrorGradient(yTrue, yPred) {
  const gradient = new Float64Array(yPred.length);
  yTrue.forEach((y, i) => {
    gradient[i] = Math.sign(y - yPred[i]) / yTrue.length;
  });
  return gradient;  //: wrong
}

// Linear regression.
function computeCost(X, y, w, b) {  //: loss
  const m = X.length;
  let cost = 0;
  for (let i = 0; i < m; i++) {
    let prediction = b;
    for (let j = 0; j < w.length; j++) {
      prediction += w[j] * X[i][j];
    }
    cost += (prediction - y[i]) ** 2;
  }
  return cost / (2 * m);
}

function computeGradient(X, y, w, b) {
  const m = X.length;
  const n = w.length;
  const dw = new Array(n).fill(0);
  let db = 0;
  for (let i = 0; i < m; i++) {
    let prediction = b;
    for (let j = 0; j < n; j++) {
      prediction += w[j] * X[i][j];
    }
    const error = prediction - y[i];
    for (let j = 0; j < n; j++) {
      dw[j] += error * X[i][j];
    }
    db += error;
  }
  for (let j = 0; j < n; j++) {
    dw[j] /= m;
  }
  return {
    dw,  //: right
    db: db / m,  //: right
  };
}

// Hinge loss with a loop that counts down; its gradient forgets the labels.
function hingeLoss(scores, labels) {  //: loss
  let loss = 0;
  for (let i = scores.length - 1; i >= 0; i--) {
    loss += Math.max(0, 1 - labels[i] * scores[i]);
  }
  return loss;
}

function hingeLossGradient(scores, labels) {
  const result = [];
  for (let i = 0; i < scores.length; i++) {
    if (labels[i] * scores[i] < 1) result.push(-1);
    else result.push(0);
  }
  return result;  //: wrong
}

// While loops.
function sumOfSquares(predicted, expected) {  //: loss
  let i = 0;
  let loss = 0;
  while (i < predicted.length) {
    loss += 0.5 * Math.pow(predicted[i] - expected[i], 2);
    i++;
  }
  return loss;
}

function sumOfSquaresDerivative(predicted, expected) {
  const out = [];
  for (const i in predicted) out[i] = predicted[i] - expected[i];
  return out;  //: right
}

// Cross-entropy of rows of probabilities.
function crossEntropy(probs, onehot) {  //: loss
  let total = 0;
  for (let i = 0; i < probs.length; i++) {
    for (let k = 0; k < probs[i].length; k++) {
      total -= onehot[i][k] * Math.log(probs[i][k]);
    }
  }
  return total / probs.length;
}

function crossEntropyGradient(probs, onehot) {
  const grad = [];
  for (let i = 0; i < probs.length; i++) {
    grad[i] = [];
    for (let k = 0; k < probs[i].length; k++) {
      grad[i][k] = -onehot[i][k] / probs[i][k];
    }
  }
  return grad;  //: wrong
}

// One function for both.
function ridge(X, y, theta, lambda) {  //: propagate
  const m = y.length;
  let J = 0;
  const grad = theta.map(() => 0);
  for (let i = 0; i < m; i++) {
    let h = 0;
    for (let j = 0; j < theta.length; j++) h += X[i][j] * theta[j];
    J += (h - y[i]) * (h - y[i]);
    for (let j = 0; j < theta.length; j++) grad[j] += (2 / m) * (h - y[i]) * X[i][j];
  }
  J /= m;
  for (let j = 0; j < theta.length; j++) {
    J += lambda * theta[j] * theta[j];
    grad[j] += 2 * lambda * theta[j];
  }
  return [J, grad];  //: right
}
