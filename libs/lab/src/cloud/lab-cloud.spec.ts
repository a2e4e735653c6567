import { hostName } from './lab-cloud';

describe(hostName.name, () => {
  it.each([
    ['vm1', 'vm1'],
    ['Web_1.front', 'web-1-front'],
    ['a_', 'a'],
  ])('makes a DNS label of the name of an instance: %s', (name, label) => {
    expect(hostName(name)).toBe(label);
  });
});
