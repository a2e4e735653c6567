/** An object of ours which was in sync and is not any more: something else changed it. */
export interface Drift {
  /** `link`, `bridge-port`, `fdb`, `neighbour`, `address`, `route`, `netns`, `daemon`, `filter`, `rate`, `redirect`. */
  readonly kind: string;
  /** The object, as an operator would name it. */
  readonly what: string;
  /** Who desires it: the owner given to `setDesired`. Null: the node itself, as of tables that several owners share. */
  readonly owner: string | null;
  /** The driver's key of the object: its `stateOf` says when the drift is healed. */
  readonly key: string;
}
