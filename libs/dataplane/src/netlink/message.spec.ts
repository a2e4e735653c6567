import fc from 'fast-check';
import { Attributes, attrString, attrU32, decodeMessages, encodeMessage, readAttributes } from './message';

describe('netlink messages', () => {
  it('come back as they were written, several in one buffer', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(payloads, (all) => {
        const buffer = Buffer.concat(
          all.map((p, i) => encodeMessage({ type: 16 + i, flags: 4, payload: Buffer.from(p) }, i)),
        );
        const decoded = [...decodeMessages(buffer)];
        expect(decoded.map(({ payload }) => [...payload])).toEqual(all.map((p) => [...p]));
        expect(decoded.map(({ type, seq }) => [type, seq])).toEqual(all.map((_, i) => [16 + i, i]));
      }),
    );
  });

  it('hold attributes, nested ones too', () => {
    const inner = new Attributes().u32(1, 0xfffffffe).string(2, 'vxlan-48');
    const outer = readAttributes(new Attributes().u8(7, 1).nest(18, inner).toBuffer());
    const nested = readAttributes(outer.get(18)!);
    expect(attrU32(nested, 1)).toBe(0xfffffffe);
    expect(attrString(nested, 2)).toBe('vxlan-48');
  });

  it('never run past a broken length, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect([...decodeMessages(Buffer.from(bytes))].length).toBeLessThanOrEqual(5);
        expect(readAttributes(Buffer.from(bytes)).size).toBeLessThanOrEqual(20);
      }),
    );
  });
});
