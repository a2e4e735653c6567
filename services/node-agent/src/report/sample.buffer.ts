import type { DropSample } from '@weft/contracts';

/** Samples that wait for the next batch: of each port, and of all ports. */
const MOST = { ofPort: 20, all: 500 };

/** Packets that were dropped, until their owner has heard of them. What a port gets often does not push out what it gets rarely. Pure. */
export class SampleBuffer {
  private waiting: readonly DropSample[] = [];

  add(sample: DropSample): void {
    const ofPort = this.waiting.filter(({ port }) => port === sample.port);
    const [oldest] = ofPort.length >= MOST.ofPort ? commonest([...ofPort, sample]) : this.waiting;
    const full = ofPort.length >= MOST.ofPort || this.waiting.length >= MOST.all;
    this.waiting = [...this.waiting, sample].filter((one) => !full || one !== oldest);
  }

  take(): readonly DropSample[] {
    return this.waiting;
  }

  /** What came meanwhile stays. */
  forget(taken: readonly DropSample[]): void {
    const gone = new Set(taken);
    this.waiting = this.waiting.filter((sample) => !gone.has(sample));
  }
}

/** Those of the kind of which there are most, in their order. */
function commonest(samples: readonly DropSample[]): readonly DropSample[] {
  const kinds = new Map<string, DropSample[]>();
  for (const sample of samples) {
    const { reason, direction, ethertype, protocol, destinationPort, icmpType } = sample;
    const kind = [reason, direction, ethertype, protocol, destinationPort, icmpType].join(' ');
    kinds.set(kind, [...(kinds.get(kind) ?? []), sample]);
  }
  return [...kinds.values()].reduce((most, kind) => (kind.length > most.length ? kind : most));
}
