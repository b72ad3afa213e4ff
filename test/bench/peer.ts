/** A Python process with NumPy, PyTorch and JAX, as far as they are installed, that answers line by line. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

interface Answer {
  /** Contenders by model. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly ms?: number;
  readonly loss?: number;
  readonly gradient?: readonly number[];
  readonly error?: string;
}

export interface PeerArray {
  readonly path: string;
  readonly shape: readonly number[];
}

export class Peer {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly lines: Interface,
    private readonly names: Readonly<Record<string, readonly string[]>>,
  ) {}

  /** Null where there is no Python with NumPy. */
  static async start(script: string, threads: number): Promise<Peer | null> {
    const env = { ...process.env, OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` };
    const child = spawn('python3', [script], { env });
    const lines = createInterface(child.stdout);
    child.stderr.resume();
    const failed = new Promise<null>((resolve) => {
      child.once('error', () => {
        resolve(null);
      });
      child.once('exit', () => {
        resolve(null);
      });
    });
    const answer = await Promise.race([failed, new Peer(child, lines, {}).ask({ what: 'names' })]);
    return answer?.names ? new Peer(child, lines, answer.names) : null;
  }

  contenders(model: string): readonly string[] {
    return this.names[model] ?? [];
  }

  async load(
    dtype: string,
    arrays: Readonly<Record<string, PeerArray>>,
    parameters: readonly string[],
  ): Promise<void> {
    const { error } = await this.ask({ what: 'load', dtype, arrays, parameters });
    if (error !== undefined) throw new Error(error);
  }

  time(model: string, contender: string, repeat: number): Promise<Answer> {
    return this.ask({ what: 'time', model, contender, repeat });
  }

  /** All numbers of the gradient, parameter by parameter; the contender `exact` computes it in 80 bits. */
  async gradient(model: string, contender: string): Promise<readonly number[]> {
    const { gradient, error } = await this.ask({ what: 'gradient', model, contender });
    if (!gradient) throw new Error(error ?? 'no gradient');
    return gradient;
  }

  private ask(question: object): Promise<Answer> {
    return new Promise((resolve) => {
      this.lines.once('line', (line) => {
        resolve(JSON.parse(line) as Answer);
      });
      this.child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  stop(): void {
    this.child.kill();
  }
}
