import { BPF_HELPER, SKB, TC_ACT, bpf } from '../bpf/assembler';

/** 0x8100 in network byte order, as the helper wants it. */
const TPID = 0x0081;
const VID_MASK = 0xfff;

/**
 * For the card: a frame with this VLAN's tag loses it and goes out of device `target` (ifindex); any other one is the next
 * filter's. The kernel has moved the tag out of the frame's bytes before classifiers run.
 */
export const popProgram = (vid: number, target: number): Buffer[] => [
  bpf.copy(6, 1),
  bpf.load32(2, 6, SKB.VLAN_PRESENT),
  bpf.skipIfEqual(2, 0, 9),
  bpf.load32(2, 6, SKB.VLAN_TCI),
  bpf.and(2, VID_MASK),
  bpf.skipUnlessEqual(2, vid, 6),
  bpf.copy(1, 6),
  bpf.call(BPF_HELPER.SKB_VLAN_POP),
  bpf.set(1, target),
  bpf.set(2, 0),
  bpf.call(BPF_HELPER.REDIRECT),
  bpf.exit(),
  bpf.set(0, TC_ACT.UNSPEC),
  bpf.exit(),
];

/** For the sub-interface: a frame gets the tag and goes out of the card `target`; one that bears a tag already is dropped. */
export const pushProgram = (vid: number, target: number): Buffer[] => [
  bpf.copy(6, 1),
  bpf.load32(2, 6, SKB.VLAN_PRESENT),
  bpf.skipUnlessEqual(2, 0, 8),
  bpf.copy(1, 6),
  bpf.set(2, TPID),
  bpf.set(3, vid),
  bpf.call(BPF_HELPER.SKB_VLAN_PUSH),
  bpf.set(1, target),
  bpf.set(2, 0),
  bpf.call(BPF_HELPER.REDIRECT),
  bpf.exit(),
  bpf.set(0, TC_ACT.SHOT),
  bpf.exit(),
];
