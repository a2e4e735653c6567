import { ApiClient, Hosts, Instances, LabCloud, credentialsFromCloudsYaml } from '@weft/lab';
import type { Home } from './home';

/** The lab of a state directory, acted on as its administrator. */
export function labOf(home: Home): { hosts: Hosts; instances: Instances } {
  const hosts = new Hosts({ home: home.dir });
  return { hosts, instances: new Instances(hosts) };
}

/**
 * Plugs the instances that the API knows in again: after a restart of the machine its hosts are new. A cloud without them is
 * still a cloud: a failure is said and `npm start` goes on.
 */
export async function restoreInstances(home: Home, say: (line: string) => void): Promise<void> {
  const admin = credentialsFromCloudsYaml(home.cloudsYaml, 'weft');
  if (admin === null) throw new Error(`${home.cloudsYaml} has no cloud "weft"`);
  const { hosts, instances } = labOf(home);
  const client = new ApiClient(admin);
  try {
    const restored = await new LabCloud(client, client, hosts, instances).restore();
    if (restored.length > 0) say(`Plugged in again: ${restored.join(', ')}`);
  } catch (error) {
    say(`Instances could not be plugged in again (weft instance list): ${(error as Error).message}`);
  }
}
