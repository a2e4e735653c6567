const { formatFiles, generateFiles, updateJson } = require('@nx/devkit');
const { join } = require('node:path');
const { formsOf } = require('../names.cjs');

/** `npx nx g @weft/generators:service l3 --owns "routers and floating addresses"` */
module.exports = async function service(tree, { name, owns }) {
  const folder = `services/${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} exists already`);
  generateFiles(tree, join(__dirname, 'files'), folder, { ...formsOf(name), owns });
  updateJson(tree, 'tsconfig.json', (root) => ({ ...root, references: [...root.references, { path: folder }] }));
  await formatFiles(tree);
  return () =>
    console.log(`Next: npm install (links @weft/${name}), and its process in apps/weft/src/supervisor/plan.ts.`);
};
