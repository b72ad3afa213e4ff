/** Jacobian-vector products: how outputs change as parameters move along a direction, by forward accumulation. */
import { placed, type Binding, type Program } from './definition';
import type { Kink, Step } from './derivation';
import { bindingInFull, DEFAULT_SEED, derive, openWorkshop, writtenOut, type DeriveOptions } from './derive';
import { freshName, mentioned, shapeIn, wantedNames, withUpstream, type Derivatives } from './derivatives';
import type { IndexNode, Node } from './expr';
import { createGraph } from './graph';
import { byName, nameInnerParts } from './hidden';
import { createIndexNamer } from './indexNames';
import { outputAxes } from './jacobian';
import type { Workshop } from './links';
import { createNaming } from './print/naming';
import { createTangents } from './tangents';
import { createSites } from './sites';
import { createVerifier } from './verify';

/** One result of forward accumulation: Σ_w Σ_J ∂of_I/∂w_J v_J. */
export interface Forward {
  readonly of: string;
  readonly indices: readonly IndexNode[];
  readonly element: Node;
  readonly steps: readonly Step[];
}

export interface ForwardResult {
  readonly results: readonly Forward[];
  readonly named: readonly Binding[];
  readonly hidden: readonly Binding[];
  readonly facts: readonly string[];
  readonly budget: string | null;
}

/** The program with a direction for each name, and the names of the directions. */
export function withDirections(
  program: Program,
  wrt: readonly string[],
): { readonly program: Program; readonly directions: ReadonlyMap<string, string> } {
  const directions = new Map<string, string>();
  let extended = program;
  for (const name of wrt) {
    const shape = shapeIn(program, name);
    const matrix = shape.filter((size) => size !== '1').length > 1;
    const letters = matrix ? ['V', 'R', 'D'] : ['v', 'r', 'd'];
    const plain = name.replace(/\W+/g, '_').replace(/^_+|_+$/g, '');
    const choices = wrt.length === 1 ? letters : letters.map((letter) => `${letter}_${plain}`);
    const direction = freshName(extended, choices);
    directions.set(name, direction);
    extended = withUpstream(extended, direction, shape, `the direction along which ${name} moves`);
  }
  return { program: extended, directions };
}

/** The derivatives of `outputs`, bindings of the program, along the directions. */
export function forward(
  program: Program,
  outputs: readonly string[],
  directions: ReadonlyMap<string, string>,
  options: DeriveOptions,
): ForwardResult {
  const wanted = [...directions.keys()];
  const namer = createIndexNamer(program.arena, createNaming(program));
  const inner = nameInnerParts(program, createGraph(program), namer, wanted);
  const shop = openWorkshop(inner.program, namer, inner.hidden);
  let inFullShop = inner.hidden.length === 0 ? shop : null;
  const written = (): Workshop => (inFullShop ??= openWorkshop(program, namer, []));
  const hidden = byName(inner.hidden);
  const taken: string[] = [];
  const fresh = (of: string): string => {
    const stem = `${of.replace(/@/g, '_')}_dot`;
    const free = freshName(
      inner.program,
      [stem, ...taken.map((_, k) => `${stem}${k + 2}`)].filter((each) => !taken.includes(each)),
    );
    taken.push(free);
    return free;
  };
  const tangents = createTangents(shop, directions, outputs, new Set(hidden.keys()), fresh);
  const raw = outputs.map((name) => tangents.of(name));
  const verifier =
    options.verify === false
      ? null
      : createVerifier(
          inner.program,
          createSites(inner.program, options.seed ?? DEFAULT_SEED),
          tangents.named,
        );
  const named = tangents.named.map((binding) => bindingInFull(written, hidden, binding));
  const results = raw.map((tangent): Forward => {
    const { value, steps } = writtenOut(written, hidden, tangent);
    return {
      of: tangent.name,
      indices: tangent.indices,
      element: value,
      steps: verifier ? steps.map((step) => verifier.verify(step)) : steps,
    };
  });
  return {
    results,
    named: mentioned(
      named,
      results.map(({ element }) => element),
    ),
    hidden: inner.hidden,
    facts: shop.simplifier.notes,
    budget: shop.simplifier.normalizer.budget,
  };
}

/** Σ_w Σ_J ∂output_I/∂w_J v_J: how the output changes as all of the wanted names move along their directions. */
export function jvp(program: Program, options: DeriveOptions = {}): Derivatives {
  const wrt = wantedNames(program, options);
  const extended = withDirections(program, wrt);
  const { results, named, hidden, facts, budget } = forward(
    extended.program,
    [program.output],
    extended.directions,
    options,
  );
  let kinks: readonly Kink[] | null = null;
  return {
    kind: 'jvp',
    program: extended.program,
    blocks: results.map(({ indices, element, steps }) => ({
      by: wrt,
      meaning: steps[0]?.before ?? element,
      value: { axes: placed(outputAxes(program), indices), element },
      steps,
    })),
    named,
    hidden,
    facts,
    get kinks() {
      return (kinks ??= derive(program, { ...options, verify: false }).kinks);
    },
    budget,
  };
}
