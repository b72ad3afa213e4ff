import React, { useMemo, useState } from 'react';

interface Props {
  values: number[];
  width: number;
}

export function sigmoid(x: number): number {  //: activation
  return 1 / (1 + Math.exp(-x));
}

export const sigmoidPrime = (x: number): number => sigmoid(x) * (1 + sigmoid(x));  //: wrong

export function LossChart({ values, width }: Props): JSX.Element {
  const [zoom, setZoom] = useState<number>(1);
  const error = useMemo(() => values.reduce((a, b) => a + b * b, 0), [values]);
  const path = values.map((v, i) => `${(i * width) / values.length},${v * zoom}`).join(' ');
  return (
    <figure onClick={() => setZoom(zoom * 2)}>
      <svg width={width}>
        <polyline points={path} />
      </svg>
      <figcaption>{error.toFixed(3)}</figcaption>
    </figure>
  );
}

export const Activation: React.FC<{ on: boolean }> = ({ on }) => <b>{on ? 'active' : 'idle'}</b>;

export function useGradient(from: string, to: string): string {
  return `linear-gradient(${from}, ${to})`;
}
