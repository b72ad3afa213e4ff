import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Finding } from '../protocol';
import type { Analyses } from './analyses';
import type { CommandId } from './commands';
import { isOn } from './configuration';
import type { Edges } from './edges';
import { hoverMarkdown } from './hoverText';
import { createMathImages } from './mathImages';
import type { MathImages, MathStyle } from './mathImages';
import type * as MathJaxModule from './mathjax';
import { positionOf } from './spans';
import { contains } from './target';

/** In px: matches the text of a hover. */
const FONT_SIZE = 14;
/** ms after the extension's start: by then the editor has shown its file, and a hover has hardly been asked for. */
const LOAD_AFTER = 1_000;

const LINKED: readonly CommandId[] = ['nabla.derive', 'nabla.checkOnData', 'nabla.train'];

/** Hovers with rendered mathematics. */
export function registerHover(analyses: Analyses, extensionPath: string, edges: Edges): vscode.Disposable {
  let loaded: MathImages | null = null;
  const images = () => (loaded ??= loadMathImages(extensionPath));
  const warmUp = edges.guard(
    'loading the typesetting of hovers',
    () => {
      // The first formula takes longer than all later ones.
      images().stack([{ latex: '\\sum_i x', text: '' }], mathStyle());
    },
    undefined,
  );
  const timer = setTimeout(() => void warmUp(), LOAD_AFTER);
  const provideHover = edges.guard(
    'the hover',
    async (
      document: vscode.TextDocument,
      at: vscode.Position,
      token: vscode.CancellationToken,
    ): Promise<vscode.Hover | null> => {
      if (!isOn('nabla.hover.enabled')) return null;
      const { definitions } = await analyses.of(document);
      if (token.isCancellationRequested) return null;
      const position = positionOf(at);
      const info = await analyses.hover(document, position);
      if (info === null) return null;
      const definition = definitions.find(({ id }) => id === info.definitionId) ?? null;
      // The warning at this place has its own hover, right above this one.
      const isWarned = ({ verdict, span }: Finding) =>
        verdict === 'wrong' && isOn('nabla.diagnostics.enabled') && contains(span, position);
      const text = hoverMarkdown(
        info,
        definition,
        document.uri.toString(),
        images(),
        mathStyle(),
        info.findings.filter((finding) => !isWarned(finding)),
      );
      const markdown = new vscode.MarkdownString(text);
      markdown.isTrusted = { enabledCommands: LINKED };
      // For the colour of what is said by the way; texts of the user are escaped.
      markdown.supportHtml = true;
      return new vscode.Hover(markdown, document.getWordRangeAtPosition(at));
    },
    null,
  );
  return vscode.Disposable.from(
    new vscode.Disposable(() => clearTimeout(timer)),
    vscode.languages.registerHoverProvider(analyses.selector, { provideHover }),
  );
}

function loadMathImages(extensionPath: string): MathImages {
  const load = createRequire(join(extensionPath, 'package.json'));
  const { createRenderer } = load('./dist/mathjax.cjs') as typeof MathJaxModule;
  return createMathImages(createRenderer());
}

/** A picture knows nothing of the theme: it gets the colour of the theme's text. */
function mathStyle(): MathStyle {
  const { kind } = vscode.window.activeColorTheme;
  const color = {
    [vscode.ColorThemeKind.Light]: '#3b3b3b',
    [vscode.ColorThemeKind.Dark]: '#cccccc',
    [vscode.ColorThemeKind.HighContrast]: '#ffffff',
    [vscode.ColorThemeKind.HighContrastLight]: '#292929',
  }[kind];
  return { color, fontSize: FONT_SIZE };
}
