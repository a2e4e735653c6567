const { formatFiles, generateFiles } = require('@nx/devkit');
const { join } = require('node:path');
const { formsOf } = require('../names.cjs');

/** `npx nx g @weft/generators:resource router --service=l3` */
module.exports = async function resource(tree, { name, service, ext = name }) {
  const source = `services/${service}/src`;
  if (!tree.exists(source)) throw new Error(`there is no service ${service}: nx g @weft/generators:service ${service}`);
  if (tree.exists(`${source}/${name}`)) throw new Error(`${source}/${name} exists already`);
  const number = String(tree.children(`${source}/migrations`).length + 1).padStart(4, '0');
  const forms = { ...formsOf(name), service, ext, number };
  generateFiles(tree, join(__dirname, 'files/contracts'), 'libs/contracts/src/resources', forms);
  generateFiles(tree, join(__dirname, 'files/service'), source, forms);
  depend(tree, service);
  register(tree, source, forms);
  const index = 'libs/contracts/src/resources/index.ts';
  tree.write(index, `${tree.read(index, 'utf8').trimEnd()}\nexport * from './${forms.plural}';\n`);
  await formatFiles(tree);
  return () =>
    console.log(`Next: hold libs/contracts/src/resources/${forms.plural}.ts against the contract, add it to the list of definitions there;
its rules in libs/policy; its facts, if nodes need any, in ${source}/${name}/${name}.facts.ts and the service's factSources.`);
};

/** What the resource's files import that a bare service does not. */
function depend(tree, service) {
  const change = (path, edit) => tree.write(path, JSON.stringify(edit(JSON.parse(tree.read(path, 'utf8'))), null, 2));
  const folder = `services/${service}`;
  change(`${folder}/package.json`, (manifest) => ({
    ...manifest,
    dependencies: { '@weft/contracts': '0.1.0', ...manifest.dependencies },
  }));
  change(`${folder}/tsconfig.json`, (config) => {
    const path = '../../libs/contracts';
    const present = config.references.some((reference) => reference.path === path);
    return { ...config, references: present ? config.references : [{ path }, ...config.references] };
  });
}

/** Adds the feature module to the service's, and the migration to its list. */
function register(tree, source, { name, service, pascal, number }) {
  const edit = (path, line, list, entry) => {
    const text = tree.read(path, 'utf8');
    if (!text.includes(list)) throw new Error(`${path} has no '${list}'`);
    const [head, tail] = [
      text.slice(0, text.indexOf(list) + list.length),
      text.slice(text.indexOf(list) + list.length),
    ];
    const end = tail.indexOf(']');
    const entries = [...tail.slice(0, end).split(','), entry].map((each) => each.trim()).filter(Boolean);
    tree.write(path, `${line}\n${head}${entries.join(', ')}${tail.slice(end)}`);
  };
  const module = `import { ${pascal}Module } from './${name}/${name}.module';`;
  edit(`${source}/${service}.module.ts`, module, 'imports: [', `${pascal}Module`);
  const migration = `import { ${pascal}${number} } from './migrations/${number}-${name}';`;
  edit(`${source}/index.ts`, migration, 'migrations: [', `${pascal}${number}`);
}
