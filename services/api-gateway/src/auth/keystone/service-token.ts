import type { KeystoneClient } from './keystone.client';
import { identityOf } from './keystone-token';
import type { KeystoneSettings } from './keystone.settings';

/** A token is renewed this long before it ends. */
const MARGIN_MS = 60_000;

/** Our own token, with which we may ask about others': issued when it is needed, once for all who wait. */
export class ServiceToken {
  private current: { readonly token: string; readonly until: number } | undefined;
  private underWay: Promise<string> | undefined;

  constructor(
    private readonly client: KeystoneClient,
    private readonly settings: KeystoneSettings,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws Error when Keystone does not answer, or not know us */
  async get(): Promise<string> {
    if (this.current && this.current.until > this.now()) return this.current.token;
    this.underWay ??= this.issue().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  /** Keystone no longer accepts this token. A newer one, requested meanwhile, is kept. */
  drop(token: string): void {
    if (this.current?.token === token) this.current = undefined;
  }

  private async issue(): Promise<string> {
    const { username, password, userDomain, project, projectDomain } = this.settings;
    const user = { name: username, password, domain: { name: userDomain } };
    const scope = { project: { name: project, domain: { name: projectDomain } } };
    const body = { auth: { identity: { methods: ['password'], password: { user } }, scope } };
    const { status, headers, text } = await this.client.tokens('POST', {}, body);
    const token = headers['x-subject-token'];
    if (status !== 201 || typeof token !== 'string') {
      throw new Error(`Keystone gives ${username} no token for project ${project} (status ${status})`);
    }
    this.current = { token, until: Date.parse(identityOf(text).expiresAt) - MARGIN_MS };
    return token;
  }
}
