import { hostToken, tokenHost } from './host-token';

/** Names of a pattern's placeholders: `host.{host}.port.{port}` has `host` and `port`. */
type PlaceholderOf<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholderOf<Rest>
  : never;

/** One string for each placeholder, in order. */
type KeyArguments<Pattern extends string> = Pattern extends `${string}{${string}}${infer Rest}`
  ? readonly [part: string, ...KeyArguments<Rest>]
  : readonly [];

/** A key taken apart: the value of each placeholder of its pattern. */
export type KeyParts<Pattern extends string> = { readonly [Name in PlaceholderOf<Pattern>]: string };

/** What is declared of a kind of fact. */
export interface FactDeclaration<Kind extends string, Pattern extends string, Value> {
  readonly kind: Kind;
  /** The one service that writes facts of this kind; the broker refuses all others. */
  readonly writer: string;
  /**
   * Form of its keys: NATS subject tokens, `{name}` for a part that varies. `{host}` is a host name, encoded by {@link hostToken};
   * every other part is an identifier that is a token already. The first token is literal and belongs to one writer.
   */
  readonly pattern: Pattern;
  /** Every node holds all facts of this kind, without an interest in them. */
  readonly everyNode?: true;
  /** Scopes that a node needs as well because it holds this fact (see {@link FactDefinition.scope}); default: none. */
  interests?(value: Value): readonly string[];
}

/** A kind of fact: everything that services and nodes derive from its declaration. */
export interface FactDefinition<Kind extends string = string, Pattern extends string = string, Value = unknown> {
  readonly kind: Kind;
  readonly writer: string;
  readonly pattern: Pattern;
  readonly everyNode: boolean;
  /** First token of its keys. */
  readonly head: string;
  /** The key of one fact; arguments in the order of the pattern's placeholders. */
  key(...parts: KeyArguments<Pattern>): string;
  /** The same from named parts. */
  keyOf(parts: KeyParts<Pattern>): string;
  /** Prefix of all facts about one identifier, the first placeholder of the pattern: what nodes are fed as one. */
  scope(id: string): string;
  /** Parts of a key, given as tokens; null: it does not have this pattern. */
  parse(tokens: readonly string[]): KeyParts<Pattern> | null;
  interests(value: Value): readonly string[];
}

/** `defineFact<Value>()({ kind, writer, pattern })`: two calls, so that kind and pattern keep their literal types. */
export const defineFact =
  <Value>() =>
  <const Kind extends string, const Pattern extends string>(
    declaration: FactDeclaration<Kind, Pattern, Value>,
  ): FactDefinition<Kind, Pattern, Value> => {
    const { kind, writer, pattern, everyNode = false } = declaration;
    const segments = pattern.split('.').map(segmentOf);
    const names = segments.flatMap(({ name }) => (name === undefined ? [] : [name]));
    const [first] = segments;
    if (!first || first.name !== undefined) throw new Error(`${pattern}: the first token must be literal`);
    const head = first.literal;
    const key = (...parts: readonly string[]): string => {
      let next = 0;
      return segments
        .map(({ name, literal }) => (name === undefined ? literal : encode(name, parts[next++]!)))
        .join('.');
    };
    return {
      kind,
      writer,
      pattern,
      everyNode,
      head,
      key,
      keyOf: (parts: Readonly<Record<string, string>>) => key(...names.map((name) => parts[name]!)),
      scope: (id) => `${head}.${encode(names[0]!, id)}`,
      parse: (tokens) => {
        if (tokens.length !== segments.length) return null;
        const parts: Record<string, string> = {};
        for (const [i, { name, literal }] of segments.entries()) {
          if (name !== undefined) parts[name] = decode(name, tokens[i]!);
          else if (literal !== tokens[i]) return null;
        }
        return parts as KeyParts<Pattern>;
      },
      interests: (value) => declaration.interests?.(value) ?? [],
    };
  };

/** One token of a pattern: a placeholder's name, or a literal. */
interface Segment {
  readonly name?: string;
  readonly literal: string;
}

function segmentOf(token: string): Segment {
  const name = /^\{(.+)\}$/.exec(token)?.[1];
  return name === undefined ? { literal: token } : { name, literal: '' };
}

const encode = (name: string, part: string): string => (name === 'host' ? hostToken(part) : part);
const decode = (name: string, token: string): string => (name === 'host' ? tokenHost(token) : token);
