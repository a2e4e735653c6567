import { writeFileSync } from 'node:fs';
import { coverageDocument } from './coverage';

/** `node generate.js <file>`: writes the coverage document; part of `npm run gen`. */
const [, , file] = process.argv;
if (file === undefined) throw new Error('usage: generate.js <coverage file>');
writeFileSync(file, coverageDocument());
