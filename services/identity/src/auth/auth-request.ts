import Ajv, { type JSONSchemaType } from 'ajv';
import { badRequest } from '../http/identity-error';
import type { Reference } from './principal.repository';

export interface IdentityPart {
  readonly methods: readonly string[];
  readonly password?: { readonly user: Reference & { readonly password: string } };
  readonly token?: { readonly id: string };
  readonly application_credential?: {
    readonly id?: string;
    readonly name?: string;
    readonly user?: Reference;
    readonly secret: string;
  };
}

export type ScopePart =
  | 'unscoped'
  | { readonly unscoped: object }
  | { readonly project: Reference }
  | { readonly domain: Reference }
  | { readonly system: { readonly all: boolean } };

export interface AuthRequest {
  readonly identity: IdentityPart;
  readonly scope?: ScopePart;
}

const text = { type: 'string', minLength: 1, maxLength: 8192 };
// Hashing what is long costs the server more than the client.
const secret = { type: 'string', maxLength: 4096 };
const domain = { type: 'object', properties: { id: text, name: text } };
const reference = { type: 'object', properties: { id: text, name: text, domain } };

const schema = {
  type: 'object',
  required: ['auth'],
  properties: {
    auth: {
      type: 'object',
      required: ['identity'],
      properties: {
        identity: {
          type: 'object',
          required: ['methods'],
          properties: {
            methods: { type: 'array', minItems: 1, maxItems: 4, items: text },
            password: {
              type: 'object',
              required: ['user'],
              properties: {
                user: {
                  ...reference,
                  properties: { ...reference.properties, password: secret },
                  required: ['password'],
                },
              },
            },
            token: { type: 'object', required: ['id'], properties: { id: text } },
            application_credential: {
              type: 'object',
              required: ['secret'],
              properties: { id: text, name: text, secret, user: reference },
            },
          },
        },
        scope: {
          anyOf: [
            { const: 'unscoped' },
            { type: 'object', required: ['unscoped'] },
            { type: 'object', required: ['project'], properties: { project: reference } },
            { type: 'object', required: ['domain'], properties: { domain: { ...domain, minProperties: 1 } } },
            {
              type: 'object',
              required: ['system'],
              properties: { system: { type: 'object', required: ['all'], properties: { all: { type: 'boolean' } } } },
            },
          ],
        },
      },
    },
  },
};

const valid = new Ajv({ strictTypes: false }).compile(schema as unknown as JSONSchemaType<{ auth: AuthRequest }>);

/** @throws Bad Request naming the first thing that is wrong */
export function parseAuthRequest(body: unknown): AuthRequest {
  if (!valid(body)) {
    const [error] = valid.errors!;
    throw badRequest(`Invalid input for field '${error!.instancePath.slice(1) || 'auth'}': ${error!.message}`);
  }
  return body.auth;
}
