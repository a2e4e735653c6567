import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Hosts } from '@weft/lab';
import { openHome, homePath } from './home';
import { endLeftovers } from './leftovers';
import { endSupervisor, runningSupervisor } from './run-file';

/** `npm run stop`: ends the running cloud; without a supervisor, whatever one that was killed has left. */
export async function stop(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<{ readonly wasRunning: boolean }> {
  if (!existsSync(join(homePath(env), 'format'))) {
    say('Weft does not run here');
    return { wasRunning: false };
  }
  const home = openHome(env);
  const running = runningSupervisor(home.runFile);
  if (running) {
    say(`Ending Weft (pid ${running.pid})`);
    await endSupervisor(running.process);
  }
  const leftovers = await endLeftovers(home.dir);
  if (leftovers > 0) say(`Ended ${leftovers} processes that had been left`);
  if (labMayExist()) await new Hosts({ home: home.dir }).down();
  rmSync(home.runFile, { force: true });
  say(running || leftovers > 0 ? 'Stopped; nothing is left running' : 'Weft does not run here');
  return { wasRunning: running !== null || leftovers > 0 };
}

/** Hosts are made by root on Linux with iproute2; a machine without that has none to take away. */
const labMayExist = (): boolean =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  ['/usr/sbin', '/sbin', '/usr/bin', '/bin'].some((directory) => existsSync(join(directory, 'ip')));
