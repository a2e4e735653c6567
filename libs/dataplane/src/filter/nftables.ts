import type * as Koffi from 'koffi' with { 'resolution-mode': 'import' };

// Its types are those of an ES module; at run time it serves `require` as well.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const koffi = require('koffi') as typeof Koffi;

/** libnftables (Debian: a part of `nftables`); bound when first needed, so that a process without filters needs none. */
const bind = () => {
  const lib = koffi.load('libnftables.so.1');
  return {
    create: lib.func('void *nft_ctx_new(uint32_t flags)'),
    free: lib.func('void nft_ctx_free(void *context)'),
    bufferOutput: lib.func('int nft_ctx_buffer_output(void *context)'),
    bufferError: lib.func('int nft_ctx_buffer_error(void *context)'),
    output: lib.func('const char *nft_ctx_get_output_buffer(void *context)'),
    error: lib.func('const char *nft_ctx_get_error_buffer(void *context)'),
    setOutput: lib.func('void nft_ctx_output_set_flags(void *context, uint32_t flags)'),
    run: lib.func('int nft_run_cmd_from_buffer(void *context, const char *commands)'),
  };
};
let bound: ReturnType<typeof bind> | undefined;

const OUTPUT = { text: 0, stateless: 1 << 1, json: 1 << 4 } as const;

/** nftables refused a transaction: nothing of it is in force. */
export class NftError extends Error {
  override readonly name = 'NftError';
}

/** One object of `nft -j list`: `{ set: … }`, `{ chain: … }`. */
export type NftListing = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * nftables in the network namespace in which the thread is when it is made. Spawning `nft` would cost a transaction ten times what it is. The
 * library ends the process on some inputs (its assertions): it is fed only with text that is made here of values that were checked.
 */
export class Nftables {
  private readonly context: unknown;

  constructor() {
    bound ??= bind();
    this.context = bound.create(0);
    if (!this.context) throw new NftError('libnftables gave no context');
    bound.bufferOutput(this.context);
    bound.bufferError(this.context);
  }

  /** @throws NftError in the kernel's words. Commands of one text are one transaction. */
  run(commands: string): string {
    const { run, output, error } = bound!;
    const failed = run(this.context, commands) !== 0;
    const [said, complaint] = [output(this.context) as string, error(this.context) as string];
    if (failed) throw new NftError(complaint.split('\n')[0]!.replace(/^\S+: /, ''));
    return said;
  }

  /** @returns null when the table is not there. */
  list(what: string): readonly NftListing[] | null {
    const listing = this.listing(what, OUTPUT.json);
    return listing === null ? null : (JSON.parse(listing) as { nftables: NftListing[] }).nftables;
  }

  /** As `nft -s list` prints it: without the state of counters and limits. @returns null when the table is not there */
  text(what: string): string | null {
    return this.listing(what, OUTPUT.stateless);
  }

  private listing(what: string, output: number): string | null {
    bound!.setOutput(this.context, output);
    try {
      return this.run(`list ${what}\n`);
    } catch (error) {
      if (error instanceof NftError && error.message.includes('No such file or directory')) return null;
      throw error;
    } finally {
      bound!.setOutput(this.context, OUTPUT.text);
    }
  }

  close(): void {
    bound!.free(this.context);
  }
}
