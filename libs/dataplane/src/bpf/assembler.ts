/**
 * eBPF instructions (RFC 9669), eight bytes each: opcode, registers, offset, immediate. Only those in use; programs of this size need
 * no compiler on the node.
 */

const instruction = (opcode: number, dst: number, src: number, offset: number, immediate: number): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeUInt8(opcode, 0);
  buffer.writeUInt8((src << 4) | dst, 1);
  buffer.writeInt16LE(offset, 2);
  buffer.writeInt32LE(immediate | 0, 4);
  return buffer;
};

/** Registers are numbers: 0 is the result, 1 to 5 are arguments (lost by a call), 6 to 9 stay. */
export const bpf = {
  /** dst = src */
  copy: (dst: number, src: number): Buffer => instruction(0xbf, dst, src, 0, 0),
  /** dst = immediate */
  set: (dst: number, immediate: number): Buffer => instruction(0xb7, dst, 0, 0, immediate),
  /** dst &= immediate */
  and: (dst: number, immediate: number): Buffer => instruction(0x57, dst, 0, 0, immediate),
  /** dst = the 32 bits at src + offset */
  load32: (dst: number, src: number, offset: number): Buffer => instruction(0x61, dst, src, offset, 0),
  /** Skips `count` instructions when dst == immediate. */
  skipIfEqual: (dst: number, immediate: number, count: number): Buffer => instruction(0x15, dst, 0, count, immediate),
  /** Skips `count` instructions when dst != immediate. */
  skipUnlessEqual: (dst: number, immediate: number, count: number): Buffer =>
    instruction(0x55, dst, 0, count, immediate),
  call: (helper: number): Buffer => instruction(0x85, 0, 0, 0, helper),
  exit: (): Buffer => instruction(0x95, 0, 0, 0, 0),
};

/** Numbers of helper functions (linux/bpf.h). */
export const BPF_HELPER = { SKB_VLAN_PUSH: 18, SKB_VLAN_POP: 19, REDIRECT: 23 } as const;

/** Offsets in `struct __sk_buff` (linux/bpf.h). */
export const SKB = { VLAN_PRESENT: 20, VLAN_TCI: 24 } as const;

/** Verdicts of a program attached with direct action (linux/pkt_cls.h). UNSPEC: the next filter decides. */
export const TC_ACT = { UNSPEC: -1, SHOT: 2 } as const;
