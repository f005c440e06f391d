// The terminal's form as text (its command "text") and what the page shows are the same fields with
// faults on the same ones: node compare.mjs TEXT SHOWN.json [BEFORE.json]
// With BEFORE, that the fields are other ones than before: a rule has shown or hidden some.
import { readFileSync } from 'node:fs';

const [text, shown, before] = process.argv.slice(2);

// A field of the terminal is "label: answer [fault]", wrapped with its rest four columns further in.
function terminal(path) {
  const joined = [];
  let indent = -1;

  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const left = line.length - line.trimStart().length;

    if (joined.length > 0 && line.trim() !== '' && left === indent + 4) {
      joined[joined.length - 1] += ` ${line.trim()}`;
      continue;
    }
    indent = line.trim() === '' ? -9 : left;
    joined.push(line.trim());
  }
  const end = joined.findIndex((line) => /^(Organismes avisés|Agencies told)$/.test(line));

  return {
    lines: joined,
    fields: joined.slice(0, end < 0 ? undefined : end).flatMap((line) => {
      const found = /^(.*?)(?:\u00a0:|:) (.*?)(?: \[([^\]]*)\])?$/.exec(line);

      return found ? [{ label: found[1].trim(), error: found[3] ?? '' }] : [];
    }),
  };
}

const labels = (fields) => fields.map((field) => field.label);
const faulty = (fields) => labels(fields.filter((field) => field.error !== ''));
const page = JSON.parse(readFileSync(shown));
const desk = terminal(text);
const wrong = [];

function same(what, ours, theirs, least = 1) {
  if (theirs.length >= least && JSON.stringify(ours) === JSON.stringify(theirs))
    return;
  wrong.push(`${what}\n  terminal: ${ours.join(' | ')}\n  page:     ${theirs.join(' | ')}`);
}

// What is a table on the page may be a field of several choices at the terminal.
const fields = desk.fields.filter((field) => !page.tables.includes(field.label));

same('fields', labels(fields), labels(page.fields));
// A short form may have no fault left once its question is answered.
same('faults', faulty(fields), faulty(page.fields), before ? 0 : 1);
for (const title of [...page.tables, ...page.titles])
  if (!desk.lines.includes(title) && !labels(desk.fields).includes(title))
    wrong.push(`the terminal has no list "${title}"`);
if (page.details + page.tables.filter((title) => page.titles.includes(title)).length !==
    page.titles.length)
  wrong.push(`the page does not show the lists ${page.titles.join(' | ')}`);
// The form's own words for a fault are the same in both places.
page.fields.forEach((field, i) => {
  const ours = fields[i]?.error ?? '';

  if ((page.words.includes(field.error) || page.words.includes(ours)) && field.error !== ours)
    wrong.push(`${field.label}\n  terminal: ${ours}\n  page:     ${field.error}`);
});
if (before) {
  const was = labels(JSON.parse(readFileSync(before)).fields);

  if (JSON.stringify(was) === JSON.stringify(labels(page.fields)))
    wrong.push('the rule has neither shown nor hidden a field');
}
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
console.log(`${page.fields.length} fields, ${faulty(page.fields).length} with a fault, ` +
  `${page.details + page.tables.length} lists: the same`);
