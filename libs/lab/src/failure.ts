/** An expected failure: its message is one clear sentence for a person, shown without a stack. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}
