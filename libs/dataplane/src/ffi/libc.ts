import type * as Koffi from 'koffi' with { 'resolution-mode': 'import' };

// Its types are those of an ES module; at run time it serves `require` as well.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const koffi = require('koffi') as typeof Koffi;

/**
 * The few libc calls which Node does not offer, bound once. All are synchronous on the calling thread: that is what makes
 * entering a namespace and coming back safe (nothing else runs on this thread meanwhile).
 */
const lib = koffi.load(null);

const functions = {
  socket: lib.func('int socket(int domain, int type, int protocol)'),
  bind: lib.func('int bind(int fd, const void *address, uint32_t length)'),
  listen: lib.func('int listen(int fd, int backlog)'),
  send: lib.func('long send(int fd, const void *data, size_t length, int flags)'),
  recv: lib.func('long recv(int fd, void *data, size_t length, int flags)'),
  setsockopt: lib.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  setns: lib.func('int setns(int fd, int type)'),
  unshare: lib.func('int unshare(int flags)'),
  mount: lib.func(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)',
  ),
  umount2: lib.func('int umount2(const char *target, int flags)'),
};

/** errno → name, for messages; only the calls above are concerned. */
const errnoName = new Map<number, string>(
  Object.entries(koffi.os.errno).map(([name, value]) => [value as number, name]),
);

/** A system call failed. `code` is the errno's name (`ENODEV`), as in Node's own errors. */
export class SystemError extends Error {
  readonly code: string;

  constructor(
    readonly syscall: string,
    readonly errno: number,
    readonly detail: string = '',
  ) {
    const code = errnoName.get(errno) ?? `errno ${errno}`;
    super(detail ? `${syscall}: ${code}: ${detail}` : `${syscall}: ${code}`);
    this.name = 'SystemError';
    this.code = code;
  }
}

/** errno's name, e.g. `EEXIST`. */
export const errnoCode = (errno: number): string => errnoName.get(errno) ?? `errno ${errno}`;

type Name = keyof typeof functions;

/** Head of `union bpf_attr` as BPF_PROG_LOAD reads it (linux/bpf.h). */
const bpfAttr = koffi.struct({
  prog_type: 'uint32_t',
  insn_cnt: 'uint32_t',
  insns: 'const void *',
  license: 'const char *',
  log_level: 'uint32_t',
  log_size: 'uint32_t',
  log_buf: 'void *',
  kern_version: 'uint32_t',
  prog_flags: 'uint32_t',
});
const syscall = lib.func('syscall', 'long', ['long', 'int', koffi.pointer(bpfAttr), 'uint32_t']);
/** libc has no name for bpf(2). */
const SYS_BPF: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 321, arm64: 280 };
const BPF_PROG_LOAD = 5;
const BPF_PROG_TYPE_SCHED_CLS = 3;

/** Loads a classifier; the verifier's words go into `log`, unless it is empty. @returns its descriptor. */
export function bpfProgLoad(code: Buffer, log: Buffer): number {
  const number = SYS_BPF[process.arch];
  if (number === undefined) throw new SystemError('bpf', koffi.os.errno.ENOSYS as number);
  const attr = {
    prog_type: BPF_PROG_TYPE_SCHED_CLS,
    insn_cnt: code.length / 8,
    insns: code,
    // The helpers that change frames are for programs of this license only.
    license: 'GPL',
    log_level: log.length > 0 ? 1 : 0,
    log_size: log.length,
    log_buf: log.length > 0 ? log : null,
    kern_version: 0,
    prog_flags: 0,
  };
  const fd = Number(syscall(number, BPF_PROG_LOAD, attr, koffi.sizeof(bpfAttr)));
  if (fd < 0) throw new SystemError('bpf', koffi.errno());
  return fd;
}

/** Calls libc; a negative result becomes a {@link SystemError}. `EINTR` is retried. */
export function libc(name: Name, ...args: unknown[]): number {
  for (;;) {
    const result = Number(functions[name](...args));
    if (result >= 0) return result;
    const errno = koffi.errno();
    if (errno !== koffi.os.errno.EINTR) throw new SystemError(name, errno);
  }
}
