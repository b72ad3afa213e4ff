/** What is known of the selected node: its formulas in full, and its share in each node that uses it. */
import type { DerivationView } from '../protocol';
import { scroller } from './controls';
import { h } from './dom';
import { partial, withLeftSide } from './equation';
import { formatShape } from './format';
import { NODE_ROLES } from './graphNode';
import { inlineMath, math } from './math';

export function graphDetails(graph: DerivationView['graph'], selected: string | null): HTMLElement {
  const node = graph.nodes.find(({ id }) => id === selected);
  if (!node)
    return h(
      'p',
      { class: 'dim hint' },
      'Choose a node to see its code, its gradient and its local derivatives.',
    );
  const output = graph.nodes.find(({ role }) => role === 'output');
  const uses = graph.edges.flatMap((edge) => {
    const user = graph.nodes.find(({ id }) => id === edge.to);
    return edge.from === node.id && edge.partial && user
      ? [withLeftSide(partial(user.label, node.label), edge.partial)]
      : [];
  });
  const line = (className: string, label: string, formula: HTMLElement): HTMLElement =>
    h(
      'div',
      { class: `detail ${className}` },
      h('span', { class: 'detail-name' }, label),
      scroller(label, formula),
    );
  const role = NODE_ROLES[node.role];
  return h(
    'div',
    { class: 'card' },
    h(
      'p',
      { class: 'detail-title' },
      inlineMath(node.label),
      h('span', { class: 'dim' }, [role, formatShape(node.shape)].filter((part) => part !== '').join(', ')),
    ),
    node.value && line('flow-values', 'Value', math(withLeftSide(node.label, node.value))),
    ...uses.map((formula, place) => line('flow-local', place === 0 ? 'Local' : '', math(formula))),
    output &&
      node.adjoint &&
      line('flow-gradients', 'Gradient', math(withLeftSide(partial(output.label, node.label), node.adjoint))),
  );
}
