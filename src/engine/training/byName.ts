/** The optimizers by name. */
import type { OptimizerName } from '../../protocol/training';
import { adagrad, adam, adamw, gradientDescent, momentum, nesterov, rmsprop } from './firstOrder';
import { lbfgs, searchedDescent } from './lbfgs';
import { newton } from './newton';
import type { Optimizer, Search, UpdateRule } from './optimizer';
import type { TrainSettings } from './settings';

const by = (rule: UpdateRule): Optimizer => ({ kind: 'rule', rule });
const searching = (search: Search): Optimizer => ({ kind: 'search', search });

const OPTIMIZERS: Readonly<Record<OptimizerName, Optimizer>> = {
  'gradient-descent': by(gradientDescent),
  momentum: by(momentum),
  nesterov: by(nesterov),
  adam: by(adam),
  adamw: by(adamw),
  rmsprop: by(rmsprop),
  adagrad: by(adagrad),
  'l-bfgs': searching(lbfgs),
  newton: searching(newton),
};

export const optimizerOf = ({ optimizer, lineSearch }: TrainSettings): Optimizer =>
  lineSearch && optimizer === 'gradient-descent' ? searching(searchedDescent) : OPTIMIZERS[optimizer];
