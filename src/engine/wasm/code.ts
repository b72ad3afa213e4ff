/** The body of one function under construction. */
import { I32, unsigned, signed, V128, type FunctionBody, type ValueType } from './encode';
import { SCALAR, VECTOR, type ScalarOp, type VectorOp } from './opcodes';

export interface Code {
  /** A new local variable. */
  local(type: ValueType): number;
  get(local: number): void;
  set(local: number): void;
  tee(local: number): void;
  i32(value: number): void;
  f64(value: number): void;
  scalar(op: ScalarOp): void;
  vector(op: VectorOp): void;
  /** An instruction on memory at the address on the stack plus `offset`. */
  memory(op: ScalarOp | VectorOp, offset: number): void;
  /** The same for one lane. */
  memoryLane(op: VectorOp, offset: number, lane: number): void;
  lane(op: VectorOp, lane: number): void;
  shuffle(lanes: readonly number[]): void;
  constant(bytes: readonly number[]): void;
  call(functionIndex: number): void;
  /** Repeats `body` while what it leaves on the stack is not 0. */
  doWhile(body: () => void): void;
  /**
   * The parts one after the other, with branches between them that are never taken as the local `even` is never odd: V8
   * moves all reads of memory in a stretch without branches to its beginning, and then lacks registers to keep them. It
   * leaves out a branch whose outcome an earlier one tells, so each compares with another number.
   */
  fenced(even: number, parts: readonly (() => void)[]): void;
  /** Skips `body` if the value on the stack is 0. */
  when(body: () => void): void;
  /** `then` or `otherwise`, as the value on the stack is not 0 or 0; both leave a value. */
  choose(type: ValueType, then: () => void, otherwise: () => void): void;
  /** local += the constant. */
  increase(local: number, by: number): void;
}

const isVector = (op: ScalarOp | VectorOp): op is VectorOp => op in VECTOR;

export function writeFunction(
  name: string,
  params: readonly ValueType[],
  write: (code: Code) => void,
): FunctionBody {
  const bytes: number[] = [];
  const locals: ValueType[] = [];
  let fences = 0;
  const push = (...more: readonly number[]): void => {
    for (const byte of more) bytes.push(byte);
  };
  const opcode = (op: ScalarOp | VectorOp): void => {
    if (isVector(op)) push(0xfd, ...unsigned(VECTOR[op]));
    else push(SCALAR[op]);
  };
  const body = (start: readonly number[], inner: () => void): void => {
    push(...start);
    inner();
    push(0x0b);
  };
  const code: Code = {
    local: (type) => {
      locals.push(type);
      return params.length + locals.length - 1;
    },
    get: (local) => {
      push(0x20, ...unsigned(local));
    },
    set: (local) => {
      push(0x21, ...unsigned(local));
    },
    tee: (local) => {
      push(0x22, ...unsigned(local));
    },
    // Addresses above 2^31 are the negative numbers of the same bits.
    i32: (value) => {
      push(0x41, ...signed(value | 0));
    },
    f64: (value) => {
      push(0x44, ...new Uint8Array(Float64Array.of(value).buffer));
    },
    scalar: opcode,
    vector: opcode,
    memory: (op, offset) => {
      opcode(op);
      push(0x00, ...unsigned(offset));
    },
    memoryLane: (op, offset, lane) => {
      opcode(op);
      push(0x00, ...unsigned(offset), lane);
    },
    lane: (op, lane) => {
      opcode(op);
      push(lane);
    },
    shuffle: (lanes) => {
      opcode('i8x16.shuffle');
      push(...lanes);
    },
    constant: (value) => {
      opcode('v128.const');
      push(...value);
    },
    call: (functionIndex) => {
      push(0x10, ...unsigned(functionIndex));
    },
    doWhile: (inner) => {
      body([0x03, 0x40], () => {
        inner();
        push(0x0d, 0x00);
      });
    },
    fenced: (even, parts) => {
      body([0x02, 0x40], () => {
        parts.forEach((part, k) => {
          if (k > 0) {
            code.get(even);
            code.i32(2 * fences + 1);
            code.scalar('i32.eq');
            push(0x0d, 0x00);
            fences += 1;
          }
          part();
        });
      });
    },
    when: (inner) => {
      body([0x04, 0x40], inner);
    },
    choose: (type, then, otherwise) => {
      push(0x04, type);
      then();
      push(0x05);
      otherwise();
      push(0x0b);
    },
    increase: (local, by) => {
      code.get(local);
      code.i32(by);
      code.scalar('i32.add');
      code.set(local);
    },
  };
  write(code);
  return { name, params, results: [], locals, code: bytes };
}

export { I32, V128 };
