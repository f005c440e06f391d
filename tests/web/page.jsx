// The web channel's page: what an ordinary JSON Forms renderer makes of a draft that guichetd hands
// out for a code. No part of the product; tests/web/check.sh drives it.
import { useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { JsonForms } from '@jsonforms/react';
import { vanillaCells, vanillaRenderers } from '@jsonforms/vanilla-renderers';
import { defaultErrorTranslator } from '@jsonforms/core';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import french from 'ajv-i18n/localize/fr/index.js';

// JSON Forms' own settings, in the draft that the forms are written in.
const ajv = addFormats(new Ajv2020({ allErrors: true, verbose: true, strict: false }));

// What JSON Forms says by itself.
const own = { fr: { 'is a required property': 'Obligatoire' } };

// The form's own words for a fault, else Ajv's in the page's language.
function errorWords(language) {
  return (error, translate, uischema) => {
    const own = defaultErrorTranslator(error, translate, uischema);
    const copy = { ...error };

    if (own !== error.message || language !== 'fr')
      return own;
    french([copy]);
    return copy.message;
  };
}

// The answers that are other ones than before, whole; null for one that is gone.
function changes(before, now) {
  const changed = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (JSON.stringify(before[name]) !== JSON.stringify(now[name]))
      changed[name] = now[name] === undefined ? null : now[name];
  }
  return changed;
}

function Page({ address, language, first }) {
  const [draft, setDraft] = useState(first);
  // Given back to the library at every change, the answers would overtake what is typed meanwhile.
  const data = useRef(first.answers);
  const [told, setTold] = useState('');
  const words = { ...own[language], ...draft.form.translations?.[language] };
  const translate = (key, otherwise) => words[key] ?? otherwise;

  async function save() {
    const answer = await fetch(address, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'Accept-Language': language },
      body: JSON.stringify({ rev: draft.rev, answers: changes(draft.answers, data.current) }),
    });
    const document = await answer.json();

    if (answer.ok) {
      data.current = document.answers;
      setDraft(document);
    }
    setTold(answer.ok ? `saved ${document.rev}` : `${answer.status} ${document.code}`);
  }

  return (
    <main>
      <h1>{draft.form.title[language]}</h1>
      <JsonForms schema={draft.form.schema} uischema={draft.form.layout} data={draft.answers}
        renderers={vanillaRenderers} cells={vanillaCells} ajv={ajv}
        i18n={{ locale: language, translate, translateError: errorWords(language) }}
        onChange={({ data: now }) => { data.current = window.answers = now; }} />
      <p><button id="save" onClick={save}>{language === 'fr' ? 'Enregistrer' : 'Save'}</button>
        <output id="told">{told}</output></p>
    </main>
  );
}

const asked = new URLSearchParams(location.hash.slice(1));
const address = `${asked.get('server')}/v1/continue/${asked.get('code')}`;
const language = asked.get('language');
const root = createRoot(document.getElementById('root'));
// A test may give the draft itself, to see that the form is accepted.
const answer = window.draft ? null
  : await fetch(address, { headers: { 'Accept-Language': language } });

if (!answer || answer.ok)
  root.render(<Page address={address} language={language}
    first={window.draft ?? await answer.json()} />);
else
  root.render(<output id="told">{answer.status}</output>);
