import type { Heartbeat } from '@weft/contracts';
import { ManualClock } from '@weft/reconcile';
import { HeartbeatSender } from './heartbeat';

it('beats quickly at first, then each four seconds, until it is stopped', () => {
  const clock = new ManualClock();
  const beats: number[] = [];
  const transport = {
    publish: () => void beats.push(clock.now()),
    request: () => Promise.reject(new Error('unexpected')),
    listen: () => ({ stop: () => Promise.resolve() }),
  };
  const sender = new HeartbeatSender(transport, clock, () => ({ host: 'host1' }) as Heartbeat);
  sender.start();
  clock.advance(11_750);
  expect(beats).toEqual([0, 250, 750, 1_750, 3_750, 7_750, 11_750]);
  sender.stop();
  clock.advance(60_000);
  expect(beats).toHaveLength(7);
});
