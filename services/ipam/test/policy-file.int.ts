import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admin, context, eventually, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let dir: string;
let file: string;
let ipam: Harness;

/** As Kubernetes does it: the file is a link into a folder which is a link, and the second is swapped. */
function swapFolder(version: string, text: string): void {
  mkdirSync(join(dir, version));
  writeFileSync(join(dir, version, 'policy.yaml'), text);
  symlinkSync(version, join(dir, 'next'));
  renameSync(join(dir, 'next'), join(dir, 'data'));
}
/** As editors do it. */
function rename(text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weft-policy-'));
  file = join(dir, 'policy.yaml');
  swapFolder('v1', 'create_network: "role:reader"');
  symlinkSync(join('data', 'policy.yaml'), file);
  process.env.WEFT_POLICY_FILE = file;
  ipam = await Harness.start();
});
afterAll(async () => {
  delete process.env.WEFT_POLICY_FILE;
  await ipam.stop();
  rmSync(dir, { recursive: true, force: true });
});

const reader = () => context(TENANT, ['reader']);
const isForbidden = async (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    (error: { status: number }) => error.status === 403,
  );

describe("an operator's policy file", () => {
  it('is in force from the start', async () => {
    expect(await ipam.create('networks', {}, reader())).toHaveProperty('id');
  });

  it('is followed when a link to it is swapped, by decisions and by what lists show', async () => {
    const { id } = await ipam.create('networks', {}, tenant());
    expect(await ipam.show('networks', id as string, tenant())).toHaveProperty('mtu');
    swapFolder('v2', 'get_network:mtu: "rule:admin_only"\nget_network:provider:network_type: "@"');
    await eventually(() => isForbidden(ipam.create('networks', {}, reader())));
    const shown = await ipam.show('networks', id as string, tenant());
    expect(shown).not.toHaveProperty('mtu');
    expect(shown).toHaveProperty('provider:network_type', 'vxlan');
    expect(await ipam.show('networks', id as string, admin())).toHaveProperty('mtu');
    expect((await ipam.list('networks', { filters: { mtu: [1450] } })).length).toBe(0);
  });

  it('is refused with line and rule when it is bad: the old rules stay, and health says so until it is good', async () => {
    rename('\ncreate_network: "role:admin or"\n');
    await eventually(async () => !(await policyCheck()).ok);
    expect((await policyCheck()).text).toBe(
      `policy file ${file}: line 2: rule create_network: unexpected end in policy rule "role:admin or"; ` +
        'the rules that were read before stay in force',
    );
    expect(await isForbidden(ipam.create('networks', {}, reader()))).toBe(true);
    rmSync(file);
    await eventually(async () => (await policyCheck()).text!.includes('no such file'));
    expect(await isForbidden(ipam.create('networks', {}, reader()))).toBe(true);
    rename('create_network: "@"');
    await eventually(async () => !(await isForbidden(ipam.create('networks', {}, reader()))));
    expect((await policyCheck()).ok).toBe(true);
  });

  it('keeps a service from starting when it is bad', () => {
    const bad = join(dir, 'bad.yaml');
    writeFileSync(bad, 'get_port: "nonsense"');
    const main = join(__dirname, '../dist/main.js');
    const env = { ...process.env, WEFT_POLICY_FILE: bad };
    const { status, stdout, stderr } = spawnSync(process.execPath, [main], { env, encoding: 'utf8', timeout: 20_000 });
    expect(status).toBe(1);
    expect(stdout + stderr).toContain(`policy file ${bad}: line 1: rule get_port: nonsense is not a check`);
  });
});

async function policyCheck() {
  return (await ipam.health()).checks.find(({ name }) => name === 'policy')!;
}
