/** `port-forwarding` → the forms in which code writes it. */
function formsOf(name) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(`"${name}" must be lower-case words with dashes, e.g. port-forwarding`);
  const words = name.split('-');
  const capital = (word) => word[0].toUpperCase() + word.slice(1);
  const camel = words.map((word, k) => (k === 0 ? word : capital(word))).join('');
  // Contract collections are plain plurals; the few that are not are renamed by hand.
  const plural = (word) =>
    /(s|x|ch|sh)$/.test(word) ? `${word}es` : /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
  return {
    name,
    plural: plural(name),
    camel,
    camelPlural: plural(camel),
    pascal: capital(camel),
    snake: words.join('_'),
    snakePlural: plural(words.join('_')),
    title: capital(words.join(' ')),
  };
}

module.exports = { formsOf };
