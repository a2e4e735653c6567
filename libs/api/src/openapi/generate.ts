import { writeFileSync } from 'node:fs';
import { openApiDocument } from './document';

/** `node generate.js <file>`: writes the OpenAPI document; part of `npm run gen`. */
const [, , file] = process.argv;
if (file === undefined) throw new Error('usage: generate.js <OpenAPI file>');
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
