import type { DropSample } from '@weft/contracts';
import { SampleBuffer } from './sample.buffer';

const sample = (destinationPort: number, port = 'p'): DropSample => ({
  ...{ port, reason: 'no-rule', direction: 'ingress', at: '2026-01-01T00:00:00Z', ethertype: 'IPv4', protocol: 6 },
  ...{ sourceMac: 'a', destinationMac: 'b', destinationPort },
});
const ports = (book: SampleBuffer) => book.take().map(({ destinationPort }) => destinationPort);

describe(SampleBuffer.name, () => {
  it('keeps what came while a batch was under way, whatever else had to go', () => {
    const book = new SampleBuffer();
    for (let n = 0; n < 20; n++) book.add(sample(80));
    const taken = book.take();
    book.add(sample(22));
    book.forget(taken);
    expect(ports(book)).toEqual([22]);
  });

  it('lets the oldest of what a port gets most go, not what it gets rarely', () => {
    const book = new SampleBuffer();
    book.add(sample(22));
    const first = sample(80);
    book.add(first);
    for (let n = 0; n < 50; n++) book.add(sample(80));
    expect(ports(book)).toEqual([22, ...Array.from({ length: 19 }, () => 80)]);
    expect(book.take()).not.toContain(first);
  });

  it('lets no port push out others, and holds no more than a batch takes', () => {
    const book = new SampleBuffer();
    book.add(sample(22, 'quiet'));
    for (let n = 0; n < 100; n++) book.add(sample(n, 'scanned'));
    expect(ports(book)).toEqual([22, ...Array.from({ length: 20 }, (_, n) => 80 + n)]);
    for (let n = 0; n < 600; n++) book.add(sample(1, `p${n}`));
    expect(book.take()).toHaveLength(500);
  });
});
