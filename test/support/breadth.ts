/** Every activation, normalisation, loss and matrix function that must be derived as people write it. */
import { ACTIVATIONS } from './breadthActivations';
import { LINEAR } from './breadthLinear';
import { LOSSES } from './breadthLosses';
import type { BreadthRow } from './breadthRow';
import { TORCH } from './breadthTorch';

export const BREADTH: readonly BreadthRow[] = [...LINEAR, ...ACTIVATIONS, ...LOSSES, ...TORCH];
