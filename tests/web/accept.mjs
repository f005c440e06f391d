// The ordinary library accepts every shipped form: node accept.mjs CHROMIUM ORIGIN FORMS.json...
import { collect, open, patience } from './browser.mjs';
import { readFileSync } from 'node:fs';

const [chromium, origin, ...files] = process.argv.slice(2);
const faults = [];
const page = await open(chromium, faults);
let accepted = 0;

// The draft stands in the page's window before its own script runs.
await page.evaluateOnNewDocument(() => {
  window.draft = JSON.parse(decodeURIComponent(new URLSearchParams(location.hash.slice(1))
    .get('draft')));
});
try {
  for (const form of files.flatMap((file) => JSON.parse(readFileSync(file)).records))
    for (const language of ['fr', 'en']) {
      const draft = { form, rev: 1, answers: {} };

      await page.goto('about:blank');
      await page.goto(`${origin}/#language=${language}&draft=` +
        encodeURIComponent(encodeURIComponent(JSON.stringify(draft))), patience);
      await page.waitForSelector('#save', patience);
      const shown = await collect(page);

      if (shown.fields.length + shown.tables.length + shown.details === 0)
        throw new Error(`${form.id}: the page shows no field`);
      if (shown.fields.some((field) => field.label === ''))
        throw new Error(`${form.id}: a field has no label`);
      if (faults.length > 0)
        throw new Error(`${form.id}: the browser complains: ${faults.join('; ')}`);
      accepted++;
    }
} finally {
  await page.browser().close();
}
console.log(`the library accepts ${accepted / 2} forms in both languages`);
