/**
 * The facade: text in, plain data out. Never throws on any text: the text's faults are problems, Nabla's own defects become
 * a problem with the id `internal`. No input or output; the only state is a bounded cache by content.
 */
import type { Binding, Program } from '../core/definition';
import { NoSuchDerivative } from '../core/derivatives';
import type { Derivation, Gradient } from '../core/derivation';
import { derive } from '../core/derive';
import type { OtherReading, SourceDefinition, SourceReading } from '../lang/definition';
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
  Formula,
  HoverInfo,
  Problem,
  StabilityView,
  Surroundings,
  TextSpan,
} from '../protocol';
import { createCache, lazy } from './cache';
import { programContent } from './content';
import { derivativeFormula, expectedKey, expectedOf, findingOf, type Derived } from './findings';
import { derivativeView } from './derivativeView';
import { createFormulas } from './formulas';
import { hoverAt, type GradientLine } from './hover';
import { jobOf, type JobResult } from './job';
import type { JobOptions } from '../engine/job';
import { createKnown, type Known } from './known';
import { emptyView, missing } from './missing';
import { NOTHING_MEASURED, stabilityView } from './stability';
import { chooseLoss } from './chooseLoss';
import { chooseReading } from './chooseReading';
import { judgeDefinition, judgingInParts, type Judged } from './verdicts';
import { fileScan } from './scan';
import { definitionSummary, derivationView } from './views';
import { copyOf, createWorks, writtenFor, type Work } from './work';

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
/** Programs of which judgements are kept, expressions for each of them, and attempts at reading one. */
const KEPT_PROGRAMS = 400;
const KEPT_NODES = 150;
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
  /** A copy of it to derive and judge; null when there is nothing to derive. */
  readonly work: () => Work | null;
  /** By all parameters, its steps not verified; null where that is not possible. */
  readonly derivedBy: (work: Work | null) => Derived | null;
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
  const works = createWorks(kept * KEPT_NODES);
  const readings = createReadings((kept * KEPT_READINGS) / KEPT_PROGRAMS);
  let made = 0;
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
    entries.get(textKey(text, languageId, around), () => finished(read(text, languageId, around, true)));

  /** `judged`: verdicts are wanted, which tell what is meant where the code leaves it open. */
  function* read(
    text: string,
    languageId: string,
    around: Surroundings,
    judged: boolean,
  ): Generator<void, Entry> {
    const defects: Problem[] = [];
    const parts = readingDefinitions(text, languageId, parsers, asked, readings, around);
    let reading: SourceReading = { definitions: [], others: new Map(), problems: [] };
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
      const others = reading.others.get(source) ?? [];
      const isOpen = source.implied || (judged && others.length > 0);
      const taken = isOpen ? yield* likeliest(source, others, lines) : source;
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
    const made = entries.peek(key) ?? (yield* read(text, languageId, around, true));
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
    const { definitions } = yield* read(text, languageId, around, judged);
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

  /** The likeliest loss of code without one, null if none is; by which input a gradient is that does not say it. */
  function* likeliest(
    source: SourceDefinition,
    others: readonly OtherReading[],
    lines: readonly string[],
  ): Generator<void, SourceDefinition | null> {
    const first = source.movedFrom?.definition ?? source;
    const readings: readonly OtherReading[] = [() => source, ...others];
    const known = chosen.get(first);
    if (known === undefined && !source.implied) yield* entryFor(source, lines).judging();
    const choose = source.implied ? chooseLoss : chooseReading;
    const choice =
      known === undefined ? yield* choose(readings, (taken) => entryFor(taken, lines).findings()) : known;
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

  const definitionEntry = (source: SourceDefinition, text: readonly string[]): DefinitionEntry => {
    const defects: Problem[] = [];
    const { program, kind, name, nameSpan } = source;
    made += 1;
    const id = made;
    let lines = text;
    const known = lazy(() =>
      program ? programs.get(programContent(program, writtenFor(source)), createKnown) : createKnown(),
    );
    const summary = lazy(() =>
      guard(`writing the formulas of ${name}`, nameSpan, defects, definitionSummary(source, null), () =>
        definitionSummary(source, program && createFormulas(program, [])),
      ),
    );
    const work = (): Work | null => program && works.of(id, source, program);
    const weighed = <T>(own: Work | null, use: () => T): T => {
      try {
        return use();
      } finally {
        if (own) works.weigh(id, own);
      }
    };
    let isUnderivable = false;
    const derivedBy = (own: Work | null): Derived | null => {
      if (isUnderivable || !own) return null;
      isUnderivable = true;
      return guard(`deriving ${name}`, nameSpan, defects, null, () => {
        const found = weighed(own, own.derived);
        isUnderivable = false;
        return found;
      });
    };
    let isUnderway = false;
    function* judging(): Generator<void> {
      const own = isUnderway || source.gradients.length === 0 ? null : work();
      isUnderway = true;
      if (!own) return;
      const derivation = (): Derivation | null => derivedBy(own)?.derivation ?? null;
      const parts = judgingInParts(own.source, derivation, own.proves, known().judgements);
      let isOver = false;
      while (!isOver) {
        isOver = guard(`checking the gradients of ${name}`, nameSpan, defects, true, () =>
          weighed(own, () => parts.next().done === true),
        );
        if (!isOver) yield;
      }
    }
    const judged = (): Finding[] => {
      const own = work();
      const expected = (judgement: Judged): Formula | null =>
        known().expected(expectedKey(kind, judgement), () => {
          const found = derivedBy(own);
          return found && expectedOf(kind, judgement, found);
        });
      return weighed(own, () =>
        judgeDefinition(
          own?.source ?? source,
          () => derivedBy(own)?.derivation ?? null,
          own?.proves ?? (() => false),
          known().judgements,
        ).map((each) => findingOf(source, each, expected, lines)),
      );
    };
    const findings = lazy(() => {
      const { gradients, candidates, seconds, mismatches } = source;
      if (gradients.length + candidates.length + seconds.length + mismatches.length === 0) return [];
      return guard(`checking the gradients of ${name}`, nameSpan, defects, [] as readonly Finding[], judged);
    });
    const allFindings = lazy(() => {
      const back = pulledBack(source);
      const entry = back && definitionEntry(back, lines);
      const found = entry ? [...findings(), ...entry.findings()].sort(byPlace) : findings();
      if (entry) defects.push(...entry.defects);
      // A definition does not keep the text in which it was found first.
      lines = [];
      return found;
    });
    const written = <T>(what: string, otherwise: T, write: (found: Derived) => T): (() => T) =>
      lazy(() =>
        guard(what, nameSpan, defects, otherwise, () => {
          const own = work();
          const found = derivedBy(own);
          return found ? weighed(own, () => write(found)) : otherwise;
        }),
      );
    return {
      source,
      summary,
      work,
      derivedBy,
      findings: allFindings,
      judging,
      gradientLines: written(`writing the gradients of ${name}`, [], gradientLines),
      kinks: written(`looking for kinks of ${name}`, [], ({ derivation: found }) =>
        found.kinks.map(({ text: said }) => said),
      ),
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
    if (!source.program) return without(defects);
    const { source: copy, program } = copyOf(source, source.program);
    const unknown = (wrt ?? []).filter((name) => !isSymbol(program, name));
    if (unknown.length > 0) return without([...defects, unknownNames(source, program, unknown)]);
    const own: Problem[] = [];
    const options = { ...(wrt ? { wrt } : {}), keep: writtenFor(source) };
    const view = guard(`deriving ${source.name}`, source.nameSpan, own, null, () =>
      kind === 'gradient'
        ? derivationView(copy, program, derive(program, options), entry.findings())
        : otherDerivative(() => derivativeView(copy, program, kind, options), source, own),
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
    const entry = find(text, languageId, definitionId, around);
    const found = entry?.derivedBy(entry.work());
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
      const work = entry.work();
      const derived = entry.derivedBy(work);
      if (!work || !derived) return { problems: [...entry.source.problems, ...entry.defects] };
      const own: Problem[] = [];
      const { name, nameSpan } = entry.source;
      return guard<JobResult>(`preparing ${name} for data`, nameSpan, own, { problems: own }, () =>
        jobOf(work.source, derived.derivation, options),
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
