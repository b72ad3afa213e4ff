/** The page of the panel: asks the host once for the whole state, draws what it is told, sends intents back. */
import 'katex/dist/katex.min.css';
import 'uplot/dist/uPlot.min.css';
import '../../media/view.css';
import type { HostApi, ViewApi } from '../protocol/panel';
import { createRpc } from '../rpc';
import type { Rpc } from '../rpc';
import { createPanel } from './panel';
import { createPreferences } from './preferences';
import type { StateHolder } from './preferences';

interface VsCodeApi extends StateHolder {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Fonts that are fetched at their first use come when the formulas are drawn already, which shows these without letters. */
function fetchFonts(): void {
  const used = [...document.fonts].filter(({ family }) => /KaTeX_(Main|Math|Size\d)/.test(family));
  void Promise.allSettled(used.map((face) => face.load()));
}

function start(root: HTMLElement): void {
  fetchFonts();
  const vscode = acquireVsCodeApi();
  const view: ViewApi = {
    show: (state) => Promise.resolve(panel.show(state)),
    trainProgress: (progress) => Promise.resolve(panel.trainProgress(progress)),
  };
  const rpc: Rpc<HostApi> = createRpc<HostApi>(
    {
      post: (message) => {
        vscode.postMessage(message);
      },
      onMessage: (listener) => {
        const receive = ({ data }: MessageEvent<unknown>): void => {
          listener(data);
        };
        addEventListener('message', receive);
        return {
          dispose: () => {
            removeEventListener('message', receive);
          },
        };
      },
    },
    view,
  );
  const panel = createPanel(root, rpc.remote, createPreferences(vscode));
  rpc.remote.ready().then(panel.show, (error: unknown) => {
    panel.showError(
      `The panel could not be filled: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
}

const root = document.getElementById('nabla');
if (!root) throw new Error('The page has no element with the id nabla.');
start(root);
