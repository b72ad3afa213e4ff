/** The shapes that an input of a definition may have, by all that the code and the user say of it. */
import type { Size } from '../core/expr';
import type { Plan } from './execution';
import { ownParameters } from './members';
import { shapePatterns } from './names';
import { patternId, type Pattern, type Run } from './run';
import { isUpstreamName } from './upstream';
import type { InputRef } from './values';

type Patterns = ReturnType<Run['patterns']>;

/** Candidates for the inputs of a plan, each worked out once for all executions. */
export function createPatterns(plan: Plan): Run['patterns'] {
  const flowing =
    plan.gradient !== null && ownParameters(plan.gradient).some(({ name }) => isUpstreamName(name));
  const isPlainJavaScript = plan.module.family === 'javascript' && plan.module.arrays === 'any';
  const siblings = plan.main.fn.parameters.map((parameter) => parameter.name);
  const of = (input: InputRef): Patterns => {
    const said = saidShape(plan, input);
    if (said) return [{ pattern: said.map((size) => (size === '1' ? '1' : '*')), cost: 0 }];
    const found = shapePatterns(
      input.name,
      siblings,
      input.annotation ?? (input.hasDefault ? 'float' : null),
      input.documentation,
      {
        // Beside the arrays that a loss is given later, beta is a number like alpha and gamma.
        isSetting:
          plan.uses.settings.has(input.code) || (input.isSetting === true && /^beta_?\d?$/.test(input.name)),
        isForwardOnly: plan.uses.isForwardOnly,
        isFlowing: flowing && plan.uses.contracts,
      },
    )
      // Arrays of arrays have no axes of length 1 that are there to be broadcast.
      .filter(({ pattern }) => !isPlainJavaScript || !pattern.includes('1'))
      .map((entry) =>
        // A number by default is a number.
        input.hasDefault && entry.pattern.length > 0 ? { ...entry, cost: entry.cost + 4 } : entry,
      );
    const { known, most } = plan.uses.ranks;
    const ofRank = (rank: number): Pattern => Array.from({ length: rank }, () => '*');
    const rank = input.origin === 'argument' ? known.get(input.code) : undefined;
    if (rank !== undefined) return [{ pattern: ofRank(rank), cost: 0 }];
    // Beside an array of that many axes, others may have as many.
    const large = most > 2 && !input.hasDefault && !plan.uses.settings.has(input.code) ? ofRank(most) : null;
    const same = large && found.findIndex(({ pattern }) => patternId(pattern) === patternId(large));
    if (large && same !== null) found.splice(same < 0 ? found.length : same, 1, { pattern: large, cost: 3 });
    // parameters["W1"] is the W1 that the code makes.
    const made = { entry: plan.made.weights, global: plan.made.globals, argument: null, attribute: null };
    const stated = plan.stated.get(input.code) ?? made[input.origin]?.get(input.name);
    if (stated)
      return [
        { pattern: stated, cost: 0 },
        ...found
          .filter(({ pattern }) => patternId(pattern) !== patternId(stated))
          .map((entry) => ({ ...entry, cost: entry.cost + 8 })),
      ];
    const hint = plan.hints.get(input.name) ?? plan.uses.shapes.get(input.code);
    if (!hint) return found;
    return found
      .map((entry) =>
        patternId(entry.pattern) === patternId(hint)
          ? { ...entry, cost: Math.min(0, entry.cost) }
          : { ...entry, cost: entry.cost + 1 },
      )
      .sort((a, b) => a.cost - b.cost);
  };
  const known = new Map<string, Map<string, Patterns>>();
  return (input) => {
    if (input.pattern) return [{ pattern: input.pattern, cost: 0 }];
    const { code, name, annotation, hasDefault, documentation, origin } = input;
    const documented = known.get(documentation) ?? new Map<string, Patterns>();
    known.set(documentation, documented);
    const key = `${code}\n${name}\n${annotation ?? ''}\n${hasDefault ?? false}\n${origin}`;
    const found = documented.get(key) ?? of(input);
    documented.set(key, found);
    return found;
  };
}

/** The sizes that the user gave an input. */
export const saidShape = (
  { directives: { shapes } }: Plan,
  { name, code }: InputRef,
): readonly Size[] | undefined => shapes.get(name) ?? shapes.get(code);
