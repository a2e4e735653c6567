import { eventually, waitUntil } from './wait-until';

describe(waitUntil.name, () => {
  it('returns at the first look that succeeds', async () => {
    let looks = 0;
    await waitUntil('third look', () => ++looks === 3 || `look ${looks}`, { everyMs: 1 });
    expect(looks).toBe(3);
  });

  it('says what was waited for and why not, in the words of the last look', async () => {
    await expect(waitUntil('the port is ACTIVE', () => 'it is BUILD', { timeoutMs: 5, everyMs: 1 })).rejects.toThrow(
      'After 5 ms still not: the port is ACTIVE. Last: it is BUILD',
    );
  });

  it('takes an error of a look for a reason, not for the end', async () => {
    let looks = 0;
    const probe = () => {
      if (++looks < 2) throw new Error('not there');
      return true as const;
    };
    await expect(waitUntil('it answers', probe, { everyMs: 1 })).resolves.toBeUndefined();
  });
});

describe(eventually.name, () => {
  it('holds when the condition neither throws nor answers false', async () => {
    const answers = [() => Promise.reject(new Error('no')), async () => false, async () => undefined];
    await eventually(() => answers.shift()!());
    expect(answers).toEqual([]);
  });

  it('throws the last failure when it does not', async () => {
    await expect(eventually(() => Promise.reject(new Error('no')), 5)).rejects.toThrow('threw no');
  });
});
