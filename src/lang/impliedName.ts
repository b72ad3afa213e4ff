/** The name of a loss that is put into code which computes its gradients alone. */
export const IMPLIED_LOSS = 'implied_loss';
