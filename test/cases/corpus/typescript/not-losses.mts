// What only looks like a loss or an activation.
import * as vscode from 'vscode';
import * as d3 from 'd3';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.commands.registerCommand('demo.run', () => undefined));
}

export function deactivate(): void {}

export interface OptimizerState {
  m: number[];
  v: number[];
}

export class RMSProp {
  private cache: number[] = [];

  constructor(
    private readonly rate: number,
    private readonly decay: number,
  ) {}

  step(weights: number[], gradient: number[]): number[] {
    return weights.map((w, i) => {
      this.cache[i] = this.decay * (this.cache[i] ?? 0) + (1 - this.decay) * gradient[i] ** 2;
      return w - (this.rate * gradient[i]) / (Math.sqrt(this.cache[i]) + 1e-8);
    });
  }
}

export const policies = {
  FIXED: () => (rate: number) => rate,
  STEP: (gamma: number, size: number) => (rate: number, i: number) => rate * gamma ** Math.floor(i / size),
  EXP: (gamma: number) => (rate: number, i: number) => rate * gamma ** i,
  INV: (gamma: number, power: number) => (rate: number, i: number) => rate * (1 + gamma * i) ** -power,
};

export function euclidean(a: number[], b: number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

export function cosineSimilarity(a: number[], b: number[]): number {
  const dot = a.reduce((s, x, i) => s + x * b[i], 0);
  const norm = (v: number[]): number => Math.sqrt(v.reduce((s, x) => s + x * x, 0));
  return dot / (norm(a) * norm(b));
}

export function rbfKernel(a: number[], b: number[], sigma: number): number {
  return Math.exp(-(euclidean(a, b) ** 2) / (2 * sigma ** 2));
}

export function checkGradient(f: (w: number[]) => number, w: number[], gradient: number[]): number {
  const h = 1e-5;
  let worst = 0;
  for (let i = 0; i < w.length; i++) {
    const up = [...w];
    const down = [...w];
    up[i] += h;
    down[i] -= h;
    const numeric = (f(up) - f(down)) / (2 * h);
    worst = Math.max(worst, Math.abs(numeric - gradient[i]) / (Math.abs(numeric) + 1e-12));
  }
  return worst;
}

export function boxMuller(): number {
  const u = 1 - Math.random();
  const v = Math.random();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

export function standardize(values: number[]): number[] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((s, x) => s + (x - mean) ** 2, 0) / values.length;
  return values.map((x) => (x - mean) / Math.sqrt(variance));
}

export function accuracy(predicted: number[], actual: number[]): number {
  let hits = 0;
  for (let i = 0; i < actual.length; i++) if (Math.round(predicted[i]) === actual[i]) hits++;
  return hits / actual.length;
}

export function entropy(labels: number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  let h = 0;
  for (const count of counts.values()) h -= (count / labels.length) * Math.log2(count / labels.length);
  return h;
}

export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;

export const easeInOutCubic = (t: number): number =>
  t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2;

export function project(lon: number, lat: number, scale: number): [number, number] {
  const y = Math.log(Math.tan(Math.PI / 4 + lat / 2));
  return [scale * lon, -scale * y];
}

export function drawLine(points: [number, number][], width: number): string {
  const x = d3.scaleLinear().domain([0, 1]).range([0, width]);
  return points.map(([a, b]) => `${x(a)},${x(b)}`).join(' ');
}

export class Neuron {
  weights: number[] = [];
  bias = 0;

  constructor(private readonly squash: (x: number) => number) {}

  activate(inputs: number[]): number {
    return this.squash(inputs.reduce((sum, x, i) => sum + x * this.weights[i], this.bias));
  }
}

export class Trainer {
  constructor(private readonly loss: { compute(p: number[], a: number[]): number }) {}

  totalLoss(batches: { p: number[]; a: number[] }[]): number {
    return batches.reduce((sum, { p, a }) => sum + this.loss.compute(p, a), 0);
  }
}

export function clipGradient(gradient: number[], limit: number): number[] {
  const norm = Math.sqrt(gradient.reduce((s, g) => s + g * g, 0));
  return norm > limit ? gradient.map((g) => (g * limit) / norm) : gradient;
}

export function xavier(rows: number, columns: number): number[][] {
  const bound = Math.sqrt(6 / (rows + columns));
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => (Math.random() * 2 - 1) * bound),
  );
}

export function movingAverage(values: number[], alpha: number): number[] {
  const out: number[] = [];
  let previous = values[0];
  for (const value of values) {
    previous = alpha * value + (1 - alpha) * previous;
    out.push(previous);
  }
  return out;
}

export function logLikelihoodRatio(a: number, b: number): number {
  return Math.log(a / b);
}

export function monthlyCost(users: number, plan: { price: number; seats: number }): number {
  return plan.price * Math.ceil(users / plan.seats);
}

export async function reportError(error: Error): Promise<void> {
  await fetch('/errors', { method: 'POST', body: JSON.stringify({ message: error.message }) });
}
