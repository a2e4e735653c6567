import { build, installDependencies } from './build.mjs';
import { Failure } from './failure.mjs';
import { LAB, NATS, POSTGRES, TESTS, install, missing } from './packages.mjs';

/**
 * Brings a checkout to where it can run: Node, system packages, npm packages, build. Does only what is missing.
 * @param {{ postgres: boolean, nats: boolean, lab: boolean, tests?: boolean, say: (line: string) => void }} options
 *   postgres, nats: those servers are ours to run; lab: hosts and node agents run here
 */
export function prepare({ postgres, nats, lab, tests = false, say }) {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20) throw new Failure(`Weft needs Node 20 or later; this is ${process.version}.`);
  const needed = [postgres && POSTGRES, nats && NATS, ...(lab ? LAB : []), ...(tests ? TESTS : [])].filter(Boolean);
  install(missing(needed), say);
  installDependencies(say);
  build(say);
}
