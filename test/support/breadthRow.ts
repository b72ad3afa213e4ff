/** A function as a person would define it, and the library functions that it must agree with. */
export interface BreadthRow {
  readonly name: string;
  /** In the line language of model.ts; the last binding is a scalar, `upstream` weights make one of an array. */
  readonly source: string;
  /** The value as Python over the inputs, with `F` = torch.nn.functional. */
  readonly torch: string;
  /** The value as Python over the inputs, with `nn` = jax.nn and `jnp` = jax.numpy. */
  readonly jax?: string;
  /** The value as a SymPy expression over scalar inputs. */
  readonly sympy?: string;
  /** Gradients as a textbook prints them, by parameter, in the line language. */
  readonly gradients?: Readonly<Record<string, string>>;
  /** All helper gradients that got a name, likewise. */
  readonly named?: Readonly<Record<string, string>>;
  /** Factor of the parameters at extreme points (12 unless told); 1 where the definition itself overflows or loses all digits. */
  readonly extreme?: number;
  /** Where `x` has a kink, over the other inputs; the gradient there is the one that PyTorch takes. */
  readonly kinks?: readonly string[];
  /** Relative difference to PyTorch that is allowed where its own kernel computes in single precision. */
  readonly torchPrecision?: number;
}
