/** Shapes that a class gives to its attributes: `self.b1 = np.zeros((1, n_hidden))`. */
import type { Pattern } from './run';
import { roleHint } from './names';
import { eachStatement, type ClassNode, type Expression, type Statement } from './syntax';
import { entry } from './tables';

const FILLED = /^(zeros|ones|empty|full)$/;
/** Random numbers whose arguments are the sizes. */
const BY_SIZES = /^(randn|rand)$/;
/** Random numbers whose shape is their last argument, with its position. */
const BY_SHAPE: Readonly<Record<string, number>> = { standard_normal: 0, random: 0, normal: 2, uniform: 2 };

/** Patterns by code, as in `self.W` and `self.params["W1"]`; an attribute with two shapes has none. */
export function statedShapes(owner: ClassNode | null): ReadonlyMap<string, Pattern> {
  const found = new Map<string, Pattern>();
  const several = new Set<string>();
  const note = (code: string | null, value: Expression): void => {
    if (code === null) return;
    if (value.kind === 'dict')
      for (const { key, value: entry } of value.entries)
        if (key?.kind === 'string') note(`${code}["${key.value}"]`, entry);
    const pattern = initialPattern(value);
    if (!pattern) return;
    if (found.has(code) && found.get(code)?.join() !== pattern.join()) several.add(code);
    found.set(code, pattern);
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.kind === 'assign') for (const target of s.targets) note(attributeCode(target), s.value);
      else if (s.kind === 'if') {
        visit(s.then);
        visit(s.otherwise);
      } else if (s.kind === 'for' || s.kind === 'block' || s.kind === 'while') visit(s.body);
    }
  };
  for (const s of owner?.body ?? []) if (s.kind === 'function') visit(s.fn.body);
  return new Map([...found].filter(([code]) => !several.has(code)));
}

/** Shapes by name of what a file makes. */
export interface MadeShapes {
  /** Of weights, made at its top level and in its functions that initialise: they have them wherever they are used. */
  readonly weights: ReadonlyMap<string, Pattern>;
  /** Of variables at its top level. */
  readonly globals: ReadonlyMap<string, Pattern>;
}

/** What is made with two shapes has none. */
export function madeShapes(body: readonly Statement[]): MadeShapes {
  const [weights, globals] = [createNotes(), createNotes()];
  const nameOf = (target: Expression): string | null => {
    const [key, ...more] = target.kind === 'subscript' ? target.indices : [];
    if (key?.kind === 'string' && more.length === 0) return key.value;
    return target.kind === 'name' ? target.name : null;
  };
  const visit = (statements: readonly Statement[], isTop: boolean): void => {
    eachStatement(statements, (s) => {
      for (const target of s.kind === 'assign' ? s.targets : []) {
        const name = nameOf(target);
        const pattern = s.kind === 'assign' && name !== null ? initialPattern(s.value) : null;
        if (name === null || !pattern) continue;
        if (isTop && target.kind === 'name') globals.note(name, pattern);
        if (roleHint(name, false) === 'parameter') weights.note(name, pattern);
      }
      if (s.kind === 'function' && MAKER.test(s.fn.name)) visit(s.fn.body, false);
    });
  };
  visit(body, true);
  return { weights: weights.found(), globals: globals.found() };
}

const MAKER = /init|create|make|setup/i;

function createNotes(): {
  note: (name: string, pattern: Pattern) => void;
  found: () => Map<string, Pattern>;
} {
  const known = new Map<string, Pattern | null>();
  return {
    note(name, pattern) {
      const before = known.get(name);
      known.set(name, before === undefined || before?.join() === pattern.join() ? pattern : null);
    },
    found: () =>
      new Map([...known].flatMap(([name, pattern]) => (pattern ? [[name, pattern] as const] : []))),
  };
}

/** Patterns of variables by name: `w1 = np.random.rand(2, 3)`, `y = np.array([[0, 1, 1, 0]]).T`. */
export function statedNames(body: readonly Statement[]): ReadonlyMap<string, Pattern> {
  const found = new Map<string, Pattern>();
  const several = new Set<string>();
  for (const s of body) {
    const [target, ...more] = s.kind === 'assign' ? s.targets : [];
    if (s.kind !== 'assign' || target?.kind !== 'name' || more.length > 0) continue;
    const pattern = initialPattern(s.value) ?? literalPattern(s.value);
    if (!pattern) continue;
    if (found.has(target.name) && found.get(target.name)?.join() !== pattern.join()) several.add(target.name);
    found.set(target.name, pattern);
  }
  return new Map([...found].filter(([name]) => !several.has(name)));
}

/** The shape of an array that is written out. */
function literalPattern(e: Expression): Pattern | null {
  if (e.kind === 'attribute' && e.name === 'T') {
    const inner = literalPattern(e.object);
    return inner && [...inner].reverse();
  }
  if (e.kind !== 'call' || (e.callee.kind !== 'attribute' && e.callee.kind !== 'name')) return null;
  const [first] = e.args;
  const pattern =
    /^(array|asarray)$/.test(e.callee.name) && first?.value.kind === 'sequence'
      ? listPattern(first.value)
      : null;
  // One sample in an example does not say that there is only one.
  return pattern && pattern.map((axis, k) => (k === 0 ? '*' : axis));
}

function listPattern(e: Expression): Pattern | null {
  if (e.kind !== 'sequence') return e.kind === 'number' || e.kind === 'unary' ? [] : null;
  const [first] = e.items;
  const inner = first ? listPattern(first) : null;
  return inner && [e.items.length === 1 ? '1' : '*', ...inner];
}

function attributeCode(e: Expression): string | null {
  if (e.kind === 'attribute' && e.object.kind === 'name') return `${e.object.name}.${e.name}`;
  const [index] = e.kind === 'subscript' ? e.indices : [];
  const code = e.kind === 'subscript' ? attributeCode(e.object) : null;
  return code !== null && index?.kind === 'string' ? `${code}["${index.value}"]` : null;
}

/** The shape of what creates an array from sizes, looking through factors. */
export function initialPattern(e: Expression): Pattern | null {
  if (e.kind === 'unary') return initialPattern(e.operand);
  if (e.kind === 'binary') {
    if (!['+', '-', '*', '/'].includes(e.operator)) return null;
    return initialPattern(e.left) ?? initialPattern(e.right);
  }
  if (e.kind !== 'call' || e.args.some((arg) => arg.spread)) return null;
  if (e.callee.kind !== 'attribute' && e.callee.kind !== 'name') return null;
  const { name } = e.callee;
  const positional = e.args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const named = (key: string): Expression | undefined => e.args.find((arg) => arg.name === key)?.value;
  const [first] = positional;
  if (name === 'Parameter' || name === 'Variable') return first ? initialPattern(first) : null;
  if (name === 'tensor') return first?.kind === 'number' || first?.kind === 'name' ? [] : null;
  if (/^add_(?:weight|variable)$/.test(name))
    return shapeOf(named('shape') ?? (first?.kind === 'sequence' ? first : undefined));
  // torch.zeros(a, b)
  const isTorch =
    e.callee.kind === 'attribute' && e.callee.object.kind === 'name' && e.callee.object.name === 'torch';
  if (FILLED.test(name) && isTorch && positional.length > 1 && positional.every(isSize))
    return positional.map(axisOf);
  if (FILLED.test(name)) return shapeOf(named('shape') ?? named('size') ?? first);
  if (BY_SIZES.test(name)) return positional.map(axisOf);
  const at = entry(BY_SHAPE, name);
  return at === undefined ? null : shapeOf(named('size') ?? positional[at]);
}

function shapeOf(e: Expression | undefined): Pattern | null {
  if (e?.kind === 'sequence') return e.items.map(axisOf);
  // A shape as a whole has any number of axes.
  if (!e || ((e.kind === 'name' || e.kind === 'attribute') && /shape|size|dims$/i.test(e.name))) return null;
  return e.kind === 'name' || e.kind === 'number' || e.kind === 'subscript' || e.kind === 'attribute'
    ? [axisOf(e)]
    : null;
}

const isSize = (e: Expression): boolean => e.kind === 'name' || e.kind === 'number' || e.kind === 'attribute';

const axisOf = (e: Expression): '*' | '1' => (e.kind === 'number' && e.text === '1' ? '1' : '*');
