/** Every activation, normalisation and loss that must be derived as people write it. */
import { ACTIVATIONS } from './breadthActivations';
import { LOSSES } from './breadthLosses';
import type { BreadthRow } from './breadthRow';

export const BREADTH: readonly BreadthRow[] = [...ACTIVATIONS, ...LOSSES];
