/** An object of ours which had been right and is not any more: somebody else changed it. */
export interface Drift {
  /** `link`, `bridge-port`, `fdb`, `neighbour`, `address`, `route`, `netns`, `daemon`, `filter`, `rate`, `redirect`. */
  readonly kind: string;
  /** The object, as an operator would name it. */
  readonly what: string;
  /** Who desires it: the owner given to `setDesired`. */
  readonly owner: string;
  /** The driver's key of the object; with `kind` it tells when the drift is healed. */
  readonly key: string;
}
