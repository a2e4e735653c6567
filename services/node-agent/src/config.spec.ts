import { readConfig } from './config';

describe('readConfig', () => {
  it('reads bridge mappings and roles as lists', () => {
    const config = readConfig({ WEFT_BRIDGE_MAPPINGS: 'physnet1:eth1, physnet2:eth2', WEFT_ROLES: 'l2,dhcp' });
    expect(config.bridgeMappings).toEqual({ physnet1: 'eth1', physnet2: 'eth2' });
    expect(config.roles).toEqual(['l2', 'dhcp']);
  });

  it("takes resolvers in their order, none at all, or the host's", () => {
    expect(readConfig({ WEFT_DNS_SERVERS: '9.9.9.9, 2620:fe::fe' }).dhcp.resolvers).toEqual(['9.9.9.9', '2620:fe::fe']);
    expect(readConfig({ WEFT_DNS_SERVERS: 'none' }).dhcp.resolvers).toEqual([]);
    expect(readConfig({}).dhcp).toEqual({ leaseTime: 86_400, resolvers: null });
  });

  it.each([
    [{ WEFT_METADATA_UPSTREAM: 'nova:8775' }, 'WEFT_METADATA_UPSTREAM is not an http or https URL'],
    [{ WEFT_METADATA_UPSTREAM: 'http://nova:8775' }, 'WEFT_METADATA_UPSTREAM needs WEFT_METADATA_SHARED_SECRET'],
    [{ WEFT_DNS_SERVERS: 'dns.example' }, 'WEFT_DNS_SERVERS names dns.example'],
    [{ WEFT_DHCP_LEASE_SECONDS: '60' }, 'WEFT_DHCP_LEASE_SECONDS is not a number of seconds from 120'],
    [{ WEFT_TUNNEL_IP: 'eth0' }, 'WEFT_TUNNEL_IP is not an IP address: eth0'],
    [{ WEFT_BRIDGE_MAPPINGS: 'physnet1' }, '"physnet1" is not <physical network>:<device>'],
    [{ WEFT_ROLES: 'l3' }, 'WEFT_ROLES names l3'],
    [{ WEFT_RESTORE_WAIT_MS: 'soon' }, 'WEFT_RESTORE_WAIT_MS is not a number'],
  ])('refuses %j in one sentence', (env, sentence) => expect(() => readConfig(env)).toThrow(sentence));
});
