import type { Report } from '@weft/contracts';
import { ManualClock } from '@weft/reconcile';
import { ReportBuffer } from './report.buffer';

const report = (id: string, state: Report['state'], generation = 1): Report => ({
  object: 'port',
  id,
  component: 'wired',
  generation,
  state,
});

function newTestBuffer() {
  const clock = new ManualClock();
  return { clock, sut: new ReportBuffer(clock) };
}

describe(ReportBuffer.name, () => {
  it('says a thing once', () => {
    const { sut } = newTestBuffer();
    expect(sut.put(report('p', 'proven'))).toBe(true);
    expect(sut.put(report('p', 'proven'))).toBe(false);
    sut.acknowledge(sut.take(10)!);
    expect(sut.put(report('p', 'proven'))).toBe(false);
    expect(sut.take(10)).toBeNull();
  });

  it('keeps what changed while its batch was under way', () => {
    const { sut } = newTestBuffer();
    sut.put(report('p', 'absent'));
    const batch = sut.take(10)!;
    sut.put(report('p', 'proven'));
    sut.acknowledge(batch);
    expect(sut.take(10)?.reports).toEqual([report('p', 'proven')]);
  });

  it('keeps everything that is not acknowledged', () => {
    const { sut } = newTestBuffer();
    sut.put(report('p', 'proven'));
    sut.take(10);
    expect(sut.take(10)?.reports).toHaveLength(1);
  });

  it('does not send a pending state that passes in a moment, and does send one that stays', () => {
    const { clock, sut } = newTestBuffer();
    sut.put(report('quick', 'pending'));
    sut.put(report('slow', 'pending'));
    expect(sut.take(10)).toBeNull();
    sut.put(report('quick', 'proven'));
    expect(sut.take(10)?.reports).toEqual([report('quick', 'proven')]);
    clock.advance(300);
    expect(sut.take(10)?.reports).toContainEqual(report('slow', 'pending'));
  });

  it('says everything again after an attachment, and nothing of what is gone', () => {
    const { sut } = newTestBuffer();
    sut.put(report('a', 'proven'));
    sut.put(report('b', 'proven'));
    sut.acknowledge(sut.take(10)!);
    sut.forget({ object: 'port', id: 'b', component: 'wired' });
    sut.resendAll();
    expect(sut.take(10)?.reports).toEqual([report('a', 'proven')]);
  });

  it('sends drift until it is acknowledged, and no more than a bounded amount', () => {
    const { sut } = newTestBuffer();
    for (let i = 0; i < 1_500; i++) sut.addDrift({ kind: 'fdb', what: String(i), foundAt: '' });
    const batch = sut.take(10)!;
    expect(batch.drift).toHaveLength(1_000);
    sut.addDrift({ kind: 'fdb', what: 'later', foundAt: '' });
    sut.acknowledge(batch);
    expect(sut.take(10)?.drift.map(({ what }) => what)).toEqual(['later']);
  });
});
