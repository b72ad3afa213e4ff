/**
 * Loop nests over the axes of a statement, with pointers that follow them. Loops over axes of constant length are split
 * into tiles of `points`, whose offsets are constants, and a rest; the axis of the rows is run through in one of two ways, as
 * the rows of a whole block come from four places of the data, far apart, which keeps more reads of memory under way than
 * one place does.
 */
import type { Code } from './code';
import { I32 } from './encode';

/** Axis of the samples in every nest; the others count from 1. */
export const ROW = 0;
export const STREAMS = 4;

/** One element of a tile, or one vector of elements if the axis is the vectors' one. */
export interface Point {
  readonly offset: number;
  /** Lanes in use: fewer in the last vector of an axis. */
  readonly lanes: number;
  /** Which of the four places of the rows, where they are run through side by side; else 0. */
  readonly stream: number;
}

/** Where an address starts: at 0, at the scratch memory of the thread, or at the totals of the chunk. */
export type Base = 'absolute' | 'scratch' | 'totals';

export interface Pointer {
  readonly base: Base;
  /** Bytes per step along each axis. */
  readonly strides: readonly number[];
  /** One local, or one per stream; null where the address is the base 0. */
  locals: readonly number[] | null;
}

/** Locals of the function that every nest in it uses. */
export interface Frame {
  readonly code: Code;
  /** First row of the block, rows per stream, rows from one stream to the next, rows in all; short blocks are in one piece. */
  readonly start: number;
  readonly count: number;
  readonly gap: number;
  readonly valid: number;
  readonly scratch: number;
  readonly totals: number;
  /** Rows per stream where every block is whole, so that all loops are of constant length; else null. */
  readonly whole: number | null;
}

export interface Axis {
  readonly id: number;
  readonly length: number;
  /** Points per tile. */
  readonly tile: number;
  /** Elements per point. */
  readonly width: number;
}

export interface Nest {
  readonly frame: Frame;
  /** The one pointer that moves so. */
  pointer(base: Base, strides: readonly number[]): Pointer;
  /** Number of a pointer, for telling reads apart. */
  id(pointer: Pointer): number;
  /** Puts the address of a pointer on the stack. */
  address(pointer: Pointer, stream: number): void;
  /** All pointers to the first element of the block; to be called before the loops. */
  start(): void;
  /**
   * Runs over an axis of constant length, by whole tiles and then by the rest. For either, `prepare` emits what comes
   * before the loop and returns what emits its body.
   */
  over(axis: Axis, prepare: (points: readonly Point[]) => () => void): void;
  /**
   * Runs over the rows in steps. Where blocks may be short and the step is larger than 1, rows after the last are run over
   * too: they are inside the block's buffers and padding. The body is given the local that holds the position in the block.
   */
  overRows(step: number, prepare: () => (position: number) => void): void;
  /** Runs over the rows of all four streams side by side. */
  overStreams(step: number, body: () => void): void;
}

export function createNest(frame: Frame): Nest {
  const { code } = frame;
  const pointers: Pointer[] = [];

  const setTo = (locals: readonly number[] | null, k: number): void => {
    const local = locals?.[k] ?? locals?.[0];
    if (local === undefined) code.i32(0);
    else code.get(local);
  };

  /** New locals for the pointers that move along an axis, for as long as `inside` is emitted. */
  const moving = (axis: number, copies: number, inside: (moved: readonly Pointer[]) => void): void => {
    const moved = pointers.filter((p) => (p.strides[axis] ?? 0) !== 0);
    const saved = moved.map((p) => p.locals);
    for (const pointer of moved) {
      const old = pointer.locals;
      const fresh = Array.from({ length: Math.max(copies, old?.length ?? 1) }, () => code.local(I32));
      fresh.forEach((local, k) => {
        setTo(old, k);
        code.set(local);
      });
      pointer.locals = fresh;
    }
    inside(moved);
    moved.forEach((pointer, k) => {
      pointer.locals = saved[k] ?? null;
    });
  };

  const advance = (pointers: readonly Pointer[], axis: number, steps: number): void => {
    for (const { locals, strides } of pointers)
      for (const local of locals ?? []) code.increase(local, (strides[axis] ?? 0) * steps);
  };

  /** Puts the distance between two streams on the stack, in bytes of a pointer. */
  const streamStride = (pointer: Pointer, rows: number): void => {
    if (pointer.base === 'scratch') putCount(rows);
    else code.get(frame.gap);
    code.i32(pointer.strides[ROW] ?? 0);
    code.scalar('i32.mul');
  };

  const putCount = (local: number): void => {
    if (frame.whole === null) code.get(local);
    else code.i32(frame.whole);
  };

  /**
   * One loop over the rows of all streams of a whole block: in the scratch memory they follow each other, and elsewhere a
   * pointer jumps when a stream is done.
   */
  const overWhole = (quarter: number, step: number, prepare: () => (position: number) => void): void => {
    moving(ROW, 1, (moved) => {
      const body = prepare();
      const jumping = moved.filter(({ base }) => base !== 'scratch');
      const jumps = jumping.map((pointer) => {
        const jump = code.local(I32);
        code.get(frame.gap);
        code.i32(quarter);
        code.scalar('i32.sub');
        code.i32(pointer.strides[ROW] ?? 0);
        code.scalar('i32.mul');
        code.set(jump);
        return jump;
      });
      const position = code.local(I32);
      code.i32(0);
      code.set(position);
      code.doWhile(() => {
        body(position);
        advance(moved, ROW, step);
        code.increase(position, step);
        jumping.forEach(({ locals }, k) => {
          for (const local of locals ?? []) {
            code.get(local);
            code.get(jumps[k] ?? 0);
            code.get(position);
            code.i32(quarter - 1);
            code.scalar('i32.and');
            code.scalar('i32.eqz');
            code.scalar('i32.mul');
            code.scalar('i32.add');
            code.set(local);
          }
        });
        code.get(position);
        code.i32(STREAMS * quarter);
        code.scalar('i32.lt_u');
      });
    });
  };

  const repeat = (limit: () => void, step: number, body: (position: number) => void): void => {
    const position = code.local(I32);
    code.i32(0);
    code.set(position);
    code.doWhile(() => {
      body(position);
      code.increase(position, step);
      code.get(position);
      limit();
      code.scalar('i32.lt_u');
    });
  };

  return {
    frame,
    pointer: (base, strides) => {
      const known = pointers.find(
        (p) =>
          p.base === base &&
          p.strides.length === strides.length &&
          p.strides.every((s, k) => s === strides[k]),
      );
      if (known) return known;
      const pointer: Pointer = { base, strides, locals: null };
      pointers.push(pointer);
      return pointer;
    },
    id: (pointer) => pointers.indexOf(pointer),
    address: (pointer, stream) => {
      setTo(pointer.locals, stream);
    },
    start: () => {
      for (const pointer of pointers) {
        const stride = pointer.strides[ROW] ?? 0;
        if (pointer.base === 'scratch') pointer.locals = [frame.scratch];
        else if (pointer.base === 'totals') pointer.locals = [frame.totals];
        else if (stride === 0) pointer.locals = null;
        else {
          const local = code.local(I32);
          code.get(frame.start);
          code.i32(stride);
          code.scalar('i32.mul');
          code.set(local);
          pointer.locals = [local];
        }
      }
    },
    over: ({ id, length, tile, width }, prepare) => {
      const step = tile * width;
      const whole = Math.floor(length / step);
      const rest = length - whole * step;
      const points = (count: number): Point[] =>
        Array.from({ length: Math.ceil(count / width) }, (_, k) => ({
          offset: k * width,
          lanes: Math.min(width, count - k * width),
          stream: 0,
        }));
      moving(id, 1, (moved) => {
        if (whole > 1) {
          const body = prepare(points(step));
          repeat(
            () => {
              code.i32(whole);
            },
            1,
            () => {
              body();
              advance(moved, id, step);
            },
          );
        } else if (whole === 1) {
          prepare(points(step))();
          if (rest > 0) advance(moved, id, step);
        }
        if (rest > 0) prepare(points(rest))();
      });
    },
    overRows: (step, prepare) => {
      if (frame.whole !== null) {
        overWhole(frame.whole, step, prepare);
        return;
      }
      moving(ROW, 1, (moved) => {
        const body = prepare();
        repeat(
          () => {
            code.get(frame.valid);
          },
          step,
          (position) => {
            body(position);
            advance(moved, ROW, step);
          },
        );
      });
    },
    overStreams: (step, body) => {
      moving(ROW, STREAMS, (moved) => {
        for (const pointer of moved)
          pointer.locals?.forEach((local, k) => {
            if (k === 0) return;
            code.get(local);
            streamStride(pointer, frame.count);
            code.i32(k);
            code.scalar('i32.mul');
            code.scalar('i32.add');
            code.set(local);
          });
        repeat(
          () => {
            putCount(frame.count);
          },
          step,
          () => {
            body();
            advance(moved, ROW, step);
          },
        );
      });
    },
  };
}
