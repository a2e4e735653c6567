import { writeFileSync } from 'node:fs';
import { openApiDocument } from './document';

/** `node generate.js <file>`: what `npm run gen` runs. */
const file = process.argv[2];
if (file === undefined) throw new Error('name the file to write');
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
