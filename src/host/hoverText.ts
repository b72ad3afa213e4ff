import type { DefinitionSummary, Finding, Formula, HoverInfo, Problem } from '../protocol';
import { commandLink } from './commands';
import { markOf, stateOf } from './lensText';
import type { MathImages, MathStyle } from './mathImages';
import { runsOnData } from './target';

/** VS Code cuts the Markdown of a hover at 100,000 characters, which may be in the middle of a picture. */
export const LIMIT = 95_000;
const RESERVED_FOR_TEXT = 10_000;
const GAP = ' &emsp;&emsp;&emsp; ';

/**
 * The Markdown of a hover: the definition and its gradients as pictures, the state of the checks, the commands.
 * `explained` are the findings that are spelled out.
 */
export function hoverMarkdown(
  info: HoverInfo,
  definition: DefinitionSummary | null,
  uri: string,
  images: MathImages,
  style: MathStyle,
  explained: readonly Finding[] = info.findings,
): string {
  let room = LIMIT - RESERVED_FOR_TEXT;
  const draw = (formulas: readonly Formula[]): string => {
    const whole = images.stack(formulas, style);
    if (whole !== null && whole.length <= room) {
      room -= whole.length;
      return whole;
    }
    return formulas
      .map((formula) => {
        const image = images.stack([formula], style);
        if (image === null || image.length > room) return codeOf(formula.text);
        room -= image.length;
        return image;
      })
      .join('\n\n');
  };
  const state = info.findings.length === 0 ? '' : `: ${escapeMarkdown(stateOf(info.findings))}`;
  // The commands come first: a hover shows some 15 lines, and what is below has to be scrolled to.
  const head = `**${escapeMarkdown(info.title)}**${state}  \n${linksOf(info.definitionId, definition, uri)}`;
  const parts = [head];
  // Side by side where there is room, which is in sight without scrolling; VS Code wraps them where there is not.
  const pictures = [info.formulas, info.gradients].filter(({ length }) => length > 0).map(draw);
  if (pictures.length > 0) parts.push(pictures.join(GAP));
  const right = explained.filter(({ verdict }) => verdict === 'right');
  const others = explained.filter(({ verdict }) => verdict !== 'right');
  if (right.length > 0) parts.push(right.map(rightLine).join('  \n'));
  parts.push(...others.map(findingLine), ...info.problems.map(problemLine));
  const notes = [info.kinks, info.numerics].filter((note) => note !== undefined);
  if (notes.length > 0) parts.push(notes.map(dimLine).join('  \n'));
  return fitted(parts);
}

/** As many parts as fit. */
function fitted(parts: readonly string[]): string {
  let text = '';
  for (const part of parts) {
    if (text.length + part.length + 2 > LIMIT) return text;
    text += text === '' ? part : `\n\n${part}`;
  }
  return text;
}

function linksOf(definitionId: string, definition: DefinitionSummary | null, uri: string): string {
  const target = { uri, definitionId };
  const links = [
    `[∇ Derive gradient](${commandLink('nabla.derive', target)} "Show the derivation step by step")`,
  ];
  if (definition !== null && runsOnData(definition))
    links.push(
      `[Check on data](${commandLink('nabla.checkOnData', target)} "Compare with finite differences on a table")`,
      `[Train](${commandLink('nabla.train', target)} "Gradient descent on a table")`,
    );
  return links.join(' · ');
}

/** What is right needs no numbers here, which the panel has: "✓ dw is ∂cost/∂w (proved)". */
function rightLine({ verdict, message, evidence }: Finding): string {
  const [short = ''] = evidence.split(/[:;,]/);
  const sure = short === '' ? '' : ` (${short})`;
  return escapeMarkdown(`${markOf(verdict)} ${message.replace(/\.$/, '')}${sure}`);
}

function findingLine(finding: Finding): string {
  const line = `${markOf(finding.verdict)} ${escapeMarkdown(finding.message)}`;
  return finding.evidence === '' ? line : `${line}  \n${escapeMarkdown(finding.evidence)}`;
}

/** VS Code lets no other style than a colour of the theme through. */
function dimLine(text: string): string {
  return `<span style="color:var(--vscode-descriptionForeground);">${escapeMarkdown(text)}</span>`;
}

function problemLine(problem: Problem): string {
  return `⚠ ${escapeMarkdown(problem.message)}`;
}

function codeOf(text: string): string {
  return text.includes('`') ? escapeMarkdown(text) : `\`${text}\``;
}

/** Text as it is: names such as `y_hat` or `dw * 2` are no emphasis. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~$]/g, '\\$&');
}
