import { SystemError, bpfProgLoad } from '../ffi/libc';

const LOG_SIZE = 64 * 1024;

/**
 * Loads a program for classifiers.
 * @returns a descriptor; the program lives as long as it is open or the program attached: close it.
 * @throws SystemError, with the verifier's words.
 */
export function loadClassifier(instructions: readonly Buffer[]): number {
  const code = Buffer.concat(instructions);
  try {
    return bpfProgLoad(code, Buffer.alloc(0));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    // Once more, for the verifier's log: a log that is not needed would slow down every load.
    const log = Buffer.alloc(LOG_SIZE);
    try {
      return bpfProgLoad(code, log);
    } catch {
      throw new SystemError('bpf', error.errno, log.toString('latin1').replace(/\0.*$/s, '').trim());
    }
  }
}
