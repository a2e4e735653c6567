import type { PortRules } from './frame.rules';
import { tableText } from './frame.rules';

const rules = (device: string, more: Partial<PortRules> = {}): PortRules => ({
  device,
  egressPps: null,
  ingressPps: null,
  dscp: null,
  ...more,
});

describe('tableText', () => {
  it('always drops tagged frames, and has no chain that nobody needs', () => {
    const { text } = tableText([]);
    expect(text).toContain('vlan id != 0 drop');
    expect(text).not.toMatch(/chain (sent|received)/);
  });

  it('drops what is too much before it marks what is left', () => {
    const { text } = tableText([rules('tap0', { egressPps: 1000, dscp: 46 })]);
    expect(text).toMatch(/limit rate over 1000\/second burst 100 packets drop\s+ip dscp set 46\s+ip6 dscp set 46/);
    expect(text).toContain('iifname vmap { "tap0" : goto sent_tap0 }');
  });

  it('asks for no rate or burst that nftables refuses or cuts off: the table stands or falls with each rule', () => {
    expect(tableText([rules('tap0', { ingressPps: 0 })]).text).toMatch(/chain received_tap0 \{\s+drop\s+\}/);
    const most = 2_147_483_647_000;
    const { text } = tableText([rules('tap0', { ingressPps: most })]);
    expect(text).toContain(`limit rate over ${most}/second burst 4294967295 packets drop`);
  });

  it('has the same digest for the same rules in whatever order, and another one for others', () => {
    const [a, b] = [rules('tapa', { dscp: 1 }), rules('tapb', { ingressPps: 5 })];
    expect(tableText([a, b])).toEqual(tableText([b, a]));
    expect(tableText([a]).digest).not.toBe(tableText([b]).digest);
  });
});
