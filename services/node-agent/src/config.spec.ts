import { readConfig } from './config';

describe('readConfig', () => {
  it('reads bridge mappings and roles as lists', () => {
    const config = readConfig({ WEFT_BRIDGE_MAPPINGS: 'physnet1:eth1, physnet2:eth2', WEFT_ROLES: 'l2,dhcp' });
    expect(config.bridgeMappings).toEqual({ physnet1: 'eth1', physnet2: 'eth2' });
    expect(config.roles).toEqual(['l2', 'dhcp']);
  });

  it.each([
    [{ WEFT_TUNNEL_IP: 'eth0' }, 'WEFT_TUNNEL_IP is not an IP address: eth0'],
    [{ WEFT_BRIDGE_MAPPINGS: 'physnet1' }, '"physnet1" is not <physical network>:<device>'],
    [{ WEFT_ROLES: 'l3' }, 'WEFT_ROLES names l3'],
    [{ WEFT_RESTORE_WAIT_MS: 'soon' }, 'WEFT_RESTORE_WAIT_MS is not a number'],
  ])('refuses %j in one sentence', (env, sentence) => expect(() => readConfig(env)).toThrow(sentence));
});
