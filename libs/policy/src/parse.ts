import { allOf, anyOf, constant, not, type Check } from './check';
import { comparison, fieldCheck, roleCheck } from './atoms';

/** Turns the name in `rule:<name>` into its check. */
export type RuleResolver = (name: string) => Check;

/**
 * The rule language of oslo.policy: `@` always, `!` never, the empty text always; checks of the form `kind:match`, joined by
 * `not`, `and`, `or` (binding in that order) and parentheses.
 *
 * @throws SyntaxError with the rule's text and what is wrong with it
 */
export function parseRule(source: string, resolve: RuleResolver): Check {
  const tokens = tokenize(source);
  if (tokens.length === 0) return constant(true);
  let at = 0;
  const fail = (what: string): never => {
    throw new SyntaxError(`${what} in policy rule "${source}"`);
  };
  const isWord = (word: string) => tokens[at]?.toLowerCase() === word;

  const disjunction = (): Check => chain('or', () => chain('and', negation, allOf), anyOf);
  const chain = (word: string, operand: () => Check, join: (checks: Check[]) => Check): Check => {
    const checks = [operand()];
    while (isWord(word)) {
      at++;
      checks.push(operand());
    }
    return join(checks);
  };
  const negation = (): Check => {
    if (!isWord('not')) return primary();
    at++;
    return not(negation());
  };
  const primary = (): Check => {
    const token = tokens[at++] ?? fail('unexpected end');
    if (token === '(') {
      const inner = disjunction();
      if (tokens[at++] !== ')') fail('missing )');
      return inner;
    }
    if (token === ')' || /^(and|or|not)$/i.test(token)) fail(`unexpected ${token}`);
    return atom(token, resolve);
  };

  const check = disjunction();
  return at < tokens.length ? fail(`unexpected ${tokens[at]}`) : check;
}

function atom(token: string, resolve: RuleResolver): Check {
  if (token === '@') return constant(true);
  if (token === '!') return constant(false);
  // The left side may be quoted and then hold colons itself.
  const form = /^('[^']*'|"[^"]*"|[^:]+):(.*)$/s.exec(token);
  if (!form) throw new SyntaxError(`${token} is not a check of the form kind:match`);
  const [, kind, match] = form as unknown as [string, string, string];
  switch (kind) {
    case 'rule':
      return resolve(match);
    case 'role':
      return roleCheck(match);
    case 'field':
      return fieldCheck(match);
    default:
      return comparison(kind, match);
  }
}

/** Parentheses that are not part of a `%(name)s` stand alone; everything else ends at white space. */
const TOKEN = /\s*(\(|(?:'[^']*'|"[^"]*"|%\([^)]*\)s|[^\s()])+|\))/gy;

function tokenize(source: string): string[] {
  const tokens: string[] = [];
  const text = source.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const before = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(`cannot read "${text.slice(before)}" in policy rule "${source}"`);
    tokens.push(match[1]!);
  }
  return tokens;
}
