import { ApplyLoop } from './apply-loop';
import { ManualClock } from './clock';

function newTestLoop(apply: () => Promise<number | null>) {
  const clock = new ManualClock();
  const defects: unknown[] = [];
  return { clock, defects, sut: new ApplyLoop(clock, 10, apply, (error) => defects.push(error)) };
}

describe(ApplyLoop.name, () => {
  it('runs at once for the first kick and once more for all that came meanwhile', async () => {
    let runs = 0;
    const { clock, sut } = newTestLoop(async () => (runs++, null));
    sut.kick();
    for (let i = 0; i < 5; i++) sut.kick();
    await sut.idle();
    expect(runs).toBe(1);
    clock.advance(10);
    await sut.idle();
    expect(runs).toBe(2);
    clock.advance(1_000);
    expect(runs).toBe(2);
  });

  it('never runs two passes at the same time', async () => {
    let active = 0;
    let most = 0;
    const { clock, sut } = newTestLoop(async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      return null;
    });
    for (let i = 0; i < 20; i++) {
      sut.kick();
      clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sut.idle();
    expect(most).toBe(1);
  });

  it('comes back at the time that the pass asked for', async () => {
    let runs = 0;
    const { clock, sut } = newTestLoop(async () => (++runs === 1 ? 500 : null));
    sut.kick();
    await sut.idle();
    clock.advance(499);
    expect(runs).toBe(1);
    clock.advance(1);
    await sut.idle();
    expect(runs).toBe(2);
  });

  it('survives a defect in a pass and says so', async () => {
    let runs = 0;
    const { clock, defects, sut } = newTestLoop(async () => {
      if (++runs === 1) throw new Error('defect');
      return null;
    });
    sut.kick();
    await sut.idle();
    expect(defects).toHaveLength(1);
    clock.advance(1_000);
    await sut.idle();
    expect(runs).toBe(2);
  });
});
