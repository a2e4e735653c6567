import type { ApiFace } from './face';
import { networkingFace } from './networking.face';
import { weftFace } from './weft.face';

export type { ApiFace, ApiVersion, ResourceWording } from './face';
export { networkingFace, weftFace };

/** Every API that the gateway serves. */
export const FACES: readonly ApiFace[] = [networkingFace, weftFace];

/** The face that answers for a path, whether or not the path exists: that of the longest root or endpoint which it begins with. */
export function faceOf(path: string, faces: readonly ApiFace[] = FACES): ApiFace {
  let best: { readonly face: ApiFace; readonly length: number } = { face: networkingFace, length: -1 };
  for (const face of faces) {
    for (const prefix of [face.endpoint, ...face.roots.map((root) => face.endpoint + root)]) {
      const covers = path === prefix || path.startsWith(`${prefix}/`);
      if (covers && prefix.length > best.length) best = { face, length: prefix.length };
    }
  }
  return best.face;
}
