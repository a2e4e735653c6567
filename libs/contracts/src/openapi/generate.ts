import { writeFileSync } from 'node:fs';
import { coverageDocument } from './coverage';
import { openApiDocument } from './document';

/** `node generate.js <OpenAPI file> <coverage file>`: what `npm run gen` runs. */
const [, , openApi, coverage] = process.argv;
if (openApi === undefined || coverage === undefined) throw new Error('name the files to write');
writeFileSync(openApi, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
writeFileSync(coverage, coverageDocument());
