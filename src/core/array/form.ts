/**
 * Array expressions: what an element expression becomes when it is computed for all its indices at once. Every form knows
 * its axes, so that layouts (unit axes included) can be matched before anything is printed.
 */
import type { ConstNode, MatrixFunction, NumNode, ReduceOp, Relation, Size, SizeNode } from '../expr';

/** An axis of a form: the index that runs along it, or null for an axis of length 1. */
export type Dim = string | null;

interface FormBase {
  readonly dims: readonly Dim[];
}

/** A whole input or binding, in the layout that the program gives it. */
export interface SymbolForm extends FormBase {
  readonly kind: 'symbol';
  readonly name: string;
  /** Its last two axes may change places. */
  readonly symmetric: boolean;
}
export interface ScalarForm extends FormBase {
  readonly kind: 'scalar';
  readonly node: NumNode | ConstNode | SizeNode;
}
/** 0, 1, …, size - 1. */
export interface RangeForm extends FormBase {
  readonly kind: 'range';
  readonly size: Size;
}
export interface AddForm extends FormBase {
  readonly kind: 'add';
  readonly terms: readonly { readonly negative: boolean; readonly form: Form }[];
}
/** ± num/den · Π top / Π bottom, element by element. */
export interface ProductForm extends FormBase {
  readonly kind: 'product';
  readonly negative: boolean;
  readonly num: number;
  readonly den: number;
  readonly top: readonly Form[];
  readonly bottom: readonly Form[];
}
export interface PowerForm extends FormBase {
  readonly kind: 'power';
  readonly base: Form;
  readonly exponent: Form;
}
export interface RootForm extends FormBase {
  readonly kind: 'root';
  readonly arg: Form;
}
export interface CallForm extends FormBase {
  readonly kind: 'call';
  readonly fn: string;
  readonly args: readonly Form[];
}
export interface CompareForm extends FormBase {
  readonly kind: 'compare';
  readonly rel: Relation | '<' | '<=';
  readonly left: Form;
  readonly right: Form;
  /** Whether it stands for a condition rather than for 0 and 1. */
  readonly mask: boolean;
}
/** Row i is the unit vector whose 1 stands at the label of element i; its last axis runs over the `size` classes. */
export interface OneHotForm extends FormBase {
  readonly kind: 'oneHot';
  /** Labels from 0 to size - 1, without unit axes. */
  readonly labels: Form;
  readonly size: Size;
}
export interface WhereForm extends FormBase {
  readonly kind: 'where';
  readonly condition: Form;
  readonly then: Form;
  readonly otherwise: Form;
}
/** Sums over the last axis of `left` and the first one of `right`. */
export interface MatmulForm extends FormBase {
  readonly kind: 'matmul';
  readonly left: Form;
  readonly right: Form;
}
/** Products of all elements of two one-axis forms. */
export interface OuterForm extends FormBase {
  readonly kind: 'outer';
  readonly left: Form;
  readonly right: Form;
}
/** A reduction along `axes` (ascending); `keep` leaves unit axes in their place. */
export interface ReduceForm extends FormBase {
  readonly kind: 'reduce';
  readonly op: ReduceOp;
  readonly arg: Form;
  readonly axes: readonly number[];
  readonly keep: boolean;
}
export interface TransposeForm extends FormBase {
  readonly kind: 'transpose';
  readonly arg: Form;
  /** Axis k of the result is axis order[k] of the argument. */
  readonly order: readonly number[];
}
/** Unit axes put in or taken out, one entry per axis of the argument, with `insert` in between. */
export interface ViewForm extends FormBase {
  readonly kind: 'view';
  readonly arg: Form;
  readonly parts: readonly ('keep' | 'insert' | 'drop')[];
}
/** A function of the matrices that the last two axes of a whole symbol make: inverses in their place, else one number each. */
export interface MatrixFunctionForm extends FormBase {
  readonly kind: 'matrix';
  readonly fn: MatrixFunction;
  readonly arg: SymbolForm;
}
/** Elements of an array at positions: a whole axis (null), or a form with the positions. */
export interface TakeForm extends FormBase {
  readonly kind: 'take';
  readonly arg: SymbolForm | MatrixFunctionForm;
  readonly at: readonly (Form | null)[];
  /** For each axis, how many classes there are where it is taken at labels of them, else null. */
  readonly classes: readonly (Size | null)[];
}
/** The diagonal of a square array. */
export interface DiagonalForm extends FormBase {
  readonly kind: 'diagonal';
  readonly arg: SymbolForm | MatrixFunctionForm;
}
/** The matrix with a vector on its diagonal. */
export interface DiagForm extends FormBase {
  readonly kind: 'diag';
  readonly arg: Form;
}
/** Running sums along an axis, from its end if `reverse`. */
export interface CumulativeForm extends FormBase {
  readonly kind: 'cumulative';
  readonly arg: Form;
  readonly axis: number;
  readonly reverse: boolean;
}
/** Einstein summation: what no chain of products expresses. */
export interface EinsumForm extends FormBase {
  readonly kind: 'einsum';
  readonly args: readonly Form[];
}
/** The argument repeated along axes that it lacks. */
export interface FullForm extends FormBase {
  readonly kind: 'full';
  readonly arg: Form;
  readonly sizes: readonly Size[];
}

export type Form =
  | SymbolForm
  | ScalarForm
  | RangeForm
  | AddForm
  | ProductForm
  | PowerForm
  | RootForm
  | CallForm
  | CompareForm
  | OneHotForm
  | WhereForm
  | MatmulForm
  | OuterForm
  | ReduceForm
  | TransposeForm
  | ViewForm
  | MatrixFunctionForm
  | TakeForm
  | DiagonalForm
  | DiagForm
  | CumulativeForm
  | EinsumForm
  | FullForm;

/** The indices of a form, in order of its axes. */
export const indicesOf = (dims: readonly Dim[]): string[] => dims.filter((d): d is string => d !== null);

export const sameDims = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((d, k) => d === b[k]);

/** The forms that a form is made of. */
export function parts(form: Form): readonly Form[] {
  switch (form.kind) {
    case 'symbol':
    case 'scalar':
    case 'range':
      return [];
    case 'add':
      return form.terms.map((t) => t.form);
    case 'product':
      return [...form.top, ...form.bottom];
    case 'power':
      return [form.base, form.exponent];
    case 'call':
    case 'einsum':
      return form.args;
    case 'where':
      return [form.condition, form.then, form.otherwise];
    case 'compare':
    case 'matmul':
    case 'outer':
      return [form.left, form.right];
    case 'take':
      return [form.arg, ...form.at.filter((f): f is Form => f !== null)];
    case 'oneHot':
      return [form.labels];
    case 'root':
    case 'cumulative':
    case 'matrix':
    case 'reduce':
    case 'transpose':
    case 'view':
    case 'diagonal':
    case 'diag':
    case 'full':
      return [form.arg];
  }
}

/** Whether `test` holds for the form or anything in it. */
export const someForm = (form: Form, test: (form: Form) => boolean): boolean =>
  test(form) || parts(form).some((part) => someForm(part, test));
