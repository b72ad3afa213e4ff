import { afterEach, describe, expect, it } from 'vitest';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { createRpc, Disconnected, RemoteError } from '../../src/rpc';
import type { Port, Rpc } from '../../src/rpc';

interface Calculator {
  add(a: number, b: number): Promise<number>;
  fail(): Promise<void>;
  never(): Promise<void>;
  absent(): Promise<void>;
  count(): Promise<number>;
}

interface Client {
  ask(): Promise<number>;
}

function portOf(port: MessagePort): Port {
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', listener);
      return { dispose: () => port.off('message', listener) };
    },
  };
}

const channels: MessageChannel[] = [];

function connect(): { client: Rpc<Calculator>; server: Rpc<Client>; raw: MessagePort } {
  const channel = new MessageChannel();
  channels.push(channel);
  const server: Rpc<Client> = createRpc<Client>(portOf(channel.port1), {
    add: (a: number, b: number) => Promise.resolve(a + b),
    fail: () => Promise.reject(new RangeError('out of bounds')),
    never: () => new Promise(() => undefined),
    count: async () => 1 + (await server.remote.ask()),
    state: 5,
  });
  const client = createRpc<Calculator>(portOf(channel.port2), { ask: () => Promise.resolve(41) });
  return { client, server, raw: channel.port2 };
}

afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close();
});

describe('rpc', () => {
  it('resolves with what the other side answers, each call with its own', async () => {
    const { remote } = connect().client;
    expect(await Promise.all([remote.add(1, 2), remote.add(3, 4)])).toEqual([3, 7]);
  });

  it('works in both directions', async () => {
    expect(await connect().client.remote.count()).toBe(42);
  });

  it('rejects with the error of the other side', async () => {
    const error: unknown = await connect()
      .client.remote.fail()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ message: 'out of bounds', remoteName: 'RangeError' });
  });

  it.each(['absent', 'state', 'toString', 'constructor'])(
    'rejects a call of %s, which is no method',
    async (name) => {
      const { remote } = connect().client;
      const call = (remote as unknown as Record<string, () => Promise<void>>)[name];
      await expect(call?.()).rejects.toThrow(`no method "${name}"`);
    },
  );

  it('rejects what is pending when it is disposed of, and what is called later', async () => {
    const { client } = connect();
    const pending = client.remote.never();
    client.dispose('the worker ended');
    await expect(pending).rejects.toThrow(Disconnected);
    await expect(client.remote.add(1, 1)).rejects.toThrow('the worker ended');
  });

  it('rejects arguments that cannot be cloned, and goes on', async () => {
    const { remote } = connect().client;
    const loose = remote as unknown as { add: (a: unknown, b: unknown) => Promise<number> };
    await expect(loose.add(() => 1, 2)).rejects.toThrow(/clone/);
    expect(await remote.add(1, 1)).toBe(2);
  });

  it('ignores messages that are not its own', async () => {
    const { client, raw } = connect();
    for (const message of [null, 'x', {}, { rpc: 'answer', id: 99, value: 1 }, { rpc: 'other', id: 1 }])
      raw.postMessage(message);
    expect(await client.remote.add(2, 2)).toBe(4);
  });

  it('can be awaited without being taken for a promise', async () => {
    const { remote } = connect().client;
    expect(await Promise.resolve(remote)).toBe(remote);
  });
});
