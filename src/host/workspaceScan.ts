import * as vscode from 'vscode';
import type { AnalyzerApi } from '../check/api';
import type { FileScan } from '../protocol';
import { setting } from './configuration';
import type { Corrections } from './corrections';
import type { Neighbours } from './neighbours';
import type { Sources } from './sources';
import {
  findWorkspaceFiles,
  isWorkspaceFile,
  readWorkspaceFile,
  watchIgnoreFiles,
  watchWorkspaceFiles,
  type FileText,
} from './workspaceFiles';

/** What is known of a file of the workspace. */
export interface ScannedFile {
  readonly uri: vscode.Uri;
  readonly file: Pick<FileText, 'key' | 'notebook'> & { readonly imports: ReadonlySet<string> };
  readonly scan: FileScan;
}

export interface ScanProgress {
  readonly done: number;
  readonly count: number;
  readonly name: string;
}

/** What the files of the workspace define, also those that are not open. Only names, places and warnings are kept. */
export interface WorkspaceScan extends vscode.Disposable {
  readonly files: () => readonly ScannedFile[];
  /**
   * Reads what has changed since it was read. `judged`: with verdicts on gradients. What was read until it is cancelled stays;
   * true when all is read.
   */
  run(
    judged: boolean,
    token: vscode.CancellationToken,
    progress?: (progress: ScanProgress) => void,
  ): Promise<boolean>;
  /** Files that were read anew or are gone. */
  readonly onDidChange: vscode.Event<readonly vscode.Uri[]>;
}

/** ms without edits after which the background goes on, and before it begins. */
const IDLE = 3_000;

interface Services {
  readonly analyzer: AnalyzerApi;
  readonly sources: Sources;
  readonly neighbours: Neighbours;
  readonly corrections: Corrections;
  readonly report: (what: string, error: unknown) => void;
}

export function createWorkspaceScan({
  analyzer,
  sources,
  neighbours,
  corrections,
  report,
}: Services): WorkspaceScan {
  const changed = new vscode.EventEmitter<readonly vscode.Uri[]>();
  const known = new Map<string, ScannedFile>();
  /** Addresses of files that may mean something else than when they were read. */
  const stale = new Set<string>();
  let underway: Promise<unknown> = Promise.resolve();
  let background: vscode.CancellationTokenSource | null = null;
  let timer: NodeJS.Timeout | null = null;

  const forget = (address: string): void => {
    const file = known.get(address);
    known.delete(address);
    if (file) changed.fire([file.uri]);
  };

  const read = async (uri: vscode.Uri, judged: boolean): Promise<void> => {
    const address = uri.toString();
    const before = known.get(address);
    const isEnough = before !== undefined && (before.scan.judged || !judged);
    if (isEnough && !stale.has(address)) return;
    stale.delete(address);
    const file = await readWorkspaceFile(uri, sources);
    if (file === null) {
      forget(address);
      return;
    }
    const { key, notebook, text, languageId, around } = file;
    if (isEnough && before.file.key === key) return;
    // What is shown of a file stays shown.
    const scan = await analyzer.scan(text, languageId, judged || (before?.scan.judged ?? false), around);
    const imports = new Set(around.files?.map(({ path }) => path));
    known.set(address, { uri, file: { key, notebook, imports }, scan });
    changed.fire([uri]);
  };

  const readAll = async (
    judged: boolean,
    token: vscode.CancellationToken,
    progress?: (progress: ScanProgress) => void,
  ): Promise<boolean> => {
    const found = await findWorkspaceFiles(token);
    if (token.isCancellationRequested) return false;
    const addresses = new Set(found.map((uri) => uri.toString()));
    for (const address of [...known.keys()]) if (!addresses.has(address)) forget(address);
    for (const [done, uri] of found.entries()) {
      if (token.isCancellationRequested) return false;
      progress?.({ done, count: found.length, name: vscode.workspace.asRelativePath(uri) });
      await read(uri, judged);
    }
    return true;
  };

  const run: WorkspaceScan['run'] = (judged, token, progress) => {
    background?.cancel();
    const running = underway.then(() => readAll(judged, token, progress));
    underway = running.catch(() => undefined);
    return running;
  };

  /** Reads what is left when nothing was edited for a while. */
  const soon = (): void => {
    if (timer !== null) clearTimeout(timer);
    background?.cancel();
    timer = null;
    const wanted = setting('nabla.scan.workspace');
    const shown = [...stale].some((address) => known.get(address)?.scan.judged);
    if (wanted === 'off' && !shown) return;
    timer = setTimeout(() => {
      const source = new vscode.CancellationTokenSource();
      const running = wanted === 'off' ? again(source.token) : run(wanted === 'problems', source.token);
      background = source;
      running
        .catch((error: unknown) => report('reading the workspace', error))
        .finally(() => {
          source.dispose();
          if (background === source) background = null;
        });
    }, IDLE);
  };

  /** Files whose warnings are shown follow their edits, whether the others are read or not. */
  const again = async (token: vscode.CancellationToken): Promise<void> => {
    for (const address of [...stale]) {
      const file = known.get(address);
      if (token.isCancellationRequested) return;
      if (file?.scan.judged) await read(file.uri, true);
    }
  };

  const touch = (uri: vscode.Uri): void => {
    if (!isWorkspaceFile(uri)) return;
    stale.add(uri.toString());
    for (const [address, { file }] of known) if (file.imports.has(uri.path)) stale.add(address);
    soon();
  };
  const touchAll = (): void => {
    for (const address of known.keys()) stale.add(address);
    soon();
  };

  const watcher = watchWorkspaceFiles();
  const ignoreFiles = watchIgnoreFiles();
  const subscriptions = vscode.Disposable.from(
    changed,
    watcher,
    ignoreFiles,
    ignoreFiles.onDidChange(soon),
    ignoreFiles.onDidCreate(soon),
    ignoreFiles.onDidDelete(soon),
    watcher.onDidChange(touch),
    watcher.onDidCreate(touch),
    watcher.onDidDelete((uri) => {
      forget(uri.toString());
      touch(uri);
    }),
    neighbours.onDidChange(touch),
    corrections.onDidChange(touch),
    vscode.workspace.onDidChangeWorkspaceFolders(soon),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('nabla.recognise')) touchAll();
      else if (
        ['nabla.scan', 'search.exclude', 'search.useIgnoreFiles'].some((id) => event.affectsConfiguration(id))
      )
        soon();
    }),
  );
  soon();

  return {
    files: () => [...known.values()],
    run,
    onDidChange: changed.event,
    dispose() {
      if (timer !== null) clearTimeout(timer);
      background?.cancel();
      subscriptions.dispose();
    },
  };
}
