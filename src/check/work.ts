/**
 * Definitions at work: copies in which they are derived and judged. That makes thousands of expressions, which are kept as long
 * as there is room for them; what was found out is plain data and stays.
 */
import { adopterInto } from '../core/adopt';
import { derive } from '../core/derive';
import { Arena, type Node } from '../core/expr';
import { createSimplifier } from '../core/simplify/simplifier';
import type { SourceDefinition } from '../lang/definition';
import { createRecent } from '../lang/recent';
import type { Program } from '../core/definition';
import { lazy } from './cache';
import type { Derived } from './findings';

export interface Work {
  /** The copy. */
  readonly source: SourceDefinition;
  readonly program: Program;
  /** By all parameters, its steps not verified. */
  readonly derived: () => Derived;
  /** Proof of equality by normal forms. */
  readonly proves: (a: Node, b: Node) => boolean;
}

export interface Works {
  /** The work of a definition with a program, which `id` stands for. */
  of(id: number, source: SourceDefinition, program: Program): Work;
  /** Makes room for what work has made. */
  weigh(id: number, work: Work): void;
  /** Expressions in what is kept. */
  kept(): number;
}

/** `nodes`: expressions that are kept. */
export function createWorks(nodes: number): Works {
  const works = createRecent<Work>(nodes);
  const weigh = (id: number, work: Work): void => works.set(String(id), work, work.program.arena.count);
  return {
    of(id, source, program) {
      const work = works.get(String(id)) ?? workOn(source, program);
      weigh(id, work);
      return work;
    },
    weigh,
    kept: () => works.total(),
  };
}

function workOn(original: SourceDefinition, from: Program): Work {
  const { source, program } = copyOf(original, from);
  const simplifier = lazy(() => createSimplifier(program));
  return {
    source,
    program,
    derived: lazy(() => ({
      program,
      derivation: derive(program, { verify: false, keep: writtenFor(source) }),
      written: new Map(),
    })),
    proves: (a, b) => simplifier().equal(a, b),
  };
}

/** The definition over an arena of its own. */
export function copyOf(
  source: SourceDefinition,
  from: Program,
): { readonly source: SourceDefinition; readonly program: Program } {
  const adopt = adopterInto(new Arena());
  const program = adopt.program(from);
  const copy: SourceDefinition = {
    ...source,
    program,
    outputAxes: adopt.axes(source.outputAxes),
    gradients: source.gradients.map(adopt.hand),
    seconds: source.seconds.map(adopt.hand),
    candidates: source.candidates.map((candidate) => ({
      ...candidate,
      readings: candidate.readings.map(({ convention, gradient }) => ({
        convention,
        gradient: adopt.hand(gradient),
      })),
    })),
    // It has a program of its own.
    pullback: null,
  };
  return { source: copy, program };
}

/** The names whose gradients the user has written. */
export const writtenFor = ({ gradients, candidates, mismatches }: SourceDefinition): readonly string[] =>
  [...gradients, ...candidates, ...mismatches].map(({ of }) => of);
