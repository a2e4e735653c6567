import { ApiError, type DropBatch, type DropSample, serviceUnavailable } from '@weft/contracts';
import type { FilterCounts } from '@weft/dataplane';
import { ManualClock } from '@weft/reconcile';
import { TrafficReporter } from './traffic.reporter';

const sample = (destinationPort: number): DropSample => ({
  ...{ port: 'p', reason: 'no-rule', direction: 'ingress', at: '2026-01-01T00:00:00Z', ethertype: 'IPv4', protocol: 6 },
  ...{ sourceMac: 'a', destinationMac: 'b', destinationPort },
});

/** Its owners answer as `answer` says; whatever waits has come to its end after `turn`. */
function newTestReporter(answer: (subject: string, body: DropBatch) => Promise<unknown>) {
  const clock = new ManualClock();
  const counts = { packets: 0, read: () => undefined as void };
  const told: { subject: string; body: DropBatch }[] = [];
  const transport = {
    request: async (subject: string, body: unknown) => {
      told.push({ subject, body: body as DropBatch });
      return answer(subject, body as DropBatch);
    },
  };
  const file = { load: () => null, save: () => undefined };
  const read = (): FilterCounts => {
    counts.read();
    return {
      drops: [{ device: 'tap', reason: 'no-rule', packets: counts.packets }],
      rules: [{ id: 'r', packets: counts.packets, bytes: counts.packets * 10 }],
    } as unknown as FilterCounts;
  };
  const sut = new TrafficReporter({
    transport: transport as never,
    host: 'h',
    file,
    clock,
    counts: read,
    portOf: () => 'p',
  });
  sut.start();
  const turn = async (ms = 3_000) => {
    clock.advance(ms);
    for (let n = 0; n < 20; n++) await Promise.resolve();
  };
  return { sut, counts, told, turn };
}

describe(TrafficReporter.name, () => {
  it('goes on after a batch that was refused, which it says no more', async () => {
    let refusing = true;
    const { counts, told, turn } = newTestReporter(async () => {
      if (refusing) throw new ApiError('BadRequest', 400, 'not like this');
    });
    counts.packets = 5;
    await turn();
    refusing = false;
    counts.packets = 7;
    await turn();
    expect(told.map(({ subject }) => subject)).toEqual(['drops.h', 'report.fwaas.h', 'drops.h', 'report.fwaas.h']);
    expect(told[2]!.body.batch).not.toBe(told[0]!.body.batch);
    expect(told[2]!.body.counts).toEqual([{ port: 'p', reason: 'no-rule', packets: 2 }]);
  });

  it('says again in the same words what nobody has judged', async () => {
    let away = true;
    const { sut, counts, told, turn } = newTestReporter(async () => {
      if (away) throw serviceUnavailable('It is away.');
    });
    counts.packets = 5;
    sut.sample(sample(22));
    await turn();
    away = false;
    await turn();
    const drops = told.filter(({ subject }) => subject === 'drops.h').map(({ body }) => body);
    expect(drops).toHaveLength(2);
    expect(drops[1]).toEqual(drops[0]);
  });

  it('keeps a sample that comes while others are under way', async () => {
    const { sut, told, turn } = newTestReporter(async () => sut.sample(sample(23)));
    sut.sample(sample(22));
    await turn();
    await turn();
    expect(told.map(({ body }) => body.samples?.map(({ destinationPort }) => destinationPort))).toEqual([[22], [23]]);
  });

  it('paces itself by what reading costs, not by how long it had to wait for a processor', async () => {
    const { counts, told, turn } = newTestReporter(async () => undefined);
    const drops = () => told.filter(({ subject }) => subject === 'drops.h').length;
    counts.packets = 1;
    // 400 ms without a processor.
    counts.read = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    await turn();
    counts.packets = 2;
    await turn(12_000);
    expect(drops()).toBeGreaterThanOrEqual(2);
    counts.read = () => {
      const began = process.cpuUsage();
      for (;;) {
        const { user, system } = process.cpuUsage(began);
        if (user + system > 400_000) return;
      }
    };
    await turn(12_000);
    const then = drops();
    counts.packets = 3;
    await turn(12_000);
    expect(drops()).toBe(then);
    await turn(20_000);
    expect(drops()).toBe(then + 1);
  });
});
