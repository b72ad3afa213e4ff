/** The strip that chooses between gradient, Hessian and the other derivatives of the shown definition. */
import type { DerivativeKind } from '../protocol';
import type { Section, ViewContext } from './context';
import { segmented, type Segmented } from './controls';
import { derivativeName } from './derivatives';
import { h } from './dom';
import { equal } from './equal';
import type { Frame } from './frame';

/** Stands beside the heading of a section, and dims the section while another derivative is being found. */
export function createKindSwitch(context: ViewContext, frame: Frame): Section {
  const element = h('div', { class: 'kind-switch', hidden: true });
  frame.aside.append(element);
  let offered: readonly DerivativeKind[] = [];
  let strip: Segmented<DerivativeKind> | null = null;
  return {
    element,
    update: ({ derivation, derivative }) => {
      const kinds = derivation?.kinds ?? [];
      const chosen = derivative?.kind ?? 'gradient';
      // Drawn anew it would lose the keyboard's focus.
      if (!equal(kinds, offered)) {
        offered = kinds;
        strip = segmented(
          'Derivative to show',
          kinds.map((kind) => ({ value: kind, ...derivativeName(kind, kinds) })),
          chosen,
          (kind) => void context.ask((host) => host.selectDerivative(kind)),
        );
        element.replaceChildren(strip.element);
      }
      element.hidden = !derivative || kinds.length < 2;
      strip?.set(chosen);
      const busy = derivative?.busy ?? false;
      frame.body.classList.toggle('stale', busy);
      frame.body.setAttribute('aria-busy', String(busy));
    },
  };
}
