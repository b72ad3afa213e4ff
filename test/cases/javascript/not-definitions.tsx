import React, { useState } from 'react';

export function easeInOutSine(t: number): number {
  return -(Math.cos(Math.PI * t) - 1) / 2;
}

export const toDecibels = (gain: number) => 20 * Math.log10(gain);

export function distance(ax: number, ay: number, bx: number, by: number) {
  return Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2);
}

export function accuracy(right: number, total: number): number {
  return right / total;
}

export function sgdStep(weight: number, gradient: number, rate = 0.01): number {
  return weight - rate * gradient;
}

export class Adam {
  private m = 0;
  private v = 0;
  step(weight: number, gradient: number): number {
    this.m = 0.9 * this.m + 0.1 * gradient;
    this.v = 0.999 * this.v + 0.001 * gradient * gradient;
    return weight - (0.001 * this.m) / (Math.sqrt(this.v) + 1e-8);
  }
}

export const policies = {
  STEP: (rate: number, i: number) => rate * Math.pow(0.9, Math.floor(i / 100)),
  EXP: (rate: number, i: number) => rate * Math.pow(0.999, i),
};

export function activate(context: { subscriptions: unknown[] }): void {
  context.subscriptions.push(() => 1);
}

export function handleError(error: Error): void {
  console.error(error);
}

export function shippingCost(weight: number, distance: number): number {
  return 4.2 + weight * distance * 0.01;
}

export function error(message: string): never {
  throw new Error(message);
}

export function numericalGradient(f: (x: number) => number, x: number): number {
  const h = 1e-5;
  return (f(x + h) - f(x - h)) / (2 * h);
}

export function normalPdf(x: number, mu: number, sigma: number): number {
  return Math.exp(-((x - mu) ** 2) / (2 * sigma ** 2)) / (sigma * Math.sqrt(2 * Math.PI));
}

export function Chart({ values, width }: { values: number[]; width: number }) {
  const [zoom, setZoom] = useState(1);
  const path = values.map((v, i) => `${(i * width) / values.length},${v * zoom}`).join(' ');
  return (
    <svg onClick={() => setZoom(zoom * 2)}>
      <polyline points={path} />
    </svg>
  );
}

class Perceptron {
  weights: number[] = [];
  private activation: (x: number) => number = Math.tanh;
  activate(inputs: number[]): number {
    return this.activation(inputs.reduce((sum, x, i) => sum + x * this.weights[i], 0));
  }
}
