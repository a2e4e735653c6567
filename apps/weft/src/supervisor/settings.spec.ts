import { readSettings } from './settings';

const machine = { root: true, linux: true };

describe(readSettings.name, () => {
  it('builds three hosts on a Linux machine as root', () => {
    expect(readSettings({}, {}, machine)).toMatchObject({ hosts: 3, withoutLab: null, api: { port: 9696 } });
  });

  it('keeps to the control plane when it is not root, and says why', () => {
    expect(readSettings({}, {}, { ...machine, root: false })).toMatchObject({
      hosts: 0,
      withoutLab: 'hosts need root',
    });
  });

  it('keeps to the control plane when asked', () => {
    expect(readSettings({ lab: false }, {}, machine)).toMatchObject({ hosts: 0, withoutLab: 'as asked' });
  });

  it('refuses a port that is none, naming the variable', () => {
    expect(() => readSettings({}, { WEFT_API_PORT: '96960' }, machine)).toThrow(/^WEFT_API_PORT=96960 must be/);
  });

  it('takes a Keystone in place of its own identity, and says what it needs for it', () => {
    expect(readSettings({}, {}, machine).keystone).toBeNull();
    const env = {
      WEFT_IDENTITY: 'keystone',
      WEFT_KEYSTONE_URL: 'https://keystone.example/identity/v3/',
      WEFT_KEYSTONE_USERNAME: 'weft',
      WEFT_KEYSTONE_PASSWORD: 'secret',
    };
    expect(readSettings({}, env, machine).keystone).toMatchObject({
      url: 'https://keystone.example/identity',
      project: 'service',
      userDomain: 'Default',
    });
    for (const name of ['WEFT_KEYSTONE_URL', 'WEFT_KEYSTONE_USERNAME', 'WEFT_KEYSTONE_PASSWORD']) {
      expect(() => readSettings({}, { ...env, [name]: '' }, machine)).toThrow(`WEFT_IDENTITY=keystone needs ${name}.`);
    }
    expect(() => readSettings({}, { WEFT_IDENTITY: 'ldap' }, machine)).toThrow(/^WEFT_IDENTITY=ldap must be/);
  });

  it('refuses a database URL of another kind', () => {
    expect(() => readSettings({}, { WEFT_DATABASE_URL: 'mysql://x' }, machine)).toThrow(/^WEFT_DATABASE_URL must be/);
  });
});
