// A client with a browser: opens the page with a code, tells what it shows, gives the answer that a
// rule waits for and a text, hands them back, and tells again.
//   node drive.mjs CHROMIUM ORIGIN SERVER CODE LANGUAGE FORM PREFIX
// writes PREFIX.before.json and PREFIX.after.json, and PREFIX.png:
//   fields   [{"label", "error"}] in the page's order
//   tables   titles of lists that the page shows as a table
//   details  number of lists whose items it shows with a layout of their own
//   titles   what the form calls its lists of objects
//   words    the form's own messages
import { collect, open, patience, show } from './browser.mjs';
import { readFileSync, writeFileSync } from 'node:fs';

const [chromium, origin, server, code, language, form, prefix] = process.argv.slice(2);
const steps = JSON.parse(readFileSync(new URL('forms.json', import.meta.url)))[form];

// What the form itself calls its lists and its faults.
function told(document) {
  const words = document.form.translations[language];
  const lists = Object.values(document.form.schema.properties)
    .filter((each) => each.type === 'array' && each.items.type === 'object');

  return {
    titles: lists.map((each) => words[`${each.i18n}.label`] ?? each.title),
    words: Object.keys(words).filter((key) => key.includes('.error.')).map((key) => words[key]),
  };
}

// Brings the tab with this control to the front; returns its selector. The library gives the scope
// to the control as its id, or to its radio buttons as their name.
async function find(page, at) {
  const scope = `#/properties${at}`;
  const selector = `.control:is([id="${scope}"], :has(input[name="${scope}"]))`;
  const tabs = (await page.$$('.category-subcategories li')).length;

  for (let tab = 0; tab < Math.max(tabs, 1); tab++) {
    await show(page, tab, tabs);
    if (await page.$(selector))
      return selector;
  }
  throw new Error(`${form}: the page has no field ${at}`);
}

async function choose(page, { at, value }) {
  const control = await find(page, at);

  if (await page.$(`${control} select`))
    await page.select(`${control} select`, value);
  else
    await page.click(`${control} input[type="radio"][value="${value}"]`);
}

async function type(page, { at, value }) {
  const control = await find(page, at);
  const field = await page.$(`${control} input, ${control} textarea`);

  await field.click({ clickCount: 3 });
  await field.type(value);
}

const faults = [];
const page = await open(chromium, faults);

try {
  await page.goto(`${origin}/#server=${encodeURIComponent(server)}&code=${code}` +
    `&language=${language}`, patience);
  await page.waitForSelector('#save', patience);
  const draft = await (await fetch(`${server}/v1/continue/${code}`)).json();

  writeFileSync(`${prefix}.before.json`,
    JSON.stringify({ ...await collect(page), ...told(draft) }));
  await choose(page, steps.rule);
  await type(page, steps.text);
  // The library tells the page of changes a little later than it shows them.
  await page.waitForFunction((text) => window.answers && Object.values(window.answers)
    .includes(text), patience, steps.text.value);
  await find(page, steps.rule.at);
  await page.screenshot({ path: `${prefix}.png` });
  await page.click('#save');
  await page.waitForFunction(() => document.querySelector('#told').textContent !== '', patience);
  const answer = await page.$eval('#told', (element) => element.textContent);

  if (!answer.startsWith('saved '))
    throw new Error(`${form}: handing back is answered ${answer}`);
  writeFileSync(`${prefix}.after.json`,
    JSON.stringify({ ...await collect(page), ...told(draft) }));
  if (faults.length > 0)
    throw new Error(`${form}: the browser complains: ${faults.join('; ')}`);
} finally {
  await page.browser().close();
}
