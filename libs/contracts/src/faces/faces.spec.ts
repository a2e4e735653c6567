import { ApiError } from '../errors';
import { type ApiFace, faceOf, FACES, networkingFace, weftFace } from './index';

describe(faceOf.name, () => {
  const octavia: ApiFace = { ...networkingFace, name: 'octavia', endpoint: '/load-balancer', roots: ['/v2/lbaas'] };

  it.each([
    ['/', networkingFace],
    ['/v2.0/networks', networkingFace],
    ['/weft/v1', weftFace],
    ['/weft/v1/drifts', weftFace],
    ['/weft/v10/drifts', networkingFace],
    ['/nope', networkingFace],
    ['/load-balancer', octavia],
    ['/load-balancer/v2/nope', octavia],
    ['/load-balancers/v2', networkingFace],
  ])('of %s', (path, face) => {
    expect(faceOf(path, [...FACES, octavia]).name).toBe(face.name);
  });
});

it('every face has a root, and an error body that carries the message', () => {
  for (const { roots, errorBody } of FACES) {
    expect(roots[0]).toMatch(/^\/./);
    expect(JSON.stringify(errorBody(new ApiError('SomeError', 400, 'some message')))).toContain('some message');
  }
});
