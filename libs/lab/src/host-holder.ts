import { spawn } from 'node:child_process';
import type { ProcessInfo } from './process';
import { allProcesses, processInfo } from './process';

const MARK = 'weft-lab-host';

/**
 * PID 1 of a host. It holds the namespaces and reaps orphans at once (bash waits for any child on SIGCHLD), so that a
 * daemon which died on the host does not linger as a zombie that still looks alive. `$1` is the lab, `$2` the host.
 */
const INIT = `
mkdir -p /run/netns /run/weft-lab /etc/netns
mount -t tmpfs -o mode=755 tmpfs /run/netns
mount --make-shared /run/netns
mount -t tmpfs -o mode=755 tmpfs /etc/netns
mount -t tmpfs -o mode=755 tmpfs /run/weft-lab
mount -t sysfs sysfs /sys
hostname "$2"
ip link set lo up
for setting in net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0; do
  echo "\${setting#*=}" > "/proc/sys/$(echo "\${setting%%=*}" | tr . /)"
done
echo ready
exec </dev/null >/dev/null 2>&1
trap 'exit 0' TERM
sleep infinity & wait $!
`;

/** The holder processes of a lab, found by their command lines. Key: host name. */
export function findHolders(lab: string): ReadonlyMap<string, ProcessInfo> {
  const holders = new Map<string, ProcessInfo>();
  for (const info of allProcesses()) {
    const [mark, id, host] = info.command.slice(-3);
    // `unshare` in front of the holder has the same arguments: the holder is the bash.
    if (mark === MARK && id === lab && host !== undefined && info.command[0] === 'bash') holders.set(host, info);
  }
  return holders;
}

/** The `unshare` in front of a holder: it would linger, were only the holder killed. */
export const unshareOf = (holder: ProcessInfo): ProcessInfo | null => {
  const parent = processInfo(holder.parent);
  return parent?.command[0] === 'unshare' ? parent : null;
};

/**
 * Makes the namespaces of a host and waits until they are set up.
 * @param attached the host dies with this process (tests); else it lives until it is ended (the supervisor's hosts)
 */
export function startHolder(lab: string, host: string, attached: boolean): Promise<ProcessInfo> {
  const isolate = ['unshare', '--net', '--mount', '--uts', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  const argv = [...isolate, '--propagation', 'private', 'bash', '-euc', INIT, MARK, lab, host];
  const [command = '', ...args] = attached ? ['setpriv', '--pdeathsig=KILL', ...argv] : argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`host ${host} could not be made: ${words.trim()}`)));
    child.stdout.once('data', () => {
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      const holder = findHolders(lab).get(host);
      if (holder) resolve(holder);
      else reject(new Error(`host ${host} ended at once: ${words.trim()}`));
    });
  });
}

/** The command line that runs `argv` inside a host; in its namespace `netns` if given. */
export const insideHost = (holder: ProcessInfo, argv: readonly string[], netns?: string): string[] => [
  // The holder's root as well: entering a mount namespace alone would leave a chroot that we both live in.
  ...['nsenter', '-t', String(holder.pid), '--mount', '--net', '--uts', '--pid', '--root', '--wd'],
  ...(netns === undefined ? [] : ['ip', 'netns', 'exec', netns]),
  ...argv,
];
