/** Bytes under construction, with the numbers of variable length (LEB128) of WebAssembly's binary format. */
export interface Bytes {
  byte(value: number): void;
  /** Of an integer below 2^53. */
  unsigned(value: number): void;
  /** Of a 32-bit integer. */
  signed(value: number): void;
  all(values: ArrayLike<number>): void;
  /** What was written so far, for as long as nothing is added. */
  written(): Uint8Array<ArrayBuffer>;
}

const FIRST_ROOM = 64;

export function createBytes(): Bytes {
  let bytes = new Uint8Array(FIRST_ROOM);
  let end = 0;
  const makeRoom = (more: number): void => {
    if (end + more <= bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * bytes.length, end + more));
    larger.set(bytes);
    bytes = larger;
  };
  const byte = (value: number): void => {
    makeRoom(1);
    bytes[end] = value;
    end += 1;
  };
  return {
    byte,
    unsigned: (value) => {
      let rest = value;
      while (rest > 127) {
        byte((rest % 128) + 128);
        rest = Math.floor(rest / 128);
      }
      byte(rest);
    },
    signed: (value) => {
      let rest = value;
      while (rest < -64 || rest > 63) {
        byte((rest & 127) + 128);
        rest >>= 7;
      }
      byte(rest & 127);
    },
    all: (values) => {
      makeRoom(values.length);
      bytes.set(values, end);
      end += values.length;
    },
    written: () => bytes.subarray(0, end),
  };
}
