import { FewLines } from './few-lines';

describe(FewLines.name, () => {
  it('lets a few of each period pass, and tells with the next how many it did not', () => {
    let now = 0;
    const few = new FewLines(2, 1_000, () => now);
    expect([few.take(), few.take(), few.take(), few.take()]).toEqual([0, 0, null, null]);
    now = 999;
    expect(few.take()).toBeNull();
    now = 1_000;
    expect([few.take(), few.take(), few.take()]).toEqual([3, 0, null]);
  });
});
