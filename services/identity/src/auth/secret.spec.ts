import { hashSecret, isSecret } from './secret';

describe('secrets', () => {
  it('are known by their hash and by nothing else', async () => {
    const hash = await hashSecret('pässword');
    expect(hash).toMatch(/^scrypt\$16384\$8\$5\$/);
    expect(await isSecret('pässword', hash)).toBe(true);
    expect(await isSecret('password', hash)).toBe(false);
    expect(await isSecret('', null)).toBe(false);
    expect(await isSecret('pässword', undefined)).toBe(false);
  });

  it('have a salt each, and one spelling in Unicode', async () => {
    expect(await hashSecret('x')).not.toBe(await hashSecret('x'));
    expect(await isSecret('e\u0301', await hashSecret('\u00e9'))).toBe(true);
  });
});
