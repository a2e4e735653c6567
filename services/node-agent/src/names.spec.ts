import fc from 'fast-check';
import { vlanName } from './names';

describe('vlanName', () => {
  it("is the card's name and the VLAN, as operators know it", () => {
    expect(vlanName('eth1', 100)).toBe('eth1.100');
  });

  it('fits a device whatever the card is called, and differs for cards that begin alike', () => {
    const nic = fc.stringMatching(/^[a-z0-9]{1,15}$/);
    fc.assert(
      fc.property(nic, fc.integer({ min: 1, max: 4094 }), (name, vid) => {
        expect(vlanName(name, vid).length).toBeLessThanOrEqual(14);
      }),
    );
    expect(vlanName('enp129s0f0np0', 100)).not.toBe(vlanName('enp129s0f0np1', 100));
    expect(vlanName('enp129s0f0np0', 100)).toMatch(/^enp129[0-9a-f]{4}\.100$/);
  });
});
