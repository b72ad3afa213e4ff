/**
 * The facade: text in, plain data out. Never throws on any text: the text's faults are problems, Nabla's own defects become
 * a problem with the id `internal`. No input or output; the only state is a bounded cache by content.
 */
import type { Binding, Program } from '../core/definition';
import { NoSuchDerivative } from '../core/derivatives';
import type { Derivation, Gradient } from '../core/derivation';
import { derive } from '../core/derive';
import type { Node } from '../core/expr';
import { createSimplifier } from '../core/simplify/simplifier';
import type { OtherLoss, SourceDefinition, SourceReading } from '../lang/definition';
import type { Parsers } from '../lang/parse';
import { moved, namesLines, type LineMap } from '../lang/moved';
import { finished } from '../lang/parts';
import { readingDefinitions } from '../lang/read';
import { createReadings } from '../lang/reuse';
import type {
  Analysis,
  DefinitionSummary,
  DerivationView,
  DerivativeKind,
  FileScan,
  Finding,
  HoverInfo,
  Problem,
  StabilityView,
  Surroundings,
  TextSpan,
} from '../protocol';
import { createCache, lazy } from './cache';
import { programContent } from './content';
import { derivativeFormula, findingOf, type Derived } from './findings';
import { derivativeView } from './derivativeView';
import { createFormulas } from './formulas';
import { hoverAt, type GradientLine } from './hover';
import { jobOf, type JobResult } from './job';
import type { JobOptions } from '../engine/job';
import { createKnown, type Known } from './known';
import { NOTHING_MEASURED, stabilityView } from './stability';
import { chooseLoss } from './chooseLoss';
import { judgeDefinition, judgingInParts } from './verdicts';
import { fileScan } from './scan';
import { definitionSummary, derivationView } from './views';

export interface DerivationOptions {
  /** Names to differentiate by, inputs or intermediates; all parameters by default. */
  readonly wrt?: readonly string[];
  /** What to derive; gradients by default. One that the definition does not have gives a problem that says which to ask for. */
  readonly kind?: DerivativeKind;
}

export interface Analyzer {
  analyze(text: string, languageId: string, around?: Surroundings): Analysis;
  /** The same in parts, most of them a few milliseconds long. */
  analyzing(text: string, languageId: string, around?: Surroundings): Generator<void, Analysis>;
  /** What is kept of one of many files, in parts, too; `judged`: with verdicts on its gradients. */
  scanning(
    text: string,
    languageId: string,
    judged: boolean,
    around?: Surroundings,
  ): Generator<void, FileScan>;
  /** A definition that is unknown or cannot be read gives a view without parameters whose problems say why. */
  derivation(
    text: string,
    languageId: string,
    definitionId: string,
    options?: DerivationOptions,
    around?: Surroundings,
  ): DerivationView;
  /** Where the definition breaks down in floating point: measured, which takes up to a second. */
  stability(text: string, languageId: string, definitionId: string, around?: Surroundings): StabilityView;
  /** The same in parts of a few milliseconds, so that a thread can answer questions in between. */
  measuring(
    text: string,
    languageId: string,
    definitionId: string,
    around?: Surroundings,
  ): Generator<void, StabilityView>;
  /** Line and column are 1-based. */
  hover(
    text: string,
    languageId: string,
    line: number,
    column: number,
    around?: Surroundings,
  ): HoverInfo | null;
  job(
    text: string,
    languageId: string,
    definitionId: string,
    around?: Surroundings,
    options?: JobOptions,
  ): JobResult;
}

/** Told of defects that were turned into problems, for a log. */
export type Report = (what: string, error: unknown) => void;

/** Texts whose analyses are kept. */
const KEPT = 8;
/** Programs of which derivations and judgements are kept, and attempts at reading one. */
const KEPT_PROGRAMS = 400;
const KEPT_READINGS = 1000;

/** What is known of one text, each part worked out on first use. */
interface Entry {
  readonly definitions: readonly DefinitionEntry[];
  readonly lines: readonly string[];
  readonly analysis: () => Analysis;
}

interface DefinitionEntry {
  readonly source: SourceDefinition;
  readonly summary: () => DefinitionSummary;
  /** By all parameters, its steps not verified, of a program of the same content; null when there is nothing to derive. */
  readonly derived: () => Derived | null;
  /** The same of this very program. May throw where `derived` gives null. */
  readonly own: () => Derived | null;
  readonly findings: () => readonly Finding[];
  /** The work for its findings, in parts. */
  readonly judging: () => Generator<void>;
  readonly gradientLines: () => readonly GradientLine[];
  /** Where the gradients do not exist, as clauses. */
  readonly kinks: () => readonly string[];
  /** Defects met on the way. */
  readonly defects: Problem[];
}

/** Functions whose names are `asked` for are read whatever they look like. `kept`: programs that are kept. */
export function createAnalyzer(
  parsers: Parsers,
  report: Report = () => undefined,
  asked: readonly string[] = [],
  kept = KEPT_PROGRAMS,
): Analyzer {
  const entries = createCache<Entry>(KEPT);
  const programs = createCache<Known>(kept);
  const readings = createReadings((kept * KEPT_READINGS) / KEPT_PROGRAMS);
  const sources = new WeakMap<SourceDefinition, DefinitionEntry>();
  /** Of code without a loss, as it was read first: which reading is taken, if any is likely enough. */
  const chosen = new WeakMap<SourceDefinition, number | null>();
  const views = createCache<DerivationView>(2 * KEPT);
  const stabilities = createCache<StabilityView>(2 * KEPT);

  const guard = <T>(
    what: string,
    span: TextSpan | null,
    defects: Problem[],
    otherwise: T,
    work: () => T,
  ): T => {
    try {
      return work();
    } catch (error) {
      report(what, error);
      const problem = internal(what, span, error);
      // Work that is done in parts meets it again as a whole.
      if (!defects.some(({ message }) => message === problem.message)) defects.push(problem);
      return otherwise;
    }
  };

  const entryOf = (text: string, languageId: string, around: Surroundings): Entry =>
    entries.get(textKey(text, languageId, around), () => finished(read(text, languageId, around)));

  function* read(text: string, languageId: string, around: Surroundings): Generator<void, Entry> {
    const defects: Problem[] = [];
    const parts = readingDefinitions(text, languageId, parsers, asked, readings, around);
    let reading: SourceReading = { definitions: [], otherLosses: new Map(), problems: [] };
    for (let isOver = false; !isOver;) {
      isOver = guard('reading the text', null, defects, true, () => {
        const { done, value } = parts.next();
        if (done === true) reading = value;
        return done === true;
      });
      yield;
    }
    const lines = text.split(/\r\n|\r|\n/);
    const definitions: DefinitionEntry[] = [];
    for (const source of reading.definitions) {
      const others = reading.otherLosses.get(source) ?? [];
      const taken = source.implied ? yield* likeliest(source, others, lines) : source;
      if (taken) definitions.push(entryFor(taken, lines));
    }
    const analysis = lazy((): Analysis => {
      const findings = definitions.flatMap((definition) => definition.findings());
      return {
        definitions: definitions.map(({ summary, defects: own }) => withProblems(summary(), own)),
        findings,
        problems: [...reading.problems, ...defects],
      };
    });
    return { definitions, lines, analysis };
  }

  function* analyzing(
    text: string,
    languageId: string,
    around: Surroundings = {},
  ): Generator<void, Analysis> {
    const key = textKey(text, languageId, around);
    const made = entries.peek(key) ?? (yield* read(text, languageId, around));
    const entry = entries.get(key, () => made);
    for (const { summary, judging, findings } of entry.definitions) {
      summary();
      yield* judging();
      findings();
      yield;
    }
    return entry.analysis();
  }

  function* scanning(
    text: string,
    languageId: string,
    judged: boolean,
    around: Surroundings = {},
  ): Generator<void, FileScan> {
    const { definitions } = yield* read(text, languageId, around);
    const found: Finding[] = [];
    if (judged)
      for (const { judging, findings } of definitions) {
        yield* judging();
        found.push(...findings());
        yield;
      }
    return fileScan(
      definitions.map(({ source }) => source),
      judged ? found : null,
    );
  }

  /** Of the losses that code without one may mean, the one of which most gradients are right; none if none is. */
  function* likeliest(
    source: SourceDefinition,
    others: readonly OtherLoss[],
    lines: readonly string[],
  ): Generator<void, SourceDefinition | null> {
    const first = source.movedFrom?.definition ?? source;
    const readings: readonly OtherLoss[] = [() => source, ...others];
    const known = chosen.get(first);
    const choice =
      known === undefined ? yield* chooseLoss(readings, (taken) => entryFor(taken, lines).findings()) : known;
    chosen.set(first, choice);
    return choice === null ? null : (readings[choice]?.() ?? null);
  }

  /** A definition whose text and dependencies are as they were is worked out once, wherever it stands. */
  const entryFor = (source: SourceDefinition, lines: readonly string[]): DefinitionEntry => {
    const known = sources.get(source);
    if (known) return known;
    const { movedFrom } = source;
    const first = movedFrom && sources.get(movedFrom.definition);
    const entry =
      movedFrom && first ? movedEntry(source, first, movedFrom.line, lines) : definitionEntry(source, lines);
    sources.set(source, entry);
    return entry;
  };

  const movedEntry = (
    source: SourceDefinition,
    first: DefinitionEntry,
    line: LineMap,
    lines: readonly string[],
  ): DefinitionEntry => {
    const again = lazy(() => definitionEntry(source, lines));
    // Texts may quote the code, and lines that it names stay.
    const quotesLines = lazy(() => namesLines(lines));
    const findings = lazy(() => {
      const found = first.findings();
      const inTexts = namesLines(found);
      return inTexts && quotesLines() ? again().findings() : moved(found, line, inTexts);
    });
    const summary = lazy(() => {
      const found = first.summary();
      const inTexts = namesLines(found.problems);
      return inTexts && quotesLines() ? again().summary() : moved(found, line, inTexts);
    });
    return { ...first, source, summary, findings };
  };

  const definitionEntry = (source: SourceDefinition, lines: readonly string[]): DefinitionEntry => {
    const defects: Problem[] = [];
    const { program, name, nameSpan } = source;
    const known = lazy(() =>
      program ? programs.get(programContent(program, writtenFor(source)), createKnown) : createKnown(),
    );
    const own = lazy(() => program && deriveQuickly(program, writtenFor(source)));
    const summary = lazy(() =>
      guard(`writing the formulas of ${name}`, nameSpan, defects, definitionSummary(source, null), () =>
        definitionSummary(source, program && createFormulas(program, [])),
      ),
    );
    const derived = lazy(() =>
      guard(`deriving ${name}`, nameSpan, defects, null, () => known().derived(own)),
    );
    let isUnderway = false;
    function* judging(): Generator<void> {
      if (isUnderway || source.gradients.length === 0) return;
      isUnderway = true;
      const parts = judgingInParts(
        source,
        () => (derived() && own()?.derivation) ?? null,
        proofs(program),
        known().judgements,
      );
      let isOver = false;
      while (!isOver) {
        isOver = guard(
          `checking the gradients of ${name}`,
          nameSpan,
          defects,
          true,
          () => parts.next().done === true,
        );
        if (!isOver) yield;
      }
    }
    const findings = lazy(() =>
      guard(`checking the gradients of ${name}`, nameSpan, defects, [] as readonly Finding[], () => {
        const { gradients, candidates, seconds, mismatches } = source;
        if (gradients.length + candidates.length + seconds.length + mismatches.length === 0) return [];
        const found = derived();
        const derivation = (): Derivation | null => found && (own()?.derivation ?? null);
        const judged = judgeDefinition(source, derivation, proofs(program), known().judgements);
        return judged.map((each) => findingOf(source, each, found, lines));
      }),
    );
    const allFindings = lazy(() => {
      const back = pulledBack(source);
      if (!back) return findings();
      const entry = definitionEntry(back, lines);
      const found = [...findings(), ...entry.findings()].sort(byPlace);
      defects.push(...entry.defects);
      return found;
    });
    const gradients = lazy(() =>
      guard(`writing the gradients of ${name}`, nameSpan, defects, [] as readonly GradientLine[], () => {
        const found = derived();
        return found ? gradientLines(found) : [];
      }),
    );
    const kinks = lazy(() =>
      guard(`looking for kinks of ${name}`, nameSpan, defects, [] as readonly string[], () =>
        (derived()?.derivation.kinks ?? []).map(({ text }) => text),
      ),
    );
    return {
      source,
      summary,
      derived,
      own,
      findings: allFindings,
      judging,
      gradientLines: gradients,
      kinks,
      defects,
    };
  };

  const find = (
    text: string,
    languageId: string,
    definitionId: string,
    around: Surroundings,
  ): DefinitionEntry | null =>
    entryOf(text, languageId, around).definitions.find(({ source }) => source.id === definitionId) ?? null;

  const derivation = (
    text: string,
    languageId: string,
    definitionId: string,
    { wrt, kind = 'gradient' }: DerivationOptions,
    around: Surroundings,
  ): DerivationView => {
    const entry = find(text, languageId, definitionId, around);
    if (!entry) return emptyView(missing(definitionId, languageId));
    const { source, summary, defects } = entry;
    const without = (problems: readonly Problem[]): DerivationView =>
      emptyView(withProblems(summary(), problems));
    const { program } = source;
    if (!program) return without(defects);
    const unknown = (wrt ?? []).filter((name) => !isSymbol(program, name));
    if (unknown.length > 0) return without([...defects, unknownNames(source, program, unknown)]);
    const own: Problem[] = [];
    const options = { ...(wrt ? { wrt } : {}), keep: writtenFor(source) };
    const view = guard(`deriving ${source.name}`, source.nameSpan, own, null, () =>
      kind === 'gradient'
        ? derivationView(source, program, derive(program, options), entry.findings())
        : otherDerivative(() => derivativeView(source, program, kind, options), source, own),
    );
    return view ?? without([...defects, ...own]);
  };

  function* measuring(
    text: string,
    languageId: string,
    definitionId: string,
    around: Surroundings = {},
  ): Generator<void, StabilityView> {
    const key = definitionKey(text, languageId, definitionId, around);
    const known = stabilities.peek(key);
    if (known) return known;
    const found = find(text, languageId, definitionId, around)?.derived();
    if (!found) return NOTHING_MEASURED;
    const parts = stabilityView(languageId, found.program, found.derivation);
    const failed: IteratorResult<void, StabilityView> = { done: true, value: NOTHING_MEASURED };
    for (;;) {
      const { done, value } = guard('measuring the stability', null, [], failed, () => parts.next());
      if (done === true) return stabilities.get(key, () => value);
      yield;
    }
  }

  return {
    analyze: (text, languageId, around = {}) => entryOf(text, languageId, around).analysis(),
    analyzing,
    scanning,
    derivation: (text, languageId, definitionId, options = {}, around = {}) =>
      views.get(
        [
          options.wrt?.join() ?? '*',
          options.kind ?? 'gradient',
          definitionKey(text, languageId, definitionId, around),
        ].join('\n'),
        () => derivation(text, languageId, definitionId, options, around),
      ),
    stability(text, languageId, definitionId, around) {
      return finished(measuring(text, languageId, definitionId, around));
    },
    measuring,
    hover(text, languageId, line, column, around = {}) {
      const entry = entryOf(text, languageId, around);
      const gradients = (definitionId: string): readonly GradientLine[] =>
        entry.definitions.find(({ source }) => source.id === definitionId)?.gradientLines() ?? [];
      const info = hoverAt({ analysis: entry.analysis(), gradients }, entry.lines, line, column);
      if (!info) return null;
      const known = stabilities.peek(definitionKey(text, languageId, info.definitionId, around));
      const [first] = known?.findings ?? [];
      const kinks =
        info.gradients.length === 0
          ? []
          : (entry.definitions.find(({ source }) => source.id === info.definitionId)?.kinks() ?? []);
      return {
        ...info,
        ...(kinks.length > 0 ? { kinks: kinkLine(kinks) } : {}),
        ...(first ? { numerics: first.text } : {}),
      };
    },
    job(text, languageId, definitionId, around = {}, options = {}) {
      const entry = find(text, languageId, definitionId, around);
      if (!entry) return { problems: missing(definitionId, languageId).problems };
      if (!entry.derived()) return { problems: [...entry.source.problems, ...entry.defects] };
      const own: Problem[] = [];
      const { name, nameSpan } = entry.source;
      return guard<JobResult>(`preparing ${name} for data`, nameSpan, own, { problems: own }, () =>
        jobOf(entry.source, entry.own()?.derivation ?? null, options),
      );
    },
  };
}

const textKey = (text: string, languageId: string, around: Surroundings): string =>
  [languageId, JSON.stringify(around), text].join('\n');

const definitionKey = (
  text: string,
  languageId: string,
  definitionId: string,
  around: Surroundings,
): string => [definitionId, textKey(text, languageId, around)].join('\n');

/** A derivative that the definition does not have is a problem which says what to ask for. */
function otherDerivative(
  work: () => DerivationView,
  source: SourceDefinition,
  problems: Problem[],
): DerivationView | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NoSuchDerivative)) throw error;
    const { message, instead } = error;
    problems.push({ type: 'problem', id: `derive-${instead}-instead`, message, span: source.nameSpan });
    return null;
  }
}

/** What a backward function computes, as the gradients of a definition. */
function pulledBack(source: SourceDefinition): SourceDefinition | null {
  const { pullback } = source;
  return pullback && { ...source, ...pullback, mismatches: [], outputAxes: [], pullback: null };
}

const byPlace = (a: Finding, b: Finding): number =>
  a.span.startLine - b.span.startLine || a.span.startColumn - b.span.startColumn;

/** The names whose gradients the user has written. */
const writtenFor = ({ gradients, candidates, mismatches }: SourceDefinition): readonly string[] =>
  [...gradients, ...candidates, ...mismatches].map(({ of }) => of);

function deriveQuickly(program: Program, keep: readonly string[]): Derived {
  const derivation = derive(program, { verify: false, keep });
  return { program, derivation, written: new Map() };
}

/** Proofs by one simplifier, made on first use. */
function proofs(program: Program | null): (a: Node, b: Node) => boolean {
  const simplifier = lazy(() => program && createSimplifier(program));
  return (a, b) => simplifier()?.equal(a, b) ?? false;
}

function gradientLines(derived: Derived): GradientLine[] {
  const { gradients, named, backward } = derived.derivation;
  const line = (gradient: Gradient, by: readonly Binding[]): GradientLine => ({
    of: gradient.of,
    formula: derivativeFormula(derived, { gradient, named: by }),
  });
  return [
    ...gradients.map((gradient) => line(gradient, named)),
    ...backward.adjoints.map((gradient) => line(gradient, backward.named)),
  ];
}

/** The first one, and how many more there are. */
function kinkLine([first = '', ...others]: readonly string[]): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `${first.charAt(0).toUpperCase()}${first.slice(1)}${more}.`;
}

const isSymbol = (program: Program, name: string): boolean =>
  program.inputs.some((input) => input.name === name) ||
  program.bindings.some((binding) => binding.name === name);

function unknownNames(source: SourceDefinition, program: Program, names: readonly string[]): Problem {
  const known = [...program.inputs.map(({ name }) => name), ...program.bindings.map(({ name }) => name)];
  return {
    type: 'problem',
    id: 'unknown-variable',
    message: `${source.name} has no ${names.join(', ')} to differentiate by; it has ${known.join(', ')}.`,
    span: source.nameSpan,
  };
}

function internal(what: string, span: TextSpan | null, error: unknown): Problem {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    type: 'problem',
    id: 'internal',
    message: `A defect of Nabla's stopped ${what}: ${detail}. Please report it with this code.`,
    span,
  };
}

function withProblems(summary: DefinitionSummary, problems: readonly Problem[]): DefinitionSummary {
  return problems.length === 0 ? summary : { ...summary, problems: [...summary.problems, ...problems] };
}

function emptyView(definition: DefinitionSummary): DerivationView {
  return {
    definition,
    graph: { nodes: [], edges: [] },
    parameters: [],
    facts: [],
    problems: definition.problems,
  };
}

/** Stands for a definition that is not in the text any more. */
function missing(id: string, language: string): DefinitionSummary {
  const span: TextSpan = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
  return {
    id,
    name: id,
    kind: 'loss',
    language,
    span,
    nameSpan: span,
    formulas: [],
    inputs: [],
    output: '',
    assumptions: [],
    problems: [
      {
        type: 'problem',
        id: 'no-such-definition',
        message: 'This definition is not in the text any more: it was renamed or removed.',
        span: null,
      },
    ],
  };
}
