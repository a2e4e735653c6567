import { parseArgs } from 'node:util';
import { Failure } from '../../../tools/setup/failure.mjs';

/** The options of `npm start`. */
export function options(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        detach: { type: 'boolean' },
        lab: { type: 'boolean' },
        'no-lab': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return { detach: values.detach ?? false, lab: !values['no-lab'], help: values.help ?? false };
  } catch (error) {
    throw new Failure(`${error.message} (npm start -- --help)`);
  }
}
