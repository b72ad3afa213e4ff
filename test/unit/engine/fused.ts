import { setFlagsFromString } from 'node:v8';

/** Lets Node 20 compile fused multiply-add, as hosts from V8 11.4 on do without being told. */
export function allowFused(): void {
  if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
