/** What is assumed of the inputs of a definition, in words. */
import { indexedSizes, type Domain, type Input } from '../core/definition';
import type { Assumption } from '../protocol';

/** One sentence an input: its shape, its role, the values that it may take, and what tells so. */
export const assumptionsOf = (inputs: readonly Input[]): Assumption[] =>
  inputs.map((input) => {
    const { name, reason } = input;
    const parts = [shapeText(input), ROLE_TEXT[input.role], domainText(input)].filter((text) => text !== '');
    return { subject: name, text: `${name} ${parts.join(', ')}${reason && ` (${reason})`}` };
  });

const shapeText = ({ shape }: Input): string =>
  shape.length === 0
    ? 'is a single number'
    : `has shape (${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;

const ROLE_TEXT: Readonly<Record<Input['role'], string>> = {
  parameter: 'a parameter',
  data: 'data',
  label: 'a label',
  hyper: 'a setting',
  upstream: 'the gradient from above',
  unknown: '',
};

/** Nothing of those that may be any number. */
function domainText({ domain, shape }: Input): string {
  switch (domain.kind) {
    case 'real':
      return '';
    case 'interval':
      return intervalText(domain);
    case 'binary':
      return '0 or 1';
    case 'sign':
      return '-1 or 1';
    case 'class':
      return `positions from 0 to ${domain.size} - 1`;
    case 'distribution': {
      const axes = indexedSizes(shape).length;
      const isLast = domain.axis === undefined || domain.axis === axes - 1;
      const lines = axes < 2 ? '' : isLast ? ' in each row' : ' in each column';
      return domain.hard ? `one 1${lines} and zeros` : `not negative, with sum 1${lines}`;
    }
    case 'symmetric':
      return domain.definite ? 'symmetric and positive definite' : 'symmetric';
  }
}

function intervalText({ low, high, open }: Domain & { readonly kind: 'interval' }): string {
  if (low === 0 && high === Infinity) return open ? 'positive' : 'not negative';
  if (high === Infinity) return `${open ? 'above' : 'at least'} ${low}`;
  if (low === -Infinity) return `${open ? 'below' : 'at most'} ${high}`;
  return open ? `strictly between ${low} and ${high}` : `from ${low} to ${high}`;
}
