// Samples as objects with fields, or as pairs.

export function squaredError(points, slope, intercept) {  //: loss
  let total = 0;
  for (const point of points) {
    total += Math.pow(slope * point.x + intercept - point.y, 2);
  }
  return total / points.length;
}

export function squaredErrorGradient(points, slope, intercept) {
  let dSlope = 0;
  let dIntercept = 0;
  for (let i = 0; i < points.length; i++) {
    const { x, y } = points[i];
    const residual = slope * x + intercept - y;
    dSlope += 2 * residual * x;
    dIntercept += 2 * residual;
  }
  return {
    dSlope: dSlope / points.length,  //: right
    dIntercept: dIntercept / points.length,  //: right
  };
}

const meanLoss = (data, w, b) => data.reduce((sum, [x, y]) => sum + (w * x + b - y) ** 2, 0) / data.length;  //: loss

const meanLossGradient = (data, w, b) => {
  let dw = 0;
  let db = 0;
  data.forEach(([x, y]) => {
    dw += (w * x + b - y) * x;
    db += 2 * (w * x + b - y);
  });
  return {
    dw: dw / data.length,  //: wrong
    db: db / data.length,  //: right
  };
};

function logLoss(samples, w, b) {  //: loss
  return (
    -samples
      .map(({ features, label }) => {
        const z = features.reduce((sum, value, j) => sum + value * w[j], b);
        const p = 1 / (1 + Math.exp(-z));
        return label * Math.log(p) + (1 - label) * Math.log(1 - p);
      })
      .reduce((a, c) => a + c, 0) / samples.length
  );
}

function logLossGradient(samples, w, b) {
  const dw = new Array(w.length).fill(0);
  let db = 0;
  for (const sample of samples) {
    const z = sample.features.reduce((sum, value, j) => sum + value * w[j], b);
    const p = 1 / (1 + Math.exp(-z));
    for (let j = 0; j < w.length; j++) dw[j] += ((p - sample.label) * sample.features[j]) / samples.length;
    db += (sample.label - p) / samples.length;
  }
  return {
    dw,  //: right
    db,  //: wrong
  };
}

// What follows has samples with fields, and no loss.
function totalPrice(items, rate) {
  let total = 0;
  for (const { price, count } of items) total += price * count;
  return total * (1 + rate);
}

const centroid = (points) => ({
  x: points.reduce((sum, p) => sum + p.x, 0) / points.length,
  y: points.reduce((sum, p) => sum + p.y, 0) / points.length,
});

function nearest(points, target) {
  return points.map((p) => Math.hypot(p.x - target.x, p.y - target.y));
}
