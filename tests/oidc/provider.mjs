// node provider.mjs CLIENT SECRET: an identity provider (npm's oidc-provider) on a free port of
// loopback; prints its issuer. Whoever signs in is called by the name that they type.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [client, secret] = process.argv.slice(2);
const server = createServer();

server.listen(0, '127.0.0.1', () => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const provider = new Provider(issuer, {
        clients: [{
            client_id: client,
            client_secret: secret,
            token_endpoint_auth_method: 'client_secret_post',
            grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
            response_types: [],
            redirect_uris: [],
        }],
        claims: { openid: ['sub'], profile: ['preferred_username'] },
        findAccount: (context, id) => ({
            accountId: id,
            claims: () => ({ sub: id, preferred_username: id }),
        }),
        features: { deviceFlow: { enabled: true } },
        cookies: { keys: ['of this run alone'] },
    });

    server.on('request', provider.callback());
    console.log(issuer);
});
