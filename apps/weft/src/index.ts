export { Failure } from '@weft/lab';
export { runCli } from './cli/cli';
export { runDetached, start } from './supervisor/start';
