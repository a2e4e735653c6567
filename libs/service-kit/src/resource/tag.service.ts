import {
  type ActionRequest,
  invalidInput,
  type Json,
  notFound,
  policyNotAuthorized,
  type RequestContext,
  ruleWord,
} from '@weft/contracts';
import type { Database, Tx } from '@weft/persistence';
import type { PolicyTarget } from '@weft/policy';
import type { Guard } from './guard';
import type { ResourceTable } from './resource-table';

const MAX_TAGS = 50;
const MAX_TAG_LENGTH = 255;

/** Loads and locks the object for a policy decision; null: it does not exist. */
export type LoadTarget = (tx: Tx, id: string, ctx: RequestContext) => Promise<PolicyTarget | null>;

/** The tag sub-resource, alike on every resource that has tags. */
export class TagService {
  constructor(
    private readonly table: ResourceTable,
    private readonly database: Database,
    private readonly guard: Guard,
    readonly load: LoadTarget,
  ) {}

  readonly actions = {
    list_tags: (ctx: RequestContext, { id }: ActionRequest) => this.read(ctx, id, (tags) => ({ tags })),
    has_tag: (ctx: RequestContext, { id, params }: ActionRequest) =>
      this.read(ctx, id, (tags) => {
        if (!tags.includes(params.tag!)) throw tagNotFound(params.tag!);
        return null;
      }),
    replace_tags: (ctx: RequestContext, { id, body }: ActionRequest) => {
      const tags = tagsOf(body);
      return this.change(
        ctx,
        id,
        'update',
        () => tags,
        (tags) => ({ tags }),
      );
    },
    add_tags: (ctx: RequestContext, { id, body }: ActionRequest) => {
      const more = tagsOf(body);
      return this.change(
        ctx,
        id,
        'update',
        (tags) => [...tags, ...more],
        () => ({ tags: more }),
      );
    },
    add_tag: (ctx: RequestContext, { id, params }: ActionRequest) => {
      const [tag] = checked([params.tag!]);
      return this.change(
        ctx,
        id,
        'update',
        (tags) => [...tags, tag!],
        () => null,
      );
    },
    remove_tags: (ctx: RequestContext, { id }: ActionRequest) =>
      this.change(
        ctx,
        id,
        'delete',
        () => [],
        () => null,
      ),
    remove_tag: (ctx: RequestContext, { id, params }: ActionRequest) =>
      this.change(
        ctx,
        id,
        'delete',
        (tags) => {
          if (!tags.includes(params.tag!)) throw tagNotFound(params.tag!);
          return tags.filter((tag) => tag !== params.tag);
        },
        () => null,
      ),
  } satisfies Record<string, (ctx: RequestContext, request: ActionRequest) => Promise<Json>>;

  private read(ctx: RequestContext, id: string, answer: (tags: string[]) => Json): Promise<Json> {
    return this.database.transaction(async (tx) => answer((await this.loadForUpdate(tx, ctx, id)).tags));
  }

  private change(
    ctx: RequestContext,
    id: string,
    action: 'update' | 'delete',
    next: (tags: string[]) => string[],
    answer: (tags: string[]) => Json,
  ): Promise<Json> {
    return this.database.transaction(async (tx) => {
      const { target, tags } = await this.loadForUpdate(tx, ctx, id);
      const rule = `${action}_${ruleWord(this.table.definition)}:tags`;
      if (!this.guard.allows(rule, ctx, target)) throw policyNotAuthorized(`rule:${rule}`);
      const changed = [...new Set(next(tags))];
      if (changed.length > MAX_TAGS) throw invalidInput(`the number of tags exceeds ${MAX_TAGS}`);
      await tx.query(
        `UPDATE ${this.table.table} SET tags = $2, revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
        [id, changed],
      );
      return answer(changed);
    }, ctx);
  }

  private async loadForUpdate(
    tx: Tx,
    ctx: RequestContext,
    id: string,
  ): Promise<{ target: PolicyTarget; tags: string[] }> {
    const target = await this.load(tx, id, ctx);
    const { notFound: type, title } = this.table.definition;
    if (!target) throw notFound(type, title, id);
    this.guard.see(ctx, target);
    return { target, tags: target.tags as string[] };
  }
}

function tagsOf(body: Json | undefined): string[] {
  const tags = body !== null && typeof body === 'object' && !Array.isArray(body) ? body.tags : undefined;
  if (!Array.isArray(tags)) throw invalidInput('Invalid tags body');
  return checked(tags);
}

function checked(tags: readonly Json[]): string[] {
  return tags.map((tag) => {
    if (typeof tag !== 'string') throw invalidInput(`'${JSON.stringify(tag)}' is not a valid string`);
    if (tag.length > MAX_TAG_LENGTH) throw invalidInput(`'${tag}' exceeds maximum length of ${MAX_TAG_LENGTH}`);
    return tag;
  });
}

const tagNotFound = (tag: string) => notFound('TagNotFound', 'Tag', tag);
