/** What a helper thread does: loads kernels that it is sent and works on the chunks of their jobs, until it is ended. */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { help } from '../engine/board';
import type { HelperMessage } from '../engine/crew';
import { createChunkRunner, importsOf, type ChunkRunner } from '../engine/kernel';
import { wasmHost } from '../engine/wasm/host';
import type { HelperStart } from './crew';

export function isHelperStart(data: unknown): data is HelperStart {
  return typeof data === 'object' && data !== null && 'board' in data && 'thread' in data;
}

/** Blocks its thread for ever, so messages are asked for and not waited for. */
export function beHelper({ board, thread }: HelperStart, port: MessagePort): never {
  const host = wasmHost();
  if (!host) throw new Error('this host has no WebAssembly');
  const runners = new Map<number, ChunkRunner>();
  const readMessages = (): void => {
    for (;;) {
      const received: { message: HelperMessage } | undefined = receiveMessageOnPort(port);
      if (!received) return;
      const { message } = received;
      if (message.kind === 'forget') runners.delete(message.id);
      else {
        const { plan, module, memory } = message.kernel;
        const instance = new host.Instance(module, importsOf(plan, memory));
        runners.set(message.id, createChunkRunner(plan, memory, thread, instance));
      }
    }
  };
  port.postMessage('ready');
  return help(board, thread, (kernel) => {
    readMessages();
    const run = runners.get(kernel);
    if (!run) return null;
    return (pass, chunk) => {
      const work = run(pass, chunk);
      while (!work.next().done);
    };
  });
}
