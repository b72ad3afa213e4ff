/** The part that is used of a package without types. */
declare module 'lz4js' {
  /** Unpacks an LZ4 frame of at most `maxSize` bytes. */
  export function decompress(frame: Uint8Array, maxSize?: number): Uint8Array;
}
