// Gradients that are returned as a list of entries, and pairs that are told apart by what is left of their names.

export function marginObjective(w, points) {  //: loss
  const [w0, w1] = w;
  let sum = 0.5 * (w0 * w0 + w1 * w1);
  for (const point of points) sum += Math.max(0, 1 - point.label * (w0 * point.a + w1 * point.b + w[2]));
  return sum / points.length;
}

export function marginGradient(w, points) {
  const [w0, w1, w2] = w;
  let g0 = w0;
  let g1 = w1;
  let g2 = 0;
  for (const point of points) {
    if (1 - point.label * (w0 * point.a + w1 * point.b + w2) > 0) {
      g0 -= point.label * point.a;
      g1 -= point.label * point.b;
      g2 -= point.label;
    }
  }
  return [
    g0 / points.length,  //: right
    g1 / points.length,  //: right
    g2,  //: wrong
  ];
}

const lossFn = (x) => 2 * (x - 0.6) ** 4 - (x - 0.6) ** 2;  //: loss
const lossGrad = (x) => 8 * (x - 0.6) ** 3 - 2 * (x - 0.6);  //: right
const gradient = (from, to) => `linear-gradient(${from}, ${to})`;

const curves = [
  {
    id: 'tanh',
    f: (x) => Math.tanh(x),  //: activation
    d: (x) => 1 - Math.tanh(x) ** 2,  //: right
  },
  {
    id: 'leaky',
    f: (x) => (x > 0 ? x : 0.1 * x),  //: activation
    d: (x) => (x > 0 ? 1 : 0),  //: wrong
  },
];

// What is drawn, with a path under the same key.
const icon = { f: (x) => x * 24, d: 'M0 0L24 24' };
