import { ApiError, INSTANT, IP, textOf, UUID } from '@weft/contracts';
import { SchemaPipe } from './schema.pipe';

const accepts = (schema: object, value: unknown): boolean => {
  try {
    new SchemaPipe<unknown>({ schema }).transform(value);
    return true;
  } catch {
    return false;
  }
};

describe(SchemaPipe.name, () => {
  it('passes on what is of the schema, and names what is wrong with what is not', () => {
    const pipe = new SchemaPipe<{ a: number }>({
      schema: { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } },
    });
    expect(pipe.transform({ a: 1 })).toEqual({ a: 1 });
    for (const [value, problem] of [
      [{ a: '1' }, '/a must be integer'],
      [{ a: 1.5 }, '/a must be integer'],
      [{}, "it must have required property 'a'"],
    ] as const)
      expect(() => pipe.transform(value)).toThrow(expect.objectContaining({ status: 400, message: problem }));
    expect(() => pipe.transform(null)).toThrow(ApiError);
  });
});

describe('formats', () => {
  it.each(['2026-02-28T23:59:59Z', '2026-01-01T00:00:00.123456Z', '1970-01-01T00:00:00.022Z'])('%s is a time', (text) =>
    expect(accepts(INSTANT, text)).toBe(true),
  );
  it.each(['2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '0000-01-01T00:00:00Z', '2026-01-01', 'now', '-1', 1])(
    '%s is none',
    (value) => expect(accepts(INSTANT, value)).toBe(false),
  );

  it('takes addresses, ids and texts that can be stored', () => {
    for (const ip of ['10.0.0.1', 'fd00::1']) expect(accepts(IP, ip)).toBe(true);
    for (const ip of ['10.0.0.256', '10.0.0.1/24', 'fe80::1%eth0', '']) expect(accepts(IP, ip)).toBe(false);
    expect(accepts(UUID, '00000000-0000-4000-8000-000000000000')).toBe(true);
    expect(accepts(UUID, 'x')).toBe(false);
    for (const text of ['ä\u{1F512}', '']) expect(accepts(textOf(4), text)).toBe(true);
    for (const text of ['\0', 'a\nb', '\ud800', '12345', 5]) expect(accepts(textOf(4), text)).toBe(false);
  });
});
