/** Of what anybody may cause: the first few of each period, and how many were left out before one. */
export class FewLines {
  private until = 0;
  private left = 0;
  private omitted = 0;

  constructor(
    private readonly most: number,
    private readonly periodMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns how many were left out since the last that was not; null: this one is */
  take(): number | null {
    const now = this.now();
    if (now >= this.until) [this.until, this.left] = [now + this.periodMs, this.most];
    if (this.left === 0) {
      this.omitted++;
      return null;
    }
    this.left--;
    const { omitted } = this;
    this.omitted = 0;
    return omitted;
  }
}
