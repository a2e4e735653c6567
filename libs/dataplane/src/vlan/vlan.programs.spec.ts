import { popProgram, pushProgram } from './vlan.programs';

const JUMPS = [0x15, 0x55];
const EXIT = 0x95;
const opcode = (instruction: Buffer): number => instruction.readUInt8(0);

describe.each([
  ['pop', popProgram(100, 7)],
  ['push', pushProgram(100, 7)],
])('the program that does %s', (_, program) => {
  it('jumps to its last verdict, and nowhere else', () => {
    const verdict = program.length - 2;
    const targets = program.flatMap((each, at) => (JUMPS.includes(opcode(each)) ? [at + 1 + each.readInt16LE(2)] : []));
    expect(new Set(targets)).toEqual(new Set([verdict]));
    expect(opcode(program[verdict - 1]!)).toBe(EXIT);
    expect(opcode(program.at(-1)!)).toBe(EXIT);
  });

  it('holds whole instructions, with its VLAN and its target in them', () => {
    expect(program.every(({ length }) => length === 8)).toBe(true);
    const immediates = program.map((each) => each.readInt32LE(4));
    expect(immediates).toEqual(expect.arrayContaining([100, 7]));
  });
});
