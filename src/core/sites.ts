/** The points at which what is said of a program is tried. */
import type { Binding, Program } from './definition';
import { symbolNames, type IndexNode } from './expr';
import { createRandom } from './random';
import { programSizes, sampleSite, type Site } from './sample';

/**
 * Lengths of axes at each point, in order of appearance: as small as can be, for every element is computed, but no two axes
 * are alike at all points, and each is 3 at one of them at least.
 */
const LENGTHS: readonly [readonly number[], ...(readonly (readonly number[])[])] = [
  [3, 2, 2, 3, 3, 2, 3],
  [2, 3, 2, 3, 2, 3, 4],
  [2, 2, 3, 2, 3, 3, 2],
];
/** Points that are drawn until one has no ties. */
const MOST_TRIES = 8;
export interface Sites {
  /** Inputs and bindings that have values there. */
  readonly names: ReadonlySet<string>;
  /** Drawn when first asked for. */
  open(): readonly [Site, ...(readonly Site[])];
}

/** Inside the domain; without axes to measure, all points are computed at once. */
export function createSites(program: Program, seed: number): Sites {
  const names = new Set([...program.inputs, ...program.bindings].map(({ name }) => name));
  let known: readonly [Site, ...(readonly Site[])] | null = null;
  return { names, open: () => (known ??= draw(program, names, seed)) };
}

function draw(
  program: Program,
  defined: ReadonlySet<string>,
  seed: number,
): readonly [Site, ...(readonly Site[])] {
  const random = createRandom(seed);
  const isDefined = ({ def }: Binding): boolean => [...symbolNames(def)].every((name) => defined.has(name));
  // A hidden total may speak of a binding that the output does not need and that is left out.
  const whole: Program = { ...program, bindings: program.bindings.filter(isDefined) };
  const axes = programSizes(program);
  const site = (lengths: readonly number[], count: number): Site => {
    const sizes = Object.fromEntries(axes.map((name, k) => [name, lengths[k] ?? k + 3]));
    const sample = (): Site => {
      const positions = new Map<string, number>();
      const position = ({ name, size }: IndexNode): number => {
        const key = `${name}:${size}`;
        let at = positions.get(key);
        if (at === undefined) positions.set(key, (at = Math.floor(random() * (sizes[size] ?? Number(size)))));
        return at;
      };
      return sampleSite(whole, random, { sizes, count, position });
    };
    let made = sample();
    for (let tries = 1; tries < MOST_TRIES && made.quick.hasTies(); tries += 1) made = sample();
    return made;
  };
  const [first, ...others] = LENGTHS;
  if (axes.length === 0) return [site([], LENGTHS.length)];
  return [site(first, 1), ...others.map((lengths) => site(lengths, 1))];
}
