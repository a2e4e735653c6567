import { ApiError } from '@weft/contracts';
import type { Inbound } from '@weft/messaging';
import { Hearing } from './hearing';
import { INSTANT, IP, textOf, UUID } from './shapes';

const message = (text: string): Inbound => ({
  subject: 'drops.h1',
  data: Buffer.from(text),
  json: <T>() => JSON.parse(text) as T,
  deadline: Infinity,
});
const accepts = (schema: object, value: unknown) =>
  new Hearing<unknown>(schema).read(message(JSON.stringify(value))) !== null;

describe(Hearing.name, () => {
  it('takes what has the shape, and tells what is wrong with what has not', () => {
    const hearing = new Hearing<{ a: number }>({
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'integer' } },
    });
    expect(hearing.require(message('{"a":1}'))).toEqual({ a: 1 });
    expect(hearing.read(message('{"a":1.5}'))).toBeNull();
    for (const [text, wrong] of [
      ['{"a":"1"}', 'drops.h1: /a must be integer'],
      ['{}', "drops.h1: it must have required property 'a'"],
      ['{', 'drops.h1: it is no JSON'],
    ] as const)
      expect(() => hearing.require(message(text))).toThrow(expect.objectContaining({ status: 400, message: wrong }));
    expect(() => hearing.require(message('null'))).toThrow(ApiError);
  });
});

describe('shapes', () => {
  it.each(['2026-02-28T23:59:59Z', '2026-01-01T00:00:00.123456Z', '1970-01-01T00:00:00.022Z'])('%s is a time', (text) =>
    expect(accepts(INSTANT, text)).toBe(true),
  );
  it.each(['2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '0000-01-01T00:00:00Z', '2026-01-01', 'now', '-1', 1])(
    '%s is none',
    (value) => expect(accepts(INSTANT, value)).toBe(false),
  );

  it('addresses, ids and texts are what can be kept', () => {
    for (const ip of ['10.0.0.1', 'fd00::1']) expect(accepts(IP, ip)).toBe(true);
    for (const ip of ['10.0.0.256', '10.0.0.1/24', 'fe80::1%eth0', '']) expect(accepts(IP, ip)).toBe(false);
    expect(accepts(UUID, '00000000-0000-4000-8000-000000000000')).toBe(true);
    expect(accepts(UUID, 'x')).toBe(false);
    for (const text of ['ä\u{1F512}', '']) expect(accepts(textOf(4), text)).toBe(true);
    for (const text of ['\0', 'a\nb', '\ud800', '12345', 5]) expect(accepts(textOf(4), text)).toBe(false);
  });
});
