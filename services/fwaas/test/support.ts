import { type ObjectGrants, type ReferenceType, type ResolveReply, securitySubject } from '@weft/contracts';
import { type Body, eventually, ServiceHarness, tenant } from '@weft/testing';
import { fwaas } from '../src';
import { IpamDouble } from './ipam-double';

/** A running fwaas. */
export class Harness extends ServiceHarness {
  protected readonly service = fwaas;
  protected readonly counted = {
    security_group: 'security_group',
    security_group_rule: 'security_group_rule',
    address_group: 'address_group',
  };
  readonly ipam = new IpamDouble(this.messaging);

  /** A group, of which only the id matters. */
  async group(item: Body = {}, ctx = tenant()): Promise<string> {
    return (await this.create('security_groups', item, ctx)).id as string;
  }

  rule(group: string, item: Body = {}, ctx = tenant()): Promise<Body> {
    return this.create('security_group_rules', { security_group_id: group, direction: 'ingress', ...item }, ctx);
  }

  async resolve(
    ids: readonly string[],
    defaultsOf: readonly string[] = [],
    type: ReferenceType = 'security_group',
  ): Promise<ResolveReply['references']> {
    const request = { ctx: tenant(), type, ids, defaultsOf };
    return (await this.messaging.request<ResolveReply>(securitySubject.resolve, request)).references;
  }

  /** As ipam does after each change of an object's grants. */
  grant(id: string, targets: readonly string[], generation: number, type: ReferenceType = 'security_group') {
    const grants: ObjectGrants = { type, id, targets, generation };
    return this.messaging.request(securitySubject.grants, grants);
  }

  /** What is published of a key now, once it is what is expected. */
  async expectFact(key: string, value: unknown): Promise<void> {
    await eventually(async () => {
      expect((await this.facts.load()).get(key)?.value).toEqual(value);
    });
  }
}
