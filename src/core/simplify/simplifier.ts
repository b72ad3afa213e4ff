/** The simplifier of one program: shown forms for people, decision forms for proofs. */
import type { Program } from '../definition';
import { isNum, symbolNames, type Node } from '../expr';
import { createFacts, type Facts } from '../facts';
import { createDecision, type Decision } from './decide';
import { createDisplay, type Display } from './display';
import type { Share } from '../shares';
import { learnBinding } from './learn';
import { hasOwnName } from './named';
import { Normalizer } from './normalize';
import { learnOutcome } from './outcomes';
import { orient } from './powersOfE';
import { createRefutation } from '../refute';
import { createSites } from '../sites';
import { createRecorder, type RecordedState } from './recorder';
import { createNameFilter } from './relations';
import { shownForm, type Shown, type ShownOptions } from './shown';

/** A value is kept everywhere; a derivative may take the slope of its sides at the thresholds of a parameter. */
export type Purpose = 'value' | 'derivative';

export interface Simplifier {
  /** The nicest equal form, in the names of the program. */
  shown(node: Node, purpose?: Purpose): Node;
  /** The same, with the rewritings that lead from the working form to it. */
  shownWithRewritings(node: Node, purpose?: Purpose): Shown;
  /** True only if the node is 0 wherever it is defined; false means "not proved". */
  isZero(node: Node): boolean;
  /** A proof by normal forms that two nodes are equal; false is no evidence of the contrary. */
  equal(a: Node, b: Node): boolean;
  readonly facts: Facts;
  readonly display: Display;
  readonly normalizer: Normalizer;
  readonly decision: Decision;
  /** Facts about bindings that simplification may have used. */
  readonly notes: readonly string[];
  /** The working form with every intermediate state; `named` says whether bindings may be used to rewrite. */
  traced(node: Node, named: boolean): { readonly node: Node; readonly states: readonly RecordedState[] };
  /** The working form, bindings not used. */
  plain(node: Node): Node;
}

/** Of the points at which guesses are tried before they are proved. */
const SEED = 20_240_311;

/** `shares` are bindings that are used only where no other binding stands for the same. */
export function createSimplifier(
  program: Program,
  shares: readonly Share[] = [],
  sites = createSites(program, SEED),
): Simplifier {
  const { arena, bindings } = program;
  const facts = createFacts(program);
  const display = createDisplay(program);
  const normalizer = new Normalizer({ arena, facts, display, bindings, expand: false });
  for (const binding of bindings) orient(normalizer, binding.def);
  if (normalizer.orientation.size > 0) normalizer.reset();
  const refutation = createRefutation(sites);
  const optional = createNameFilter();
  const notes: string[] = [];
  for (const binding of bindings) {
    const share = shares.find((s) => s.binding === binding);
    if (share && hasOwnName(normalizer, share)) continue;
    const learned = learnBinding(normalizer, refutation, binding, (fact) => {
      if (!share) notes.push(fact);
    });
    for (const relation of learned.optional) optional.add(relation);
  }
  const decision = createDecision({ arena, facts, display, bindings });
  const provesZero = (node: Node): boolean => !refutation.isNotZero(node) && decision.provesZero(node);
  for (const binding of bindings) {
    const relation = learnOutcome(normalizer, provesZero, binding);
    if (!relation) continue;
    optional.add(relation);
    normalizer.reset();
  }

  const parameters = dependentNames(program);
  const forShowing: Omit<ShownOptions, 'slopes' | 'joined'> = {
    normalizer,
    display,
    optional: optional.within,
    provesZero,
    varies: (node) => [...symbolNames(node)].some((name) => parameters.has(name)),
  };
  const options: Readonly<Record<Purpose, ShownOptions>> = {
    value: { ...forShowing, slopes: false, joined: new Map() },
    derivative: { ...forShowing, slopes: true, joined: new Map() },
  };
  const shown = new Map<string, Shown>();
  const shownAs = (node: Node, purpose: Purpose = 'value'): Shown => {
    const key = `${purpose} ${node.id}`;
    let known = shown.get(key);
    if (!known) shown.set(key, (known = shownForm(options[purpose], node)));
    return known;
  };

  const inlined = (node: Node): Node => {
    let result = node;
    for (let round = 0; round <= bindings.length; round++) {
      const next = arena.mapSyms(result, (sym) => normalizer.definitionOf(sym) ?? sym);
      if (next === result) return result;
      result = next;
    }
    return result;
  };

  const isZero = (node: Node): boolean => {
    if (isNum(node, 0)) return true;
    if (refutation.isNotZero(node)) return false;
    if (normalizer.norm(node).num === 0) return true;
    if (decision.provesZero(node)) return true;
    const whole = inlined(node);
    return whole !== node && decision.provesZero(whole);
  };

  return {
    facts,
    display,
    normalizer,
    decision,
    notes,
    shown: (node, purpose) => shownAs(node, purpose).node,
    shownWithRewritings: shownAs,
    isZero,
    equal: (a, b) => a === b || isZero(arena.sub(a, b)),
    plain: (node) => normalizer.withoutRelations(() => normalizer.simplify(node)),
    traced(node, named) {
      const recorder = createRecorder();
      const work = (): Node => normalizer.simplify(node);
      const result = normalizer.recorded(recorder, named ? work : () => normalizer.withoutRelations(work));
      // What a budget has ended falls back to an earlier state: the attempts behind that lead elsewhere.
      const { states } = recorder;
      const kept = result === node ? -1 : states.findLastIndex((state) => state.node === result);
      const fellBack = (states.at(-1)?.node ?? node) !== result && (result === node || kept >= 0);
      return { node: result, states: fellBack ? states.slice(0, kept + 1) : states };
    },
  };
}

/** Parameters and what is computed from them. */
function dependentNames({ inputs, bindings }: Program): ReadonlySet<string> {
  const names = new Set(inputs.filter((input) => input.role === 'parameter').map((input) => input.name));
  for (const binding of bindings)
    if ([...symbolNames(binding.def)].some((name) => names.has(name))) names.add(binding.name);
  return names;
}
