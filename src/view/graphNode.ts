/** One node of the graph: its name, how it is computed, and how the output changes with it. */
import type { GraphNodeView } from '../protocol';
import { h } from './dom';
import { partial, rightSide, withLeftSide } from './equation';
import { formatShape } from './format';
import { inlineMath, math } from './math';
import type { Preferences } from './preferences';

export const NODE_ROLES: Readonly<Record<GraphNodeView['role'], string>> = {
  parameter: 'parameter',
  data: 'data',
  label: 'label',
  hyper: 'hyper-parameter',
  upstream: 'upstream',
  unknown: 'input',
  intermediate: '',
  output: 'output',
};

export interface NodeActions {
  readonly select: () => void;
  readonly point: (on: boolean) => void;
}

export function graphNode(
  node: GraphNodeView,
  output: GraphNodeView | null,
  mode: Preferences['graph'],
  actions: NodeActions,
): HTMLButtonElement {
  const role = NODE_ROLES[node.role];
  const forward = mode !== 'gradients' && node.value !== null && math(rightSide(node.value));
  const backward = mode !== 'values' && node.adjoint !== null && output !== null && node.id !== output.id;
  return h(
    'button',
    {
      type: 'button',
      class: `node role-${node.role}`,
      'data-node': node.id,
      tabindex: -1,
      'aria-pressed': 'false',
      on: {
        click: actions.select,
        pointerenter: () => {
          actions.point(true);
        },
        pointerleave: () => {
          actions.point(false);
        },
        focus: () => {
          actions.point(true);
        },
        blur: () => {
          actions.point(false);
        },
      },
    },
    h(
      'span',
      { class: 'node-head' },
      inlineMath(node.label, 'node-label'),
      h('span', { class: 'node-shape' }, formatShape(node.shape)),
      role !== '' && h('span', { class: 'role' }, role),
    ),
    forward && h('span', { class: 'node-value' }, forward),
    backward &&
      node.adjoint &&
      output &&
      h(
        'span',
        { class: 'node-adjoint' },
        math(withLeftSide(partial(output.label, node.label), node.adjoint)),
      ),
  );
}
