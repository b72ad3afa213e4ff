/** The symbolic core: derivations of whole definitions. Each call starts with a new arena. */
import { derive } from '../../src/core/derive';
import { parseModel } from '../support/model';
import type { Case } from './measure';
import { MODELS } from './models';

export const cases: readonly Case[] = Object.entries(MODELS).map(([name, source]) => ({
  bench: 'derive',
  case: name,
  repeat: 5,
  contenders: () => [
    { name: 'steps verified', run: () => derive(parseModel(source)) },
    { name: 'steps not verified', run: () => derive(parseModel(source), { verify: false }) },
  ],
}));
