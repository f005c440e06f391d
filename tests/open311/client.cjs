// Speaks to a server by the client that npm has under the name "open311", in both formats, and
// compares. Arguments: the discovery's address, a key, the format. Prints the ids that it made.
const assert = require('node:assert');
const { promisify } = require('node:util');
const Open311 = require('open311');

const [discovery, apiKey, format] = process.argv.slice(2);

function call(client, method, ...args) {
    return promisify(client[method].bind(client))(...args);
}

async function fails(client, method, ...args) {
    try {
        await call(client, method, ...args);
    } catch (error) {
        return error;
    }
    throw new Error(`${method} did not fail`);
}

// The client asks for JSON wherever a discovery is cached, so the format is set after it.
async function opened(as, key = apiKey) {
    const client = new Open311({ discovery: `${discovery}.${as}`, apiKey: key });
    const found = await call(client, 'serviceDiscovery', { cache: true });
    assert.strictEqual(found.endpoints[0].specification, 'http://wiki.open311.org/GeoReport_v2');
    assert.deepStrictEqual(found.endpoints[0].formats, ['text/xml', 'application/json']);
    client.format = as;
    return client;
}

// What the XML of no text is to the client: null as in JSON, or an empty text.
function plain(value) {
    return JSON.parse(JSON.stringify(value), (name, inner) => (inner === '' ? null : inner));
}

async function services(client, other) {
    const list = await call(client, 'serviceList');
    assert.deepStrictEqual(list.map((service) => service.service_code).sort(),
        ['GRAFFITI', 'POTHOLE', 'STREETLIGHT']);
    assert.deepStrictEqual(plain(list), plain(await call(other, 'serviceList')));
    for (const service of list) {
        assert.strictEqual(service.metadata, true);
        const definition = await call(client, 'serviceDefinition', service.service_code);
        assert.strictEqual(definition.service_code, service.service_code);
        assert.ok(definition.attributes.length >= 3);
        assert.deepStrictEqual(plain(definition),
            plain(await call(other, 'serviceDefinition', service.service_code)));
    }
    const light = await call(client, 'serviceDefinition', 'STREETLIGHT');
    const byCode = Object.fromEntries(light.attributes.map((each) => [each.code, each]));
    assert.strictEqual(byCode.fault.datatype, 'singlevaluelist');
    assert.strictEqual(byCode.fault.required, true);
    assert.strictEqual(byCode.fault.values[0].key, 'out');
    assert.strictEqual(byCode.hazards.datatype, 'multivaluelist');
    assert.strictEqual(byCode.seen_at.datatype, 'datetime');
    assert.strictEqual(byCode.count.datatype, 'number');
    assert.strictEqual(byCode.where, undefined);
}

async function realtime(client, other) {
    const made = await call(client, 'submitRequest', {
        service_code: 'STREETLIGHT', lat: 46.813878, long: -71.207981,
        address_string: `12 rue d’Été & <Nord> ${format}, G1R 4P5`,
        description: 'Éteint depuis lundi\n<b>"&"</b>', first_name: 'Zoé', last_name: 'Côté',
        email: 'zoe@example.ca', phone: '418 555-0101', account_id: 'compte-7',
        attributes: { fault: 'out', pole: 'A-17', count: 3, seen_at: '2026-11-05T08:15:30-05:00' },
    });
    assert.strictEqual(made.length, 1);
    assert.match(made[0].service_request_id, /^C-/);
    assert.strictEqual(made[0].account_id, 'compte-7');
    const id = made[0].service_request_id;
    const [request] = await call(client, 'serviceRequest', id);
    assert.strictEqual(request.service_request_id, id);
    assert.strictEqual(request.status, 'open');
    assert.strictEqual(request.address, `12 rue d’Été & <Nord> ${format}, G1R 4P5`);
    assert.strictEqual(request.zipcode, 'G1R 4P5');
    assert.strictEqual(request.lat, 46.813878);
    assert.strictEqual(request.long, -71.207981);
    assert.strictEqual(request.description, null);
    assert.ok(request.requested_datetime instanceof Date);
    assert.ok(Math.abs(Date.now() - request.requested_datetime) < 3600 * 1000);
    const text = JSON.stringify(request);
    for (const secret of ['Zoé', 'Côté', 'zoe@', '555-0101', 'compte-7'])
        assert.ok(!text.includes(secret), secret);
    assert.deepStrictEqual(plain(await call(client, 'serviceRequest', id)),
        plain(await call(other, 'serviceRequest', id)));
    return id;
}

async function batch(client) {
    const [made] = await call(client, 'submitRequest', {
        service_code: 'GRAFFITI', address_id: `mur-${format}`,
        attributes: { on: 'bridge', hateful: 'no', area_m2: '2.5' },
    });
    assert.strictEqual(made.service_request_id, undefined);
    for (;;) {
        const [found] = await call(client, 'token', made.token);
        assert.strictEqual(String(found.token), made.token);
        if (found.service_request_id) return found.service_request_id;
    }
}

async function lists(client, ids) {
    const both = await call(client, 'serviceRequests', ids);
    assert.deepStrictEqual(both.map((each) => each.service_request_id).sort(), [...ids].sort());
    const graffiti = await call(client, 'serviceRequests',
        { service_code: 'GRAFFITI', status: 'open', start_date: '2026-01-01T00:00:00Z' });
    assert.ok(Array.isArray(graffiti) || graffiti === null);
    const now = new Date(Date.now() + 60000).toISOString();
    const recent = await call(client, 'serviceRequests',
        { service_code: 'GRAFFITI,STREETLIGHT', status: 'open,closed', end_date: now });
    for (const id of ids)
        assert.ok(recent.some((each) => each.service_request_id === id), id);
    const page = await call(client, 'serviceRequests', { page_size: 1, page: 2 });
    assert.strictEqual(page.length, 1);
}

async function errors(client) {
    const complaint = { service_code: 'POTHOLE', address_string: 'x', attributes: { surface: 'path' } };
    assert.strictEqual(await fails(await opened(format, 'wrong'), 'submitRequest', complaint), 403);
    assert.strictEqual(await fails(client, 'submitRequest',
        { ...complaint, service_code: 'NONE' }), 404);
    assert.strictEqual(await fails(client, 'submitRequest',
        { ...complaint, attributes: { surface: 'roof' } }), 400);
    assert.strictEqual(await fails(client, 'submitRequest',
        { service_code: 'POTHOLE', attributes: { surface: 'path' } }), 400);
    await fails(client, 'serviceDefinition', 'NONE');
    await fails(client, 'serviceRequest', 'C-0000-0000');
    await fails(client, 'serviceRequests', { start_date: 'yesterday' });
}

(async () => {
    const client = await opened(format);
    const other = await opened(format === 'xml' ? 'json' : 'xml');
    await services(client, other);
    const ids = [await realtime(client, other), await batch(client)];
    await lists(client, ids);
    await errors(client);
    console.log(ids.join('\n'));
})().catch((error) => {
    console.error(error);
    process.exit(1);
});
