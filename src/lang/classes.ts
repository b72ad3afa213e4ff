/** Classes that a class inherits from. */
import type { Span } from '../core/definition';
import type { Run } from './run';
import type { ClassNode } from './syntax';
import type { Value } from './values';

/** What the bases of a class are: classes of the file, and names of a library. */
function parents(run: Run, node: ClassNode, span: Span): { classes: ClassNode[]; paths: string[] } {
  const classes: ClassNode[] = [];
  const paths: string[] = [];
  for (const base of node.bases) {
    const [root = '', ...rest] = base.split('.');
    if (!/^[\w.]+$/.test(base) || root === node.name) continue;
    const value: Value | undefined = run.globals(root, span, run.homeOf(node));
    if (value?.kind === 'class' && rest.length === 0) classes.push(value.node);
    else if (value?.kind === 'library') paths.push([value.path, ...rest].join('.'));
  }
  return { classes, paths };
}

const MAX_DEPTH = 6;

/** The classes of the file that a class inherits from, nearest first. */
export function basesOf(run: Run, node: ClassNode, span: Span): ClassNode[] {
  const found: ClassNode[] = [];
  const visit = (one: ClassNode, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    for (const base of parents(run, one, span).classes) {
      if (found.includes(base) || base === node) continue;
      found.push(base);
      visit(base, depth + 1);
    }
  };
  visit(node, 0);
  return found;
}

/** Classes of libraries whose objects are layers, models and losses: their attributes are asked for one by one. */
const MODULES =
  /^(?:torch\.nn\.(?:modules\.(?:module|loss)\.)?(?:Module|_?\w*Loss)|(?:tensorflow\.keras|keras|tensorflow\.python\.keras)\.(?:layers\.Layer|losses\.Loss|Model|models\.Model)|flax\.(?:linen|nnx)\.Module)$/;

/** Whether a class is one of a framework's layers, models or losses. */
export const isModuleClass = (run: Run, node: ClassNode, span: Span): boolean =>
  [node, ...basesOf(run, node, span)].some((one) =>
    parents(run, one, span).paths.some((path) => MODULES.test(path)),
  );
