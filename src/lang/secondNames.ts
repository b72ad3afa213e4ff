/** What second derivatives are called. */

const words = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();

/** `hess`, `logistic_hessian`, `computeHessian`, `d2loss`, `second_derivative`. */
export const isSecondName = (name: string): boolean =>
  /(?:^|_)f?hess(?:ian)?s?(?:_|$)|(?:^|_)(?:second|2nd)_(?:order_)?(?:deriv|grad|der(?:_|$))|(?:^|_)f?prime_?2$|(?:^|_)d2_?(?:[fjlgy]|loss|cost|\w+_d\w+)$|(?:^|_)ddf$/.test(
    words(name),
  ) || isProductName(name);

/** `hess_vec`, `hessp`, `hvp`: the Hessian times a vector. */
export const isProductName = (name: string): boolean =>
  /hess(?:ian)?_?(?:p|v|vp|vec(?:tor)?|prod(?:uct)?|dot|times)(?:_|$)|(?:^|_)hvp(?:_|$)/.test(words(name));

/** What a second derivative is called besides, where a gradient stands beside it. */
export const isLetter = (name: string): boolean => /^(?:H|Hess\w*|hss)$/.test(name);

/** Words for what is put in the place of a second derivative on purpose. */
export const isApproximate = (text: string): boolean =>
  /fisher|gauss.?newton|expected|approx|levenberg|damp|bfgs|upper.?bound|majori[sz]|surrogate/i.test(text);

/** `return grad, hess`, as what fits boosted trees takes them. */
export const isGradientBeside = (gradient: string | null, second: string | null): boolean =>
  gradient !== null &&
  second !== null &&
  /^(?:grads?|gradients?|g|gr|dy|der1?|first_deriv\w*|\w+_grads?|\w+_gradient|grad_\w+|d1)$/i.test(
    gradient,
  ) &&
  (isSecondName(second) || isLetter(second) || /^(?:h|der2|\w*hess\w*)$/i.test(second));
