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

  it('refuses a database URL of another kind', () => {
    expect(() => readSettings({}, { WEFT_DATABASE_URL: 'mysql://x' }, machine)).toThrow(/^WEFT_DATABASE_URL must be/);
  });
});
