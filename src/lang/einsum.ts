/** Einstein summation, as all array libraries have it. */
import type { Node } from '../core/expr';
import { at } from './arrays';
import { toArray, type LibraryCall } from './arguments';
import { array, makeAxes, shapeError, unsupported } from './run';
import type { ArrayV, Value } from './values';

export function einsum(c: LibraryCall): Value {
  const [pattern, ...rest] = c.args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const spec = pattern?.kind === 'string' ? /^([a-z, ]+)(?:->([a-z ]*))?$/i.exec(pattern.value) : null;
  const operands = spec?.[1]?.replace(/\s/g, '').split(',') ?? [];
  if (!spec || operands.length !== rest.length)
    return unsupported(`uses ${c.written} with this specification`, c.span, 'einsum');
  const sizes = new Map<string, string>();
  const arrays: ArrayV[] = [];
  for (const [k, letters] of operands.entries()) {
    const value = toArray(c.run, rest[k], c.span);
    if (value.kind === 'unknown') return value;
    if (value.axes.length !== letters.length)
      return shapeError(
        c.run,
        `${c.written} names ${letters.length} axes of an array that has ${value.axes.length}`,
        c.span,
      );
    for (const [p, letter] of [...letters].entries()) {
      const size = value.axes[p]?.size ?? '1';
      const known = sizes.get(letter);
      if (
        known !== undefined &&
        !(known === size || (known !== '1' && size !== '1' && c.run.sizes.unify(known, size)))
      )
        return shapeError(c.run, `the axes named ${letter} differ in length`, c.span);
      sizes.set(letter, size);
    }
    arrays.push(value);
  }
  const counts = [...operands.join('')];
  const output =
    spec[2]?.replace(/\s/g, '') ??
    [...new Set(counts)]
      .filter((l) => counts.indexOf(l) === counts.lastIndexOf(l))
      .sort()
      .join('');
  const axes = makeAxes(
    c.run,
    [...output].map((letter) => sizes.get(letter) ?? '1'),
  );
  const summed = [...sizes.keys()].filter((letter) => !output.includes(letter) && sizes.get(letter) !== '1');
  const index = new Map<string, Node | null>();
  [...output].forEach((letter, p) => index.set(letter, axes[p]?.index ?? null));
  const indices = summed.map((letter, k) => {
    const made = c.run.arena.index(`r${k}`, c.run.sizes.find(sizes.get(letter) ?? '1'));
    index.set(letter, made);
    return made;
  });
  const factors = arrays.map((value, k) =>
    at(
      c.run,
      value,
      [...(operands[k] ?? '')].map((letter) => index.get(letter) ?? null),
    ),
  );
  let element = c.run.arena.mul(...factors);
  for (const made of [...indices].reverse()) element = c.run.arena.sum(made, element);
  return array(axes, element);
}
