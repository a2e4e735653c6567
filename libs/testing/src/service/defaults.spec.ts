import { defaultsOf } from './defaults';

describe(defaultsOf.name, () => {
  it('fills in what a client may leave out, and neither what it must say nor what the service chooses', () => {
    const port = defaultsOf('ports');
    expect(port).toMatchObject({ name: '', admin_state_up: true, 'binding:vnic_type': 'normal' });
    for (const name of ['network_id', 'mac_address', 'status']) expect(port).not.toHaveProperty([name]);
  });

  it('knows sub-resources by their parent', () => {
    expect(defaultsOf('policies/bandwidth_limit_rules')).toEqual({ max_burst_kbps: 0, direction: 'egress' });
  });

  it('throws for a resource that there is not', () => {
    expect(() => defaultsOf('zebras')).toThrow('zebras');
  });
});
