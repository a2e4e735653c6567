import { DEVICE_OWNERS, deviceOwnersWith, servesNetwork } from './device-owners';

describe(deviceOwnersWith, () => {
  it('lists the owners whose ports clients cannot delete', () => {
    expect(deviceOwnersWith(({ service }) => service !== null).sort()).toEqual([
      'network:floatingip',
      'network:floatingip_agent_gateway',
      'network:ha_router_replicated_interface',
      'network:router_centralized_snat',
      'network:router_gateway',
      'network:router_ha_interface',
      'network:router_interface',
      'network:router_interface_distributed',
    ]);
  });

  it('lists those that use a network as external, and those without SLAAC addresses', () => {
    expect(deviceOwnersWith(({ external }) => external)).toEqual(['network:router_gateway', 'network:floatingip']);
    expect(deviceOwnersWith(({ slaac }) => !slaac)).toEqual([
      'network:dhcp',
      'network:router_interface',
      'network:router_interface_distributed',
      'network:ha_router_replicated_interface',
      'network:router_centralized_snat',
    ]);
  });
});

describe(servesNetwork, () => {
  it('holds for every owner in the table, and for no instance', () => {
    expect(Object.keys(DEVICE_OWNERS).every(servesNetwork)).toBe(true);
    for (const owner of ['', 'compute:nova', 'trunk:subport']) expect(servesNetwork(owner)).toBe(false);
  });
});
