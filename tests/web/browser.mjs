// A browser, and what a page of page.jsx shows in it.
import puppeteer from 'puppeteer-core';

export const patience = { timeout: 60000 };

// A page of a new browser; what the browser complains of goes to `faults`.
export async function open(chromium, faults) {
  const browser = await puppeteer.launch({
    executablePath: chromium, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const page = await browser.newPage();

  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
  await page.setViewport({ width: 900, height: 900 });
  return page;
}

// Brings a tab to the front.
export async function show(page, tab, tabs) {
  if (tabs === 0)
    return;
  await page.evaluate((number) => {
    document.querySelectorAll('.category-subcategories li')[number].click();
  }, tab);
  await page.waitForFunction((number) => document.querySelectorAll('.category-subcategories li')
    [number].classList.contains('selected'), patience, tab);
}

// Everything that the page shows, tab by tab.
export async function collect(page) {
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
    throw new Error(`the library has no renderer for ${shown.refused} fields`);
  return shown;
}
