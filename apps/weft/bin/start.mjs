#!/usr/bin/env node
// npm start: plain JavaScript without dependencies, because on a fresh clone there are none yet. It brings the checkout to where it
// can run and then hands over to the compiled supervisor (src/supervisor/start.ts).
import { createRequire } from 'node:module';
import { options } from './options.mjs';
import { main } from '../../../tools/setup/failure.mjs';
import { prepare } from '../../../tools/setup/prepare.mjs';

const HELP = `npm start -- [options]      runs Weft on this machine

  --detach    return when all is healthy; npm run stop ends it
  --no-lab    the control plane alone, without hosts and node agents
  --help      this text

Missing system packages are installed as root; npm packages and the build are renewed when they are stale. State lives in
.weft/ (WEFT_HOME). WEFT_API_PORT (9696) and WEFT_IDENTITY_PORT (5000) move the listeners; WEFT_DATABASE_URL and
WEFT_NATS_URL use servers that exist. All variables: docs/configuration.md. Without root or Linux there is no lab.

npm run status      each service and node: version, health
npm run stop        ends everything
npx weft --help     the operator's command line`;

await main(async () => {
  const { help, ...choices } = options(process.argv.slice(2));
  if (help) return console.log(HELP);
  const lab = choices.lab && process.platform === 'linux' && process.getuid?.() === 0;
  const own = (name) => !process.env[name];
  prepare({ postgres: own('WEFT_DATABASE_URL'), nats: own('WEFT_NATS_URL'), lab, say: (line) => console.log(line) });
  const { start, Failure } = createRequire(import.meta.url)('../dist/index.js');
  await start(choices).catch(sentence(Failure));
  process.exit(0);
});

/** The compiled Failure is another class than the set-up's: its message is a sentence just the same. */
function sentence(Expected) {
  return (error) => {
    console.error(error instanceof Expected ? error.message : error);
    process.exit(1);
  };
}
