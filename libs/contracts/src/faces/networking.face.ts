import { notFound } from '../errors';
import type { ApiFace } from './face';

/** The OpenStack Networking API v2.0. Source: api-ref of Neutron, and its answers as observed. */
export const networkingFace: ApiFace = {
  name: 'networking',
  endpoint: '',
  roots: ['/v2.0'],
  versions: [{ id: 'v2.0', status: 'CURRENT', path: '/v2.0/' }],
  errorBody: ({ type, message, detail }) => ({ NeutronError: { type, message, detail } }),
  missingId: ({ notFound: type, title }) => notFound(type, title, 'None'),
};
