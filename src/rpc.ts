/**
 * One typed channel over any port that posts messages: a webview, its host, a worker thread. Both sides may offer
 * methods and call the other's. Imports nothing.
 */

export interface Port {
  post(message: unknown): void;
  /** Calls back for each message until the subscription is disposed of. */
  onMessage(listener: (message: unknown) => void): { dispose(): void };
}

export interface Rpc<Remote extends object> {
  /** The other side: each call posts its arguments and resolves with what the other side's method does. */
  readonly remote: Remote;
  /** Ends the channel; calls without an answer, and all later ones, reject with `Disconnected`. */
  dispose(reason?: string): void;
}

/** The other side is gone, so that a call can have no answer. */
export class Disconnected extends Error {}

/** An error that the other side threw, with its stack there. */
export class RemoteError extends Error {
  constructor(
    message: string,
    readonly remoteName: string,
    readonly remoteStack: string,
  ) {
    super(message);
  }
}

interface Call {
  readonly rpc: 'call';
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly rpc: 'answer';
  readonly id: number;
  readonly value: unknown;
}

interface Failure {
  readonly rpc: 'failure';
  readonly id: number;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

type Message = Call | Answer | Failure;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Opens the channel. `local` is what the other side may call; `Remote` is an interface of async methods whose
 * arguments and results can be cloned.
 */
export function createRpc<Remote extends object>(port: Port, local: object): Rpc<Remote> {
  const methods = new Map(
    Object.entries(local).filter((entry): entry is [string, (...args: unknown[]) => unknown] => {
      return typeof entry[1] === 'function';
    }),
  );
  const pending = new Map<number, Pending>();
  let count = 0;
  let ended: string | null = null;

  const answer = async ({ id, method, args }: Call): Promise<void> => {
    const reply = (message: Answer | Failure) => {
      if (ended === null) port.post(message);
    };
    try {
      const run = methods.get(method);
      if (run === undefined) throw new Error(`there is no method "${method}" on this side`);
      reply({ rpc: 'answer', id, value: await run(...args) });
    } catch (error) {
      reply(failureOf(id, error));
    }
  };

  const subscription = port.onMessage((message) => {
    if (!isMessage(message)) return;
    if (message.rpc === 'call') {
      void answer(message);
      return;
    }
    const call = pending.get(message.id);
    pending.delete(message.id);
    if (message.rpc === 'answer') call?.resolve(message.value);
    else call?.reject(new RemoteError(message.message, message.name, message.stack));
  });

  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended !== null) {
        reject(new Disconnected(ended));
        return;
      }
      count += 1;
      const id = count;
      pending.set(id, { resolve, reject });
      try {
        const message: Call = { rpc: 'call', id, method, args };
        port.post(message);
      } catch (error) {
        pending.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });

  return {
    remote: remoteOf<Remote>(call),
    dispose(reason = 'the connection was closed') {
      if (ended !== null) return;
      ended = reason;
      subscription.dispose();
      for (const { reject } of pending.values()) reject(new Disconnected(reason));
      pending.clear();
    },
  };
}

/** An object whose every method is a call. It is no promise, so `then` is none of them. */
function remoteOf<Remote extends object>(
  call: (method: string, args: readonly unknown[]) => Promise<unknown>,
): Remote {
  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  return new Proxy({} as Remote, {
    get(_, name) {
      if (typeof name !== 'string' || name === 'then') return undefined;
      const known = methods.get(name) ?? ((...args: unknown[]) => call(name, args));
      methods.set(name, known);
      return known;
    },
  });
}

function failureOf(id: number, error: unknown): Failure {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { rpc: 'failure', id, name, message, stack: stack ?? '' };
}

function isMessage(message: unknown): message is Message {
  if (typeof message !== 'object' || message === null) return false;
  const { rpc, id } = message as Partial<Record<'rpc' | 'id', unknown>>;
  return (rpc === 'call' || rpc === 'answer' || rpc === 'failure') && typeof id === 'number';
}
