import type { AttachRequest, FeedRenewal } from '../feed';
import { type MessageSchema, NAME, objectOf, textOf } from './json-schema';

const SESSION = textOf(64, 1);

export const attachRequestSchema: MessageSchema<AttachRequest> = {
  schema: objectOf(['host', 'session', 'digest'], {
    host: NAME,
    session: SESSION,
    // As many scopes as the node holds.
    digest: { type: 'object', propertyNames: textOf(1024, 1), additionalProperties: textOf(32) },
  }),
};

export const feedRenewalSchema: MessageSchema<FeedRenewal> = {
  schema: objectOf(['host', 'session'], { host: NAME, session: SESSION }),
};
