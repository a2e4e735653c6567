import { ago, table } from './output';

describe(table.name, () => {
  it('aligns columns to their widest cell and shows nothing as a dash', () => {
    expect(
      table(
        ['NAME', 'HOST'],
        [
          ['vm1', 'host1'],
          ['a-longer-name', null],
        ],
      ),
    ).toBe(['NAME           HOST', 'vm1            host1', 'a-longer-name  -'].join('\n'));
  });
});

describe(ago.name, () => {
  it.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:07Z', '7 s'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z', '10 min'],
    ['2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z', '3 d'],
  ])('tells the time from %s to %s as %s', (since, now, text) => {
    expect(ago(since, Date.parse(now))).toBe(text);
  });

  it('knows no age of what never began', () => {
    expect(ago(null)).toBeNull();
  });
});
