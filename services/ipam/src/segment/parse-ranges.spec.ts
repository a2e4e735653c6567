import { parseRanges } from './parse-ranges';

describe('parseRanges', () => {
  it('reads several ranges', () =>
    expect(parseRanges('1:1000, 2000:2500', 0xffffffn)).toEqual([
      { first: 1n, last: 1000n },
      { first: 2000n, last: 2500n },
    ]));

  it.each(['', '5', '0:5', '9:5', '1:16777216', 'a:b'])(
    'refuses %p, so that the service does not start on it',
    (text) => expect(() => parseRanges(text, 0xffffffn)).toThrow(/no range of segment ids/),
  );
});
