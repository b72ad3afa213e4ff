/** Definitions as readable text, for snapshots; independent of the product's printers. */
import type { Axis, Binding, Domain, HandGradient } from '../../src/core/definition';
import type { Node } from '../../src/core/expr';
import type { Pullback, SourceDefinition, SourceReading } from '../../src/lang/definition';

export function readingText(reading: SourceReading): string {
  const parts = reading.definitions.map(definitionText);
  const problems = reading.problems.map((problem) => `${problem.type} ${problem.id}: ${problem.message}`);
  if (parts.length === 0) parts.push('no definitions');
  return `${[...parts, ...(problems.length > 0 ? [problems.join('\n')] : [])].join('\n\n')}\n`;
}

function definitionText(d: SourceDefinition): string {
  const lines = [`${d.kind} ${d.name} (lines ${d.span.startLine}-${d.span.endLine})`];
  if (d.id !== d.name) lines.push(`  id ${d.id}`);
  if (d.gradientFunction) lines.push(`  gradient function ${d.gradientFunction.name}`);
  if (d.samples !== null) lines.push(`  samples ${d.samples}`);
  for (const input of d.program?.inputs ?? []) {
    const code = input.code === input.name ? '' : ` = ${input.code}`;
    lines.push(
      `  ${input.role} ${input.name}${code} (${input.shape.join(', ')}) ${domainText(input.domain)}`,
    );
  }
  for (const binding of d.program?.bindings ?? []) lines.push(`  ${bindingText(binding)}`);
  if (d.program) lines.push(`  output ${d.program.output}${axesText(d.outputAxes)}`);
  for (const gradient of d.gradients) lines.push(...gradientLines('gradient', gradient));
  for (const candidate of d.candidates)
    for (const { convention, gradient } of candidate.readings)
      lines.push(...gradientLines(`candidate (${convention})`, gradient));
  if (d.pullback) lines.push(...pullbackLines(d.pullback));
  for (const m of d.mismatches)
    lines.push(
      `  mismatch ${m.name} of ${m.of}, line ${m.span.startLine}${m.raises ? ', raises' : ''}: ${m.message}`,
    );
  for (const problem of d.problems) lines.push(`  ${problem.type} ${problem.id}: ${problem.message}`);
  for (const note of d.notes) lines.push(`  note ${note.text}`);
  return lines.join('\n');
}

function pullbackLines({ program, gradients, candidates }: Pullback): string[] {
  const output = program.bindings.find((binding) => binding.name === program.output);
  return [
    ...program.inputs
      .filter(({ role }) => role === 'upstream')
      .map(({ name, shape }) => `  upstream ${name} (${shape.join(', ')})`),
    ...(output ? [`  ${bindingText(output)}`] : []),
    ...gradients.flatMap((gradient) => gradientLines('gradient', gradient)),
    ...candidates.flatMap(({ readings }) =>
      readings.flatMap(({ convention, gradient }) => gradientLines(`candidate (${convention})`, gradient)),
    ),
  ];
}

function gradientLines(word: string, gradient: HandGradient): string[] {
  const { of, name, value, bindings, span, functionName } = gradient;
  const where = functionName === null ? '' : ` in ${functionName}`;
  const head = `  ${word} ${name}${axesText(value.axes)} of ${of}, line ${span.startLine}${where} = ${nodeText(value.element)}`;
  return [head, ...bindings.map((binding) => `    with ${bindingText(binding)}`)];
}

const bindingText = (b: Binding): string =>
  `${b.name}${axesText(b.axes)} = ${nodeText(b.def)}  <${b.origin}>`;

function axesText(axes: readonly Axis[]): string {
  if (axes.length === 0) return '';
  return `[${axes.map((axis) => (axis.index ? `${axis.index.name}<${axis.size}` : '1')).join(', ')}]`;
}

function domainText(domain: Domain): string {
  switch (domain.kind) {
    case 'interval':
      return domain.high === Infinity
        ? 'positive'
        : `${domain.open ? 'in' : 'within'} ${domain.low}..${domain.high}`;
    case 'class':
      return `class of ${domain.size}`;
    case 'distribution':
      return `${domain.hard ? 'one-hot' : 'distribution'}${domain.axis === undefined ? '' : ` along axis ${domain.axis}`}`;
    default:
      return domain.kind;
  }
}

const ATOM = 4;

/** Fully explicit infix text. */
export function nodeText(node: Node): string {
  return written(node)[0];
}

function written(node: Node): [string, number] {
  const inner = (k: number, least: number): string => {
    const arg = node.args[k];
    if (!arg) return '?';
    const [text, level] = written(arg);
    return level < least ? `(${text})` : text;
  };
  const list = (): string => node.args.map((arg) => nodeText(arg)).join(', ');
  switch (node.kind) {
    case 'num':
      return node.den === 1 ? [String(node.num), node.num < 0 ? 2 : ATOM] : [`${node.num}/${node.den}`, 2];
    case 'const':
      return [node.name, ATOM];
    case 'size':
      return [`|${node.size}|`, ATOM];
    case 'index':
      return [node.name, ATOM];
    case 'sym':
      return [node.args.length > 0 ? `${node.name}[${list()}]` : node.name, ATOM];
    case 'matrix':
      return [`${node.fn}(${node.name})${node.args.length > 0 ? `[${list()}]` : ''}`, ATOM];
    case 'add':
      return [node.args.map((_, k) => inner(k, 2)).join(' + '), 1];
    case 'mul':
      return [node.args.map((_, k) => inner(k, 3)).join(' * '), 2];
    case 'pow':
      return [`${inner(0, ATOM)}^${inner(1, ATOM)}`, 3];
    case 'call':
      return [`${node.fn}(${list()})`, ATOM];
    case 'cmp':
      return [`[${inner(0, 1)} ${node.rel} ${inner(1, 1)}]`, ATOM];
    case 'where':
      return [`where(${list()})`, ATOM];
    case 'delta':
      return [`delta(${list()})`, ATOM];
    case 'reduce':
      return [`${node.op}(${node.index.name}<${node.index.size}: ${inner(0, 1)})`, ATOM];
    case 'diff':
      return [`diff(${list()})`, ATOM];
  }
}
