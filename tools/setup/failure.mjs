/** An expected failure of a command of ours: its message is one clear sentence, shown without a stack. */
export class Failure extends Error {}

/** Runs a command's main function; failures become one sentence on stderr and a non-zero exit code. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = 1;
  }
}
