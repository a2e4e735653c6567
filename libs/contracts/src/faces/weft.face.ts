import type { ApiFace } from './face';
import { networkingFace } from './networking.face';

/** What Weft offers beyond the OpenStack APIs. It answers as the Networking API does, and has no versions document. */
export const weftFace: ApiFace = { ...networkingFace, name: 'weft', roots: ['/weft/v1'], versions: [] };
