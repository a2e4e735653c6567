/** What `ping` counted. */
export interface PingCount {
  readonly sent: number;
  readonly received: number;
}

/** Reads the summary of iputils' ping. @throws Error with its words when there is none */
export function parsePing(output: string): PingCount {
  const match = /(\d+) packets transmitted, (\d+) received/.exec(output);
  if (!match) throw new Error(`ping says: ${output.trim() || 'nothing'}`);
  return { sent: Number(match[1]), received: Number(match[2]) };
}
