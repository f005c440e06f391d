/* Sign-in at another organisation's provider: its tokens, and the device flow. */
#include <stdlib.h>
#include <string.h>

#include "net/provider.h"
#include "net/provider_flow.h"
#include "net/provider_token.h"
#include "tests/unit/provider_fixture.h"
#include "tests/unit/unit.h"

static const int64_t now = INT64_C(1800000000000);

static int set_up(void **state)
{
    static struct provider_fixture fixture;

    provider_fixture_start(&fixture);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    provider_fixture_stop(*state);
    return 0;
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* What comes of a token with these header and claims (taken over). */
static int check(const struct provider_fixture *f, enum provider_key key, json_t *header,
                 json_t *claims)
{
    const struct provider_expectation expectation = {
        .issuer = f->issuer, .audience = "guichet", .now_ms = now};
    char *token = provider_fixture_sign(f, key, header, claims);
    json_t *read = NULL;
    int code = provider_token_check(token, f->set, &expectation, &read, NULL);

    assert_true((code == 0) == (read != NULL));
    json_decref(read);
    free(token);
    return code;
}

static json_t *header(const char *id)
{
    return json_pack("{s:s}", "kid", id);
}

static void test_each_method_is_taken(void **state)
{
    const struct provider_fixture *f = *state;

    assert_int_equal(check(f, KEY_RSA, header("r1"), provider_fixture_claims(f, now, "anne")), 0);
    assert_int_equal(check(f, KEY_P256, header("p1"), provider_fixture_claims(f, now, "anne")), 0);
    assert_int_equal(check(f, KEY_ED25519, header("e1"), provider_fixture_claims(f, now, "anne")),
                     0);
    /* Without a key's id every key of the kind is tried. */
    assert_int_equal(check(f, KEY_P256, json_object(), provider_fixture_claims(f, now, "anne")), 0);
}

static void test_what_is_signed_otherwise_is_refused(void **state)
{
    struct provider_fixture *f = *state;
    json_t *small;

    /* Another key of the same kind than the one named, a method that is not the key's, none at all,
     * and a shared secret. */
    assert_int_equal(check(f, KEY_SMALL, header("r1"), provider_fixture_claims(f, now, "anne")),
                     ERROR_REFUSED);
    assert_int_equal(check(f, KEY_ED25519, json_pack("{s:s, s:s}", "kid", "e1", "alg", "RS256"),
                           provider_fixture_claims(f, now, "anne")),
                     ERROR_NOT_FOUND);
    assert_int_equal(check(f, KEY_RSA, json_pack("{s:s, s:s}", "kid", "r1", "alg", "none"),
                           provider_fixture_claims(f, now, "anne")),
                     ERROR_REFUSED);
    assert_int_equal(check(f, KEY_RSA, json_pack("{s:s, s:s}", "kid", "r1", "alg", "HS256"),
                           provider_fixture_claims(f, now, "anne")),
                     ERROR_REFUSED);
    assert_int_equal(check(f, KEY_RSA, json_pack("{s:s, s:[s]}", "kid", "r1", "crit", "b64"),
                           provider_fixture_claims(f, now, "anne")),
                     ERROR_REFUSED);
    assert_int_equal(check(f, KEY_RSA, header("r9"), provider_fixture_claims(f, now, "anne")),
                     ERROR_NOT_FOUND);
    /* A listed key that is too short to be trusted, and one that is for something else. */
    small = provider_fixture_jwk(f, KEY_SMALL, "small");
    json_array_append_new(json_object_get(f->set, "keys"), small);
    assert_int_equal(check(f, KEY_SMALL, header("small"), provider_fixture_claims(f, now, "anne")),
                     ERROR_REFUSED);
    json_array_remove(json_object_get(f->set, "keys"), 3);
    json_object_set_new(json_array_get(json_object_get(f->set, "keys"), 0), "use",
                        json_string("enc"));
    assert_int_equal(check(f, KEY_RSA, header("r1"), provider_fixture_claims(f, now, "anne")),
                     ERROR_NOT_FOUND);
}

/* Claims with one of them changed; NULL removes it. */
static json_t *with(const struct provider_fixture *f, const char *name, json_t *value)
{
    json_t *claims = provider_fixture_claims(f, now, "anne");

    if (value != NULL)
        json_object_set_new(claims, name, value);
    else
        json_object_del(claims, name);
    return claims;
}

static void test_claims(void **state)
{
    const struct provider_fixture *f = *state;
    const json_int_t second = now / 1000;
    const struct {
        const char *name;
        json_t *value;
        int code;
    } cases[] = {
        {"iss", json_string("https://elsewhere.example"), ERROR_REFUSED},
        {"iss", json_sprintf("%s/", f->issuer), ERROR_REFUSED},
        {"aud", json_string("another"), ERROR_REFUSED},
        {"aud", NULL, ERROR_REFUSED},
        {"aud", json_pack("[s]", "guichet"), 0},
        {"aud", json_pack("[s, s]", "guichet", "another"), ERROR_REFUSED},
        {"azp", json_string("another"), 0}, /* of one audience as a text it says nothing */
        {"exp", json_integer(second - 1), 0},
        {"exp", json_integer(second - 121), ERROR_REFUSED},
        {"exp", NULL, ERROR_REFUSED},
        {"iat", json_integer(second + 119), 0},
        {"iat", json_integer(second + 121), ERROR_REFUSED},
        {"iat", json_integer(second - 719), 0},
        {"iat", json_integer(second - 721), ERROR_REFUSED},
        {"iat", NULL, ERROR_REFUSED},
        {"nbf", json_integer(second + 121), ERROR_REFUSED},
        {"sub", NULL, ERROR_REFUSED},
        {"sub", json_string(""), ERROR_REFUSED},
    };
    json_t *two;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            check(f, KEY_ED25519, header("e1"), with(f, cases[i].name, cases[i].value)),
            cases[i].code);
    two = with(f, "aud", json_pack("[s, s]", "guichet", "another"));
    json_object_set_new(two, "azp", json_string("guichet"));
    assert_int_equal(check(f, KEY_ED25519, header("e1"), two), 0);
}

static void test_every_changed_byte_is_noticed(void **state)
{
    const struct provider_fixture *f = *state;
    const struct provider_expectation expectation = {
        .issuer = f->issuer, .audience = "guichet", .now_ms = now};
    char *token = provider_fixture_sign(f, KEY_ED25519, header("e1"),
                                        provider_fixture_claims(f, now, "anne"));
    json_t *read;

    for (size_t i = 0; token[i] != '\0'; i++) {
        char before = token[i];

        token[i] = before == 'A' ? 'B' : 'A';
        assert_true(provider_token_check(token, f->set, &expectation, &read, NULL) < 0);
        assert_null(read);
        token[i] = before;
    }
    for (size_t length = strlen(token); length > 0; length--) {
        token[length - 1] = '\0';
        assert_true(provider_token_check(token, f->set, &expectation, &read, NULL) < 0);
    }
    free(token);
}

/* --- the flow --------------------------------------------------------------------------------- */

static struct provider *open_provider(const struct provider_fixture *f, const char *claim)
{
    const struct provider_options options = {
        .issuer = f->issuer, .client = "guichet", .claim = claim};
    struct provider *provider;

    assert_int_equal(provider_new(&provider, &options, NULL), 0);
    return provider;
}

static void say(struct provider_fixture *f, unsigned status, json_t *answer)
{
    json_decref(f->answer);
    f->status = status;
    f->answer = answer;
}

static enum provider_state ask(struct provider *provider, const struct provider_device *device,
                               int64_t at)
{
    enum provider_state state;
    char login[PROVIDER_LOGIN_LIMIT + 1];

    assert_int_equal(provider_ask(provider, device, at, &state, login, NULL), 0);
    return state;
}

/* What comes of a sign-in whose token has these claims (taken over). */
static int sign_in(struct provider_fixture *f, struct provider *provider, const char *id,
                   json_t *claims, char login[PROVIDER_LOGIN_LIMIT + 1])
{
    const struct provider_device device = {.code = "d-e-v", .expires_ms = now + 1000};
    char *token = provider_fixture_sign(f, KEY_ED25519, header(id), claims);
    enum provider_state state;
    int code;

    say(f, 200, json_pack("{s:s, s:s}", "access_token", "x", "id_token", token));
    code = provider_ask(provider, &device, now, &state, login, NULL);
    assert_true((code == 0) == (state == PROVIDER_SIGNED_IN));
    free(token);
    return code;
}

static void test_flow(void **state)
{
    struct provider_fixture *f = *state;
    struct provider *provider = open_provider(f, NULL);
    struct provider_device device;
    char login[PROVIDER_LOGIN_LIMIT + 1];

    assert_int_equal(provider_begin(provider, now, &device, NULL), 0);
    assert_string_equal(f->form, "client_id=guichet&scope=openid%20profile");
    assert_string_equal(device.user_code, "WDJB-MJHT");
    assert_string_equal(device.url, "https://id.example/device");
    assert_string_equal(device.url_complete, "https://id.example/device?c=WDJB-MJHT");
    assert_int_equal(device.interval_ms, 7000);
    assert_int_equal(device.expires_ms, now + 600 * 1000);

    say(f, 400, json_pack("{s:s}", "error", "authorization_pending"));
    assert_int_equal(ask(provider, &device, now), PROVIDER_PENDING);
    assert_string_equal(f->form, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
                                 "&device_code=d-e-v&client_id=guichet");
    say(f, 400, json_pack("{s:s}", "error", "slow_down"));
    assert_int_equal(ask(provider, &device, now), PROVIDER_SLOW_DOWN);
    say(f, 400, json_pack("{s:s}", "error", "access_denied"));
    assert_int_equal(ask(provider, &device, now), PROVIDER_DENIED);
    say(f, 400, json_pack("{s:s}", "error", "expired_token"));
    assert_int_equal(ask(provider, &device, now), PROVIDER_EXPIRED);
    /* After its time nothing is asked any more. */
    f->form[0] = '\0';
    assert_int_equal(ask(provider, &device, device.expires_ms), PROVIDER_EXPIRED);
    assert_string_equal(f->form, "");

    assert_int_equal(sign_in(f, provider, "e1", provider_fixture_claims(f, now, "anne"), login), 0);
    assert_string_equal(login, "anne");
    assert_int_equal(f->discoveries, 1);
    assert_int_equal(f->key_reads, 1);
    provider_free(provider);
}

static void test_new_keys_are_read_but_not_for_every_token(void **state)
{
    struct provider_fixture *f = *state;
    struct provider *provider = open_provider(f, NULL);
    const struct provider_device device = {.code = "d-e-v", .expires_ms = now + 999999};
    char login[PROVIDER_LOGIN_LIMIT + 1];
    enum provider_state became;
    char *token;

    assert_int_equal(sign_in(f, provider, "e1", provider_fixture_claims(f, now, "anne"), login), 0);
    assert_int_equal(f->key_reads, 1);
    json_object_set_new(json_array_get(json_object_get(f->set, "keys"), 2), "kid",
                        json_string("e2"));
    assert_int_equal(sign_in(f, provider, "e2", provider_fixture_claims(f, now, "anne"), login),
                     ERROR_REFUSED);
    assert_int_equal(f->key_reads, 1);
    token = provider_fixture_sign(f, KEY_ED25519, header("e2"),
                                  provider_fixture_claims(f, now, "anne"));
    say(f, 200, json_pack("{s:s}", "id_token", token));
    assert_int_equal(provider_ask(provider, &device, now + 31000, &became, login, NULL), 0);
    assert_int_equal(became, PROVIDER_SIGNED_IN);
    assert_int_equal(f->key_reads, 2);
    free(token);
    provider_free(provider);
}

static void test_who_it_is(void **state)
{
    struct provider_fixture *f = *state;
    struct provider *provider = open_provider(f, "email");
    char login[PROVIDER_LOGIN_LIMIT + 1];

    assert_int_equal(sign_in(f, provider, "e1", provider_fixture_claims(f, now, "anne"), login),
                     ERROR_REFUSED);
    assert_int_equal(
        sign_in(f, provider, "e1", with(f, "email", json_string("anne@example.org")), login),
        ERROR_REFUSED);
    json_t *claims = with(f, "email", json_string("anne@example.org"));
    json_object_set_new(claims, "email_verified", json_true());
    assert_int_equal(sign_in(f, provider, "e1", claims, login), 0);
    assert_string_equal(login, "anne@example.org");
    assert_int_equal(sign_in(f, provider, "e1", with(f, "iss", json_string("x")), login),
                     ERROR_REFUSED);
    provider_free(provider);
}

/* What the token does not say is asked for with the access token, and must be of the same person.
 */
static void test_the_token_may_leave_out_the_name(void **state)
{
    struct provider_fixture *f = *state;
    struct provider *provider = open_provider(f, NULL);
    const struct provider_device device = {.code = "d-e-v", .expires_ms = now + 1000};
    char *token =
        provider_fixture_sign(f, KEY_ED25519, header("e1"), with(f, "preferred_username", NULL));
    char login[PROVIDER_LOGIN_LIMIT + 1];
    enum provider_state became;

    say(f, 200, json_pack("{s:s, s:s}", "access_token", "a-token", "id_token", token));
    assert_int_equal(provider_ask(provider, &device, now, &became, login, NULL), 0);
    assert_string_equal(login, "chloe");
    json_object_set_new(f->person, "sub", json_string("4712"));
    assert_int_equal(provider_ask(provider, &device, now, &became, login, NULL), ERROR_REFUSED);
    say(f, 200, json_pack("{s:s, s:s}", "access_token", "another", "id_token", token));
    assert_int_equal(provider_ask(provider, &device, now, &became, login, NULL), ERROR_REFUSED);
    say(f, 200, json_pack("{s:s}", "id_token", token));
    assert_int_equal(provider_ask(provider, &device, now, &became, login, NULL), ERROR_REFUSED);
    free(token);
    provider_free(provider);
}

/* What the device endpoint answers, with one member changed. */
static int begin_with(struct provider_fixture *f, struct provider *provider, const char *name,
                      json_t *value)
{
    json_t *before = json_incref(json_object_get(f->device, name));
    struct provider_device device;
    int code;

    json_object_set_new(f->device, name, value);
    code = provider_begin(provider, now, &device, NULL);
    json_object_set_new(f->device, name, before);
    return code;
}

static void test_a_rough_provider(void **state)
{
    struct provider_fixture *f = *state;
    struct provider *provider = open_provider(f, NULL);
    struct provider_device device;

    assert_int_equal(begin_with(f, provider, "user_code", json_string("A\x1b]0;x")),
                     ERROR_PROTOCOL);
    assert_int_equal(begin_with(f, provider, "user_code", json_string("")), ERROR_PROTOCOL);
    assert_int_equal(begin_with(f, provider, "device_code", json_integer(7)), ERROR_PROTOCOL);
    assert_int_equal(begin_with(f, provider, "verification_uri", json_string("http://id.example/")),
                     ERROR_PROTOCOL);
    assert_int_equal(
        begin_with(f, provider, "verification_uri", json_string("http://127.0.0.1.evil.example/")),
        ERROR_PROTOCOL);
    assert_int_equal(
        begin_with(f, provider, "verification_uri", json_string("javascript:alert(1)")),
        ERROR_PROTOCOL);
    assert_int_equal(
        begin_with(f, provider, "verification_uri", json_string("http://127.0.0.1/device")), 0);
    provider_free(provider);

    /* One that calls itself otherwise is not the one that was meant. */
    provider = open_provider(f, NULL);
    json_object_set_new(f->discovery, "issuer", json_string("https://elsewhere.example"));
    assert_int_equal(provider_begin(provider, now, &device, NULL), ERROR_REFUSED);
    json_object_set_new(f->discovery, "issuer", json_string(f->issuer));
    json_object_set_new(f->discovery, "token_endpoint", json_string("http://elsewhere.example/"));
    assert_int_equal(provider_begin(provider, now, &device, NULL), 0);
    provider_free(provider);
}

static void test_only_encrypted_off_this_machine(void **state)
{
    struct provider_options options = {.issuer = "http://id.example", .client = "guichet"};
    struct provider *provider;

    (void)state;
    assert_int_equal(provider_new(&provider, &options, NULL), ERROR_INVALID);
    options.issuer = "https://id.example?x=1";
    assert_int_equal(provider_new(&provider, &options, NULL), ERROR_INVALID);
    options.issuer = "https://id.example/realms/one";
    assert_int_equal(provider_new(&provider, &options, NULL), 0);
    provider_free(provider);
}

/* --- those that wait -------------------------------------------------------------------------- */

static const struct id device = {"0192f7c0-0000-7000-8000-000000000001"};
static const struct id other_device = {"0192f7c0-0000-7000-8000-000000000002"};

static int flow_ask(struct provider_flows *flows, const char *handle, const struct id *asking,
                    int64_t at, enum provider_state *became, int64_t *wait_ms)
{
    char login[PROVIDER_LOGIN_LIMIT + 1];

    return provider_flow_ask(flows, handle, asking, at, became, wait_ms, login, NULL);
}

static void test_a_provider_is_asked_no_more_often_than_it_wants(void **state)
{
    struct provider_fixture *f = *state;
    struct provider_flows *flows;
    struct provider_flow flow;
    enum provider_state became;
    int64_t wait;

    assert_int_equal(provider_flows_new(&flows, open_provider(f, NULL), NULL), 0);
    assert_int_equal(provider_flow_begin(flows, &device, now, &flow, NULL), 0);
    assert_string_equal(flow.user_code, "WDJB-MJHT");
    f->form[0] = '\0';
    assert_int_equal(flow_ask(flows, flow.handle, &device, now + 6999, &became, &wait), 0);
    assert_int_equal(became, PROVIDER_PENDING);
    assert_int_equal(wait, 1);
    assert_string_equal(f->form, "");
    assert_int_equal(flow_ask(flows, flow.handle, &device, now + 7000, &became, &wait), 0);
    assert_string_not_equal(f->form, "");
    assert_int_equal(wait, 7000);
    say(f, 400, json_pack("{s:s}", "error", "slow_down"));
    assert_int_equal(flow_ask(flows, flow.handle, &device, now + 14000, &became, &wait), 0);
    assert_int_equal(wait, 12000);
    provider_flows_free(flows);
}

static void test_a_handle_is_one_devices_and_good_once(void **state)
{
    struct provider_fixture *f = *state;
    struct provider_flows *flows;
    struct provider_flow flow;
    enum provider_state became;
    int64_t wait;

    assert_int_equal(provider_flows_new(&flows, open_provider(f, NULL), NULL), 0);
    assert_int_equal(provider_flow_begin(flows, &device, now, &flow, NULL), 0);
    assert_int_equal(flow_ask(flows, flow.handle, &other_device, now + 7000, &became, &wait),
                     ERROR_NOT_FOUND);
    assert_int_equal(flow_ask(flows, "guessed", &device, now + 7000, &became, &wait),
                     ERROR_NOT_FOUND);
    say(f, 400, json_pack("{s:s}", "error", "access_denied"));
    assert_int_equal(flow_ask(flows, flow.handle, &device, now + 7000, &became, &wait), 0);
    assert_int_equal(became, PROVIDER_DENIED);
    assert_int_equal(flow_ask(flows, flow.handle, &device, now + 60000, &became, &wait),
                     ERROR_NOT_FOUND);
    provider_flows_free(flows);
}

static void test_those_whose_time_is_over_make_room(void **state)
{
    struct provider_fixture *f = *state;
    struct provider_flows *flows;
    struct provider_flow flow, first;

    assert_int_equal(provider_flows_new(&flows, open_provider(f, NULL), NULL), 0);
    assert_int_equal(provider_flow_begin(flows, &device, now, &first, NULL), 0);
    for (int i = 1; i < PROVIDER_FLOW_LIMIT; i++)
        assert_int_equal(provider_flow_begin(flows, &device, now, &flow, NULL), 0);
    assert_int_equal(provider_flow_begin(flows, &device, now, &flow, NULL), ERROR_BUSY);
    assert_int_equal(provider_flow_begin(flows, &device, first.expires_ms, &flow, NULL), 0);
    provider_flows_free(flows);
}

static void test_a_provider_that_is_away_is_waited_for(void **state)
{
    struct provider_fixture *f = *state;
    struct provider_flows *flows;
    struct provider_flow flow;
    enum provider_state became;
    int64_t wait;

    assert_int_equal(provider_flows_new(&flows, open_provider(f, NULL), NULL), 0);
    assert_int_equal(provider_flow_begin(flows, &device, now, &flow, NULL), 0);
    provider_fixture_away(f);
    assert_int_equal(flow_ask(flows, flow.handle, &device, now + 7000, &became, &wait), 0);
    assert_int_equal(became, PROVIDER_PENDING);
    assert_int_equal(wait, 12000);
    provider_flows_free(flows);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_each_method_is_taken),
        FRESH(test_what_is_signed_otherwise_is_refused),
        FRESH(test_claims),
        FRESH(test_every_changed_byte_is_noticed),
        FRESH(test_flow),
        FRESH(test_new_keys_are_read_but_not_for_every_token),
        FRESH(test_who_it_is),
        FRESH(test_the_token_may_leave_out_the_name),
        FRESH(test_a_rough_provider),
        FRESH(test_a_provider_is_asked_no_more_often_than_it_wants),
        FRESH(test_a_handle_is_one_devices_and_good_once),
        FRESH(test_those_whose_time_is_over_make_room),
        FRESH(test_a_provider_that_is_away_is_waited_for),
        cmocka_unit_test(test_only_encrypted_off_this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
