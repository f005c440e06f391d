// node person.mjs URL NAME yes|no: what somebody does in a browser at the address that they were
// given: signs in as NAME and says yes, or no.
const [start, name, word] = process.argv.slice(2);
const jar = new Map();

async function visit(address, form) {
    let url = new URL(address);

    for (let hops = 0; hops < 20; hops++) {
        const reply = await fetch(url, {
            method: form ? 'POST' : 'GET',
            body: form ? new URLSearchParams(form) : undefined,
            redirect: 'manual',
            headers: { cookie: [...jar].map(([key, value]) => `${key}=${value}`).join('; ') },
        });

        for (const cookie of reply.headers.getSetCookie()) {
            const [key, value] = cookie.split(';')[0].split(/=(.*)/);
            jar.set(key, value);
        }
        if (reply.status < 300 || reply.status > 399)
            return { url, text: await reply.text() };
        url = new URL(reply.headers.get('location'), url);
        form = undefined;
    }
    throw new Error('too many redirections');
}

// The first form of a page: where it goes, and its hidden fields.
function formOf(page) {
    const form = /<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/.exec(page.text);

    if (!form)
        return null;
    const fields = {};
    for (const input of form[2].matchAll(/<input[^>]*>/g)) {
        const field = /name="([^"]+)"/.exec(input[0]);
        const value = /value="([^"]*)"/.exec(input[0]);
        if (field && value)
            fields[field[1]] = value[1];
    }
    return { action: new URL(form[1].replaceAll('&amp;', '&'), page.url), fields, text: form[2] };
}

let page = await visit(start);
for (let steps = 0; steps < 8; steps++) {
    const form = formOf(page);

    if (!form)
        break;
    if (word === 'no' && /name="abort"|value="yes"[^>]*name="abort"/.test(form.text + page.text))
        form.fields.abort = 'yes';
    if (/name="login"/.test(form.text))
        Object.assign(form.fields, { login: name, password: 'any' });
    page = await visit(form.action, form.fields);
}
console.log(page.text.replace(/<style[\s\S]*?<\/style>/g, ' ').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').trim());
