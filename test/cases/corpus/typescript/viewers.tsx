// Pages that show how networks learn: tables of functions that are made once, passes that hand their values on as records.
import { useMemo, useState } from 'react';

interface Curve {
  label: string;
  compute: (x: number) => number;
  derivative: (x: number) => number;
}

export function ActivationViewer() {
  const [beta, setBeta] = useState(1.5);
  const curves: Record<string, Curve> = useMemo(
    () => ({
      relu: {
        label: 'ReLU',
        compute: (x: number) => Math.max(0, x), //: activation
        derivative: (x: number) => (x > 0 ? 1 : 0), //: right
      },
      swish: {
        label: 'Swish',
        compute: (x: number) => x / (1 + Math.exp(-beta * x)), //: activation
        derivative: (x: number) => {
          const s = 1 / (1 + Math.exp(-beta * x));
          return s + beta * x * s * (1 - s); //: right
        },
      },
      softplus: {
        label: 'Softplus',
        compute: (x: number) => Math.log(1 + Math.exp(x)), //: activation
        derivative: (x: number) => Math.exp(x) / (1 + x), //: wrong
      },
    }),
    [beta],
  );
  return <button onClick={() => setBeta(beta + 1)}>{Object.keys(curves).join()}</button>;
}

const shapes = useMemo(
  () => ({
    square: { area: (side: number) => side * side, perimeter: (side: number) => 4 * side },
    circle: { area: (radius: number) => Math.PI * radius ** 2, perimeter: (radius: number) => 2 * Math.PI * radius },
  }),
  [],
);

const NET = { x: 1.5, target: 0.8, w1: 0.6, b1: 0.1, w2: -0.4, b2: 0.3 };

function forwardPass({ x, w1, b1, w2, b2, target }: typeof NET) { //: loss
  const z1 = w1 * x + b1;
  const a1 = Math.tanh(z1);
  const z2 = w2 * a1 + b2;
  const loss = 0.5 * (z2 - target) ** 2;
  return { z1, a1, z2, loss };
}

function backwardPass({ x, w2, target }: typeof NET, { a1, z2 }: { a1: number; z2: number }) {
  const dz2 = z2 - target; //: right
  const dw2 = dz2 * a1; //: right
  const da1 = dz2 * w2; //: right
  const dz1 = da1 * (1 - a1); //: wrong
  return { dz2, dw2, da1, dz1 };
}

export function LossViewer({ show }: { show: boolean }) {
  const pass = forwardPass(NET);
  const slopes = backwardPass(NET, pass);
  return show ? <code>{slopes.dw2}</code> : null;
}
