const mse = (predicted, target) =>
  predicted.reduce((sum, p, i) => sum + (p - target[i]) ** 2, 0) / predicted.length;

const mseGradient = (predicted, target) =>
  predicted.map((p, i) => (2 * (p - target[i])) / predicted.length);  //: right

function crossEntropy(output, target) {
  let error = 0;
  for (const [i, o] of output.entries()) error -= target[i] * Math.log(o);
  return error;
}

function crossEntropyGradient(output, target) {
  return output.map((o, i) => target[i] / o);  //: wrong gradient-sign
}

function squaredError(outputs, targets) {
  let sum = 0;
  for (let i = 0; i < outputs.length; i++) {
    const d = outputs[i] - targets[i];
    sum += d * d;
  }
  return 0.5 * sum;
}

function squaredErrorDerivative(outputs, targets) {
  return outputs.map((o, i) => o - targets[i]);  //: right
}
