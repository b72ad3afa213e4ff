/** The pairs of a file: functions of several cells, and functions that are nothing but the gradient of another one. */
import { assignedNames } from './assigned';
import type { Callable } from './execution';
import { isGradientName, isLossName } from './names';
import { around } from './cells';
import { derivativeNames, pairingOf } from './pairing';
import type { Module } from './syntax';

/** In a file of cells, a function that is defined again goes with what is defined around it. */
export function pairingIn(
  { cells, family }: Module,
  all: readonly Callable[],
  choicesIn: (c: Callable) => ReadonlyMap<string, Callable>,
): (main: Callable) => Callable | null {
  const pairing = pairingOf(all, family, choicesIn);
  const names = all.flatMap(({ fn, owner }) => (owner ? [] : [fn.name]));
  if (cells.length === 0 || new Set(names).size === names.length) return pairing;
  return (main) => (main.owner ? pairing(main) : pairingOf(around(main, all), family, choicesIn)(main));
}

/** A function that computes a gradient and no loss. */
export const isGradientOnly = ({ fn }: Callable, main: Callable): boolean =>
  (isGradientName(fn.name) ||
    fn.name.toLowerCase() === `d${main.fn.name.toLowerCase()}` ||
    derivativeNames(main.fn.name).includes(fn.name)) &&
  ![...assignedNames(fn.body)].some(isLossName);
