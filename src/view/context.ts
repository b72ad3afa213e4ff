import type { HostApi, PanelState } from '../protocol/panel';
import type { PreferenceStore } from './preferences';

/** What every section of the panel may use. */
export interface ViewContext {
  readonly host: HostApi;
  readonly preferences: PreferenceStore;
  /** Sends an intent to the host; a failure is shown at the top of the panel and given to the caller as `false`. */
  ask(intent: (host: HostApi) => Promise<void>): Promise<boolean>;
  /** Says something to screen readers, without interrupting. */
  announce(message: string): void;
}

/** A part of the panel: built once, told of every state, redraws what differs. */
export interface Section {
  readonly element: HTMLElement;
  update(state: PanelState): void;
}
