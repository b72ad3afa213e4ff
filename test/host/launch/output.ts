import { closeSync, existsSync, openSync, readSync } from 'node:fs';

/**
 * Copies what is appended to a file to the standard output while it grows. The suite writes there, as the console of an
 * extension host is shared with all that VS Code itself reports. Returns a function that copies the rest and stops.
 */
export function follow(path: string): () => void {
  const buffer = Buffer.alloc(65_536);
  let position = 0;
  const copy = () => {
    if (!existsSync(path)) return;
    const file = openSync(path, 'r');
    try {
      for (;;) {
        const length = readSync(file, buffer, 0, buffer.length, position);
        if (length === 0) return;
        position += length;
        process.stdout.write(Buffer.from(buffer.subarray(0, length)));
      }
    } finally {
      closeSync(file);
    }
  };
  const timer = setInterval(copy, 100);
  return () => {
    clearInterval(timer);
    copy();
  };
}
