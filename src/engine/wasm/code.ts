/** The body of one function under construction. */
import { createBytes } from './bytes';
import { I32, V128, type FunctionBody, type ValueType } from './encode';
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

/** The bytes of each instruction's number. */
const OPCODES: ReadonlyMap<ScalarOp | VectorOp, Uint8Array> = new Map(
  [...Object.entries(SCALAR), ...Object.entries(VECTOR)].map(([name, number]) => {
    const bytes = createBytes();
    if (name in VECTOR) {
      bytes.byte(0xfd);
      bytes.unsigned(number);
    } else bytes.byte(number);
    return [name as ScalarOp | VectorOp, bytes.written()];
  }),
);

export function writeFunction(
  name: string,
  params: readonly ValueType[],
  write: (code: Code) => void,
): FunctionBody {
  const bytes = createBytes();
  const locals: ValueType[] = [];
  let fences = 0;
  const opcode = (op: ScalarOp | VectorOp): void => {
    const number = OPCODES.get(op);
    if (!number) throw new RangeError(`no instruction ${op}`);
    bytes.all(number);
  };
  const ofLocal =
    (instruction: number) =>
    (local: number): void => {
      bytes.byte(instruction);
      bytes.unsigned(local);
    };
  const body = (start: number, inner: () => void): void => {
    bytes.byte(start);
    bytes.byte(0x40);
    inner();
    bytes.byte(0x0b);
  };
  const branchIf = (): void => {
    bytes.byte(0x0d);
    bytes.byte(0x00);
  };
  const memory = (op: ScalarOp | VectorOp, offset: number): void => {
    opcode(op);
    bytes.byte(0x00);
    bytes.unsigned(offset);
  };
  const code: Code = {
    local: (type) => {
      locals.push(type);
      return params.length + locals.length - 1;
    },
    get: ofLocal(0x20),
    set: ofLocal(0x21),
    tee: ofLocal(0x22),
    // Addresses above 2^31 are the negative numbers of the same bits.
    i32: (value) => {
      bytes.byte(0x41);
      bytes.signed(value | 0);
    },
    f64: (value) => {
      bytes.byte(0x44);
      bytes.all(new Uint8Array(Float64Array.of(value).buffer));
    },
    scalar: opcode,
    vector: opcode,
    memory,
    memoryLane: (op, offset, lane) => {
      memory(op, offset);
      bytes.byte(lane);
    },
    lane: (op, lane) => {
      opcode(op);
      bytes.byte(lane);
    },
    shuffle: (lanes) => {
      opcode('i8x16.shuffle');
      bytes.all(lanes);
    },
    constant: (value) => {
      opcode('v128.const');
      bytes.all(value);
    },
    call: (functionIndex) => {
      bytes.byte(0x10);
      bytes.unsigned(functionIndex);
    },
    doWhile: (inner) => {
      body(0x03, () => {
        inner();
        branchIf();
      });
    },
    fenced: (even, parts) => {
      body(0x02, () => {
        parts.forEach((part, k) => {
          if (k > 0) {
            code.get(even);
            code.i32(2 * fences + 1);
            code.scalar('i32.eq');
            branchIf();
            fences += 1;
          }
          part();
        });
      });
    },
    when: (inner) => {
      body(0x04, inner);
    },
    choose: (type, then, otherwise) => {
      bytes.byte(0x04);
      bytes.byte(type);
      then();
      bytes.byte(0x05);
      otherwise();
      bytes.byte(0x0b);
    },
    increase: (local, by) => {
      code.get(local);
      code.i32(by);
      code.scalar('i32.add');
      code.set(local);
    },
  };
  write(code);
  return { name, params, results: [], locals, code: bytes.written() };
}

export { I32, V128 };
