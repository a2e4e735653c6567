/** A driver will not do what was asked, and trying again will not help until something else changes. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What the object stands on is not there (yet): its device failed or is on its way. */
export class MissingDevice extends Error {
  override readonly name = 'MissingDevice';

  constructor(readonly device: string) {
    super(`no device ${device}`);
  }
}
