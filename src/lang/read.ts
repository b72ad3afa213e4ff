/** The entry of the language front ends: text to definitions. Pure, and never throws on any text. */
import type { Span } from '../core/definition';
import type { DefinitionKind, Problem, Surroundings } from '../protocol';
import type { OtherReading, SourceDefinition, SourceReading } from './definition';
import {
  brokenProblems,
  convened,
  derivativeReadings,
  foreignProblem,
  intermediateReadings,
  literalReading,
  mismatchesOf,
  pullbackOf,
  upstreamReadings,
} from './candidates';
import { choicesOf } from './choices';
import { kindOf, plainKindOf } from './detect';
import {
  asksFor,
  astray,
  assuming,
  directivesFor,
  isDirective,
  unknownNames,
  type Directives,
} from './directives';
import { otherReadings, withLoss, type Assumed } from './otherwise';
import { compositionsOf } from './composed';
import type { Callable, Plan } from './execution';
import { iterationOf, scriptIterations } from './iteration';
import { readIteration } from './trainingPass';
import { indexModule } from './module';
import {
  isActivationContext,
  isGradientKey,
  isGradientName,
  isKnownLossName,
  isLossName,
  isMeasureName,
  isModelName,
  isPlainLossName,
  isProcedureName,
  titleOf,
} from './names';
import { NOT_TEXT, syntaxProblems, unreadProblems } from './fileProblems';
import { generatedProblem } from './generated';
import { gradientHints } from './gradientHints';
import { arraysOf } from './ownLibrary';
import { pairingOf, withFlagClear } from './pairing';
import { isGradientOnly, pairingIn } from './pairs';
import type { Grammar, Parsers } from './parse';
import { readJavaScript } from './javascript';
import { finished } from './parts';
import { readPython } from './python';
import { readPlan, type Reading } from './reading';
import { createReadings, reuseOf, type Attempted, type Readings, type Reuse } from './reuse';
import { customRule, partsOfRule, rulesOf, type Rule } from './rules';
import { madeShapes, statedNames, statedShapes } from './stated';
import type { Pattern } from './run';
import { calledTogether, secondsByMain } from './secondPairing';
import { functionsOf, returnedFunction, type Family, type Module } from './syntax';
import { calledFrom, computesImplied, impliedCompositions, usualScripts, withUsualLosses } from './implied';
import { isNamed, nestedGroups } from './nested';
import { mayDefine } from './screen';
import { createNeighbours } from './workspace';
import { importedPairs, originNote, withoutForeignPlaces } from './foreign';
import { placeText } from './run';
import { withSteps } from './sampleSteps';
import { usesOf } from './uses';
import type { Cause } from './values';

/** Language ids that can be read, with their grammars and what to call them. */
const GRAMMARS: Readonly<Record<string, { readonly grammar: Grammar; readonly title: string }>> = {
  python: { grammar: 'python', title: 'Python' },
  javascript: { grammar: 'javascript', title: 'JavaScript' },
  javascriptreact: { grammar: 'javascript', title: 'JavaScript' },
  typescript: { grammar: 'typescript', title: 'TypeScript' },
  typescriptreact: { grammar: 'tsx', title: 'TypeScript' },
};

export const LANGUAGES: readonly string[] = Object.keys(GRAMMARS);

/** What a language is parsed by, null for one that is not read. */
export const grammarOf = (languageId: string): Grammar | null => GRAMMARS[languageId]?.grammar ?? null;

const NOTHING: SourceReading = { definitions: [], others: new Map(), problems: [] };

/** All at once. */
export const readDefinitions = (...args: Parameters<typeof readingDefinitions>): SourceReading =>
  finished(readingDefinitions(...args));

/**
 * All definitions of a text, in its order. Texts of other languages have none. Functions whose names are `asked` for are
 * read whether they look like definitions or not. It yields between functions.
 */
export function* readingDefinitions(
  text: string,
  languageId: string,
  parsers: Parsers,
  asked: readonly string[] = [],
  readings: Readings = createReadings(),
  around: Surroundings = {},
): Generator<void, SourceReading> {
  const language = GRAMMARS[languageId];
  if (!language) return NOTHING;
  if (text.includes('\0')) return { ...NOTHING, problems: [NOT_TEXT] };
  const generated = generatedProblem(text, familyOf(language.grammar));
  if (generated) return { ...NOTHING, problems: [generated] };
  const module = readModule(text, language.grammar, parsers, null);
  const { path, files = [] } = around;
  const neighbours = createNeighbours(files, (file, all) => {
    const other = GRAMMARS[file.languageId];
    const isRead = other && !generatedProblem(file.text, familyOf(other.grammar));
    const read = isRead ? readModule(file.text, other.grammar, parsers, file.path) : null;
    return read ? indexModule(read, { path: file.path, neighbours: all }) : null;
  });
  const index = indexModule(module, path === undefined ? null : { path, neighbours });
  const reuse = reuseOf(module, index, readings);
  const all = functionsOf(module.body);
  const callables: Callable[] = all.flatMap(({ fn, owner, nested }) =>
    nested ? [] : [{ fn: withFlagClear(fn), owner }],
  );
  const definitions: SourceDefinition[] = [];
  const others = new Map<SourceDefinition, readonly OtherReading[]>();
  const counts = new Map<string, number>();
  const unread: Callable[] = [];
  let spent = 0;
  const comments = module.comments.filter(({ text }) => isDirective(text));
  const isAsked = ({ fn, owner, module }: Callable): boolean =>
    asked.includes(fn.name) ||
    (owner !== null && asked.includes(`${owner.name}.${fn.name}`)) ||
    (module === undefined && asksFor(fn, comments));
  /** Later definitions of a name are counted. */
  const nextId = (name: string): string => {
    const count = (counts.get(name) ?? 0) + 1;
    return count === 1 ? name : `${name}#${count}`;
  };
  const read = (
    main: Callable,
    gradient: Callable | null,
    form = 'whole',
    rule: Rule | null = null,
    called: readonly Callable[] = [],
    seconds: readonly Callable[] = [],
    assumed: Assumed | null = null,
    id = nextId(qualified(main)),
  ): SourceDefinition | null => {
    const parts = rule ? partsOfRule(rule) : called;
    // What is said stands in the file that is read.
    const place = (main.module && gradient ? gradient : main).fn;
    const directives = assuming(directivesFor(place, comments, id, around), assumed);
    if (directives.ignore) return null;
    const asked = isAsked(main);
    const settings = JSON.stringify([
      languageId,
      asked,
      form,
      gradient !== null && gradient.fn.nameSpan === main.fn.nameSpan,
      [...directives.shapes],
      [...directives.roles],
      seconds.length,
      rule && [rule.kind, 'fixed' in rule ? rule.fixed : [], parts.map(({ fn }) => fn.name)],
      main.fn.documentation,
      [...directives.said],
      [...directives.usual],
      directives.convention,
      [...made.weights],
      [...made.globals],
    ]);
    const functions = [main, ...(gradient ? [gradient] : []), ...seconds, ...parts];
    const attempted = reuse.attempt(functions, settings, () => {
      const plan: Plan = {
        main,
        gradient,
        seconds,
        rule,
        module: index,
        directives,
        uses: usesOf(
          functions.map(({ fn }) => fn),
          module.family,
          module.family === 'javascript' ? functions.flatMap(({ owner }) => owner ?? []) : [],
        ),
        arrays: arraysOf(index, functions),
        hints: new Map([...made.globals, ...gradientHints(functions.map(({ fn }) => fn))]),
        joints: new Map(),
        unrolled: new Set(),
        stated: new Map([...made.weights, ...statedShapes(main.owner), ...statedAround(main)]),
        made,
      };
      return readDefinition(plan, languageId, asked);
    });
    spent += attempted.runs;
    return attempted.definition && withProblems(attempted.definition, directives);
  };
  const made = madeShapes(module.body);
  /** What the lines before a training loop say of the variables in it. */
  const statedAround = ({ fn, owner }: Callable): ReadonlyMap<string, Pattern> =>
    statedNames(fn.parameters.length === 0 && owner === null ? [...module.body, ...fn.body] : []);
  const add = (definition: SourceDefinition): SourceDefinition => {
    const id = nextId(definition.name);
    counts.set(definition.name, (counts.get(definition.name) ?? 0) + 1);
    const added = reuse.renamed(definition, id);
    definitions.push(added);
    return added;
  };
  const { bodies } = readings;
  const choicesIn = (c: Callable): ReadonlyMap<string, Callable> => choicesOf(c, bodies.comparesTwice);
  const pairing = pairingIn(module, callables, choicesIn);
  const together = calledTogether(module.body, callables);
  const pairs = new Map(
    callables.map((main) => [main, pairing(main) ?? together.gradients.get(main) ?? null]),
  );
  const gradientOnly = new Set(
    [...pairs].flatMap(([main, c]) =>
      c && (isGradientOnly(c, main) || isGradientKey(c.fn.name, main.fn.name) || c.fn.name === main.fn.name)
        ? [c.fn]
        : [],
    ),
  );
  const seconds = secondsByMain(callables, (main) => pairs.get(main) ?? null, together.seconds);
  for (const second of [...seconds.values()].flat()) gradientOnly.add(second.fn);
  const ruleOf = language.grammar === 'python' ? rulesOf(module.body, callables) : customRule;
  const rules = new Map(callables.map((main) => [main, ruleOf(main)]));
  for (const rule of rules.values())
    if (rule) for (const part of partsOfRule(rule)) gradientOnly.add(part.fn);
  /** Readings with each of the usual losses, as one definition; the others are made where the first does not fit. */
  const addUsual = (
    readings: readonly { title: string; definition: () => SourceDefinition | null }[],
  ): void => {
    const made = readings.map(({ title, definition }) => (): SourceDefinition | null => {
      const found = definition();
      if (!found?.program || !isJudged(found)) return null;
      return reuse.remade(found, `with ${title}`, (each) => withLoss(each, title));
    });
    let first: SourceDefinition | null = null;
    while (!first) {
      const make = made.shift();
      if (!make) return;
      first = make();
    }
    const id = nextId(first.name);
    counts.set(first.name, (counts.get(first.name) ?? 0) + 1);
    const definition = reuse.renamed(first, id);
    definitions.push(definition);
    const remaining = made.map((make) => () => {
      const other = make();
      return other && reuse.renamed(other, id);
    });
    others.set(definition, remaining);
  };
  const considerUsual = ({ fn, owner }: Callable): void => {
    if (spent > MAX_RUNS || isLossName(fn.name) || !bodies.mayTrain(fn.body)) return;
    // What is the gradient of a loss in sight needs none.
    const isLoss = (name: string): boolean => !isModelName(name) && !isGradientName(name);
    const isPaired = [...pairs].some(([main, gradient]) => gradient?.fn === fn && isLoss(main.fn.name));
    if (isPaired) return;
    addUsual(
      withUsualLosses(fn.body, calledFrom(owner, callables)).map(({ title, body }) => {
        const made = { ...fn, body };
        const iteration = computesImplied(body) ? null : iterationOf(made);
        const definition = (): SourceDefinition | null =>
          iteration
            ? readIteration(iteration, owner, (main, _, form) => read(main, null, `${form}, ${title}`))
            : read({ fn: made, owner }, null, title);
        return { title, definition };
      }),
    );
  };
  /** What may be trained without a loss in sight. */
  const lossless: Callable[] = [];
  const consider = (main: Callable, gradient: Callable | null): void => {
    const wanted = isAsked(main);
    if (!gradient && !wanted && !mayDefine(main.fn)) return;
    if (spent > MAX_RUNS) {
      unread.push(main);
      return;
    }
    const own = seconds.get(main) ?? [];
    const alone = read(main, null, 'whole', null, [], own);
    // A function with gradients of its own is not paired with another one.
    const stepped = gradient && !hasOwnGradients(alone) ? withSteps(gradient) : null;
    const paired = stepped && read(main, stepped, 'whole', null, [], own);
    const iteration = (paired ?? alone) ? null : iterationOf(main.fn);
    const definition = paired ?? alone ?? (iteration && readIteration(iteration, main.owner, read));
    if (!definition) {
      if (!gradient) lossless.push(main);
      return;
    }
    const id = nextId(definition.name);
    const added = add(definition);
    if (definition !== (paired ?? alone)) return;
    const readings = otherReadings(definition).map((assumed) => (): SourceDefinition | null => {
      const other = read(main, paired ? gradient : null, 'whole', null, [], own, assumed, id);
      return other && reuse.renamed(other, id);
    });
    if (readings.length > 0) others.set(added, readings);
  };
  for (const main of callables) {
    yield;
    // What is the gradient of another function is read with that one.
    if (gradientOnly.has(main.fn) && !isAsked(main)) continue;
    const rule = rules.get(main) ?? null;
    if (rule) {
      const definition = read(main, null, 'whole', rule);
      if (definition) add(definition);
      continue;
    }
    const gradient = pairs.get(main) ?? null;
    const choices = choicesIn(main);
    // Where what is chosen by default can be read, that is what is meant.
    if (choices.size === 0 || read(main, null)?.program) consider(main, gradient);
    else {
      const gradients = gradient ? choicesIn(gradient) : null;
      for (const [name, choice] of choices) consider(choice, gradients?.get(name) ?? null);
    }
  }
  const taken = new Set([...pairs.values()].map((gradient) => gradient?.fn));
  const lone = callables.filter(
    ({ fn, owner }) => owner === null && isGradientName(fn.name) && !taken.has(fn),
  );
  for (const [main, gradient] of importedPairs(index, lone)) {
    yield;
    const definition = spent > MAX_RUNS ? null : read(main, gradient);
    if (definition && isJudged(definition)) add(definition);
  }
  for (const outer of callables) {
    const fn = returnedFunction(outer.fn);
    if (!fn || rules.get(outer) || spent > MAX_RUNS) continue;
    const main: Callable = { fn, owner: null, outer };
    if (!isAsked(main) && !mayDefine(fn)) continue;
    const definition = read(main, null);
    if (definition) add(definition);
  }
  for (const group of nestedGroups(module.body, bodies.lambdas)) {
    const pairs = pairingOf(group, module.family, choicesIn);
    const gradients = new Set(group.map((main) => pairs(main)?.fn));
    for (const nested of group) {
      const main = { ...nested, fn: withFlagClear(nested.fn) };
      if (spent > MAX_RUNS || gradients.has(nested.fn) || !(isNamed(main) || isAsked(main))) continue;
      if (isAsked(main) || mayDefine(main.fn)) consider(main, pairs(nested));
    }
  }
  const judged = new Set(
    definitions.flatMap((d) => (isJudged(d) ? [d.gradientFunction?.nameSpan.startLine] : [])),
  );
  for (const { main, backward, parts } of compositionsOf(callables)) {
    yield;
    if (spent > MAX_RUNS || judged.has(backward.fn.nameSpan.startLine)) continue;
    const definition = read(main, backward, 'composed', null, parts);
    if (definition && isJudged(definition)) add(propagating(definition, backward, reuse));
  }
  const composed = new Set([...judged, ...definitions.map(({ nameSpan }) => nameSpan.startLine)]);
  for (const variants of impliedCompositions(callables)) {
    const [first] = variants;
    if (!first || spent > MAX_RUNS) continue;
    if (composed.has(first.backward.fn.nameSpan.startLine)) continue;
    addUsual(
      variants.map(({ title, main, backward, parts }) => {
        const definition = (): SourceDefinition | null => {
          const found = read(main, backward, `composed, ${title}`, null, parts);
          return found && propagating(found, backward, reuse);
        };
        return { title, definition };
      }),
    );
  }
  for (const main of lossless) {
    yield;
    // What belongs to a loss elsewhere in the file has that one.
    if (!definitions.some(({ nameSpan }) => isSamePlace(nameSpan, main.fn.nameSpan))) considerUsual(main);
  }
  for (const iteration of scriptIterations(module.body)) {
    const definition = readIteration(iteration, null, read);
    if (definition) add(definition);
  }
  const loops = new Set(definitions.map(({ span }) => span.startLine));
  for (const variants of usualScripts(module.body))
    addUsual(
      variants
        .filter(({ iteration: { fn } }) => !loops.has(fn.span.startLine))
        .map(({ title, iteration }) => ({
          title,
          definition: () =>
            readIteration(iteration, null, (main, _, form) => read(main, null, `${form}, ${title}`)),
        })),
    );
  definitions.sort((a, b) => a.span.startLine - b.span.startLine);
  const { kinds } = around;
  const functions = all.map(({ fn }) => fn);
  return {
    definitions: kinds ? definitions.filter(({ kind }) => kinds.includes(kind)) : definitions,
    others,
    problems: [
      ...syntaxProblems(module, language.title),
      ...unreadProblems(unread),
      ...astray(comments, functions),
    ],
  };
}

const readModule = (text: string, grammar: Grammar, parsers: Parsers, file: string | null): Module =>
  grammar === 'python' ? readPython(text, parsers, file) : readJavaScript(text, grammar, parsers, file);

const familyOf = (grammar: Grammar): Family => (grammar === 'python' ? 'python' : 'javascript');

const isSamePlace = (a: Span, b: Span): boolean =>
  a.startLine === b.startLine && a.startColumn === b.startColumn;

const qualified = ({ fn, owner }: Callable): string => (owner ? `${owner.name}.${fn.name}` : fn.name);

/** With what is wrong in the comments about it. */
function withProblems(definition: SourceDefinition, directives: Directives): SourceDefinition {
  const { name, program, problems } = definition;
  const names = program ? unknownNames(directives, name, program.inputs) : [];
  const own = [...directives.problems, ...names];
  return own.length === 0 ? definition : { ...definition, problems: [...problems, ...own] };
}

const isJudged = ({ gradients, candidates, seconds, mismatches, pullback }: SourceDefinition): boolean =>
  gradients.length + candidates.length + seconds.length + mismatches.length > 0 || pullback !== null;

/** The loss of a prediction, found where its gradients are written. */
function propagating(definition: SourceDefinition, backward: Callable, reuse: Reuse): SourceDefinition {
  const name = qualified(backward);
  return reuse.remade(definition, `for ${name}`, (each) => ({ ...each, id: name, name, kind: 'propagate' }));
}

const hasOwnGradients = (definition: SourceDefinition | null): boolean =>
  definition !== null && definition.gradients.length + definition.mismatches.length > 0;

/** Executions that one file may take: some seconds of work. */
const MAX_RUNS = 10_000;

function readDefinition(plan: Plan, language: string, asked: boolean): Attempted {
  const reading = readPlan(plan);
  return {
    definition: reading && definitionOf(reading, plan, language, asked),
    runs: reading?.runs ?? 1,
  };
}

function definitionOf(
  reading: Reading,
  plan: Plan,
  language: string,
  asked: boolean,
): SourceDefinition | null {
  const { fn, owner, outer, module, isNested } = plan.main;
  const name = qualified(plan.main);
  // One of another file stands where its gradient does.
  const { span, nameSpan } = (module && plan.gradient ? plan.gradient : plan.main).fn;
  const common = { id: name, name, language, span, nameSpan };
  if (!reading.assembled) {
    if (!reading.cause || !(asked || (worthReporting(plan) && !callsLoss(reading.cause)))) return null;
    return withoutForeignPlaces({
      ...common,
      ...EMPTY,
      kind: 'loss',
      problems: [declined(fn.name, reading.cause)],
    });
  }
  const own = kindOf(
    reading,
    titleOf(fn.name, owner?.name ?? null, isNested ? null : (outer?.fn.name ?? null)),
    owner?.name ?? null,
  );
  const kind =
    own !== null && (asked || isMeant(own, plan, reading)) ? own : asked ? plainKindOf(reading) : null;
  if (kind === null) return null;
  const { assembled } = reading;
  const isActivation = kind === 'activation';
  const paired = reading.execution.gradient;
  return withoutForeignPlaces({
    ...common,
    kind,
    program: assembled.program,
    outputAxes: assembled.outputAxes,
    gradients: isActivation ? [] : assembled.gradients,
    candidates: [
      ...(isActivation
        ? [
            ...assembled.gradients.map((g) =>
              reading.execution.registered
                ? literalReading(g)
                : derivativeReadings(g, assembled.program, assembled.program.output),
            ),
            ...assembled.foreign.flatMap((f) => upstreamReadings(f, reading)),
          ].map((candidate) => convened(candidate, plan.directives))
        : []),
      ...assembled.intermediates.map(intermediateReadings),
    ],
    seconds: assembled.seconds,
    mismatches: mismatchesOf(reading),
    pullback: pullbackOf(reading),
    notes: [...(module ? [originNote(name, module)] : []), ...reading.execution.run.notes],
    assumptions: assembled.assumptions,
    problems: [
      ...brokenProblems(reading),
      ...[...assembled.foreign, ...(assembled.pullback?.foreign ?? [])]
        .filter((f) => !isActivation || upstreamReadings(f, reading).length === 0)
        .map((f) => foreignProblem(f, reading)),
    ],
    samples: reading.samples,
    said: plan.directives.said,
    gradientFunction: paired
      ? {
          name: paired.callable.fn.name,
          span: paired.callable.fn.span,
          nameSpan: paired.callable.fn.nameSpan,
        }
      : null,
  });
}

const EMPTY = {
  program: null,
  outputAxes: [],
  gradients: [],
  candidates: [],
  seconds: [],
  mismatches: [],
  pullback: null,
  notes: [],
  assumptions: [],
  samples: null,
  gradientFunction: null,
  said: new Map(),
};

/**
 * JavaScript is full of functions of one number, and of costs and errors that are no losses: there, one without a written
 * gradient must say by its names that it is meant.
 */
function isMeant(kind: DefinitionKind, { main: { fn, owner }, module }: Plan, reading: Reading): boolean {
  if (module.family !== 'javascript' || reading.execution.gradient) return true;
  if (reading.outputs.gradients.length + reading.outputs.broken.length > 0) return true;
  if (kind === 'activation')
    return isActivationContext(fn.name) || (owner !== null && isActivationContext(owner.name));
  const single = reading.assembled?.program.inputs.every((input) => input.shape.length === 0) ?? true;
  return (
    !single ||
    (isPlainLossName(fn.name) && !/^(?:error|cost|[jle])$/i.test(fn.name)) ||
    isKnownLossName(fn.name)
  );
}

/** What calls a loss or a model that it is given defines none. */
const callsLoss = ({ id, text }: Cause): boolean =>
  id === 'calls-argument' &&
  /calls its argument (?:\w*(?:loss|criterion|cost|objective|model|net))\b/i.test(text);

/** A function that cannot be read is worth a word only when its name says that it is a loss. */
function worthReporting({ main: { fn, owner, outer, isNested }, module, gradient }: Plan): boolean {
  if (isNested) return false;
  const name = titleOf(fn.name, owner?.name ?? null, outer?.fn.name ?? null);
  if (
    module.family === 'javascript' &&
    !gradient &&
    !(isPlainLossName(name) && mayDefine(fn) && !/error|cost|^[jle]$/i.test(name))
  )
    return false;
  return (
    (isLossName(name) || isKnownLossName(name)) &&
    !isProcedureName(name) &&
    !isMeasureName(name) &&
    !isGradientName(name)
  );
}

function declined(name: string, cause: Cause): Problem {
  const isShape = cause.type === 'shape';
  return {
    type: isShape ? 'problem' : 'decline',
    id: cause.id,
    message: isShape
      ? `${name} fits no shapes that were tried: ${cause.text} (${placeText(cause.span)}). Say the shapes in a comment, as in "# nabla: X: (m, n)".`
      : `${name} is not analysed: it ${cause.text}.`,
    span: cause.span,
  };
}
