// A client with a browser: opens the page with a code, tells what it shows, gives the answer that a
// rule waits for and a text, hands them back, and tells again.
//   node drive.mjs CHROMIUM ORIGIN SERVER CODE LANGUAGE FORM PREFIX
// writes PREFIX.before.json and PREFIX.after.json, and PREFIX.png:
//   fields   [{"label", "error"}] in the page's order
//   tables   titles of lists that the page shows as a table
//   details  number of lists whose items it shows with a layout of their own
//   titles   what the form calls its lists of objects
//   words    the form's own messages
import puppeteer from 'puppeteer-core';
import { readFileSync, writeFileSync } from 'node:fs';

const [chromium, origin, server, code, language, form, prefix] = process.argv.slice(2);
const steps = JSON.parse(readFileSync(new URL('forms.json', import.meta.url)))[form];
const patience = { timeout: 60000 };

// Everything that the page shows, tab by tab.
async function collect(page) {
  const tabs = (await page.$$('.category-subcategories li')).length;
  const shown = { fields: [], tables: [], details: 0, refused: 0 };

  for (let tab = 0; tab < Math.max(tabs, 1); tab++) {
    await show(page, tab, tabs);
    const part = await page.evaluate(() => {
      const lists = '.array-table-layout, .array-control-layout';
      const visible = (selector) => [...document.querySelector('main').querySelectorAll(selector)]
        .filter((each) => each.checkVisibility());
      const words = (element) => element?.textContent.replace(/\*$/, '').trim() ?? '';

      return {
        refused: (document.querySelector('main').innerText
          .match(/No applicable (renderer|cell) found/g) ?? []).length,
        // The library translates the title of a list that is a table, and of no other one.
        tables: visible('.array-table-layout').map((each) => words(each.querySelector('label'))),
        details: visible('.array-control-layout').length,
        fields: visible('.control').filter((each) => !each.closest(lists))
          .map((each) => ({
            label: words(each.querySelector('label')),
            error: words(each.querySelector('.validation_error')),
          })),
      };
    });

    shown.fields.push(...part.fields);
    shown.tables.push(...part.tables);
    shown.details += part.details;
    shown.refused += part.refused;
  }
  if (shown.refused > 0)
    throw new Error(`${form}: the library has no renderer for ${shown.refused} fields`);
  return shown;
}

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

async function show(page, tab, tabs) {
  if (tabs === 0)
    return;
  await page.evaluate((number) => {
    document.querySelectorAll('.category-subcategories li')[number].click();
  }, tab);
  await page.waitForFunction((number) => document.querySelectorAll('.category-subcategories li')
    [number].classList.contains('selected'), patience, tab);
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

const browser = await puppeteer.launch({
  executablePath: chromium, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
const page = await browser.newPage();
const faults = [];

page.on('pageerror', (error) => faults.push(error.message));
page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
try {
  await page.setViewport({ width: 900, height: 900 });
  await page.goto(`${origin}/#server=${encodeURIComponent(server)}&code=${code}` +
    `&language=${language}`, patience);
  await page.waitForSelector('#save', patience);
  const draft = await (await fetch(`${server}/v1/continue/${code}`)).json();

  writeFileSync(`${prefix}.before.json`,
    JSON.stringify({ ...await collect(page), ...told(draft) }));
  await choose(page, steps.rule);
  await type(page, steps.text);
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
  await browser.close();
}
