// An OpenID provider that others wrote and the OpenID Foundation has certified, node-oidc-provider:
// these pages and the server meet in it somebody else's reading of the RFCs. It knows one client,
// public and with PKCE, and one person.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const resource = "urn:waybill";
const scope = "waybill.history waybill.feed";

// Starts it at `port` of loopback; its end is the value's close().
export function startCertified(port, pages) {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{
      client_id: "waybill-pages", redirect_uris: [`${pages}/signed-in`], response_types: ["code"],
      grant_types: ["authorization_code"], token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "ES256",
    }],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "ES256" }] },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_, { uid }) => `/door/${uid}` },
    clientBasedCORS: (_, origin) => origin === pages,
    extraTokenClaims: () => ({ waybill_domains: ["example.test"] }),
    renderError: (ctx, { error, error_description: words }) => {
      ctx.type = "text/plain";
      ctx.body = `${error}: ${words}`;
    },
    features: {
      devInteractions: { enabled: false },
      // Its access tokens are JWTs with our audience (RFC 9068).
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope, audience: "waybill", accessTokenFormat: "jwt", accessTokenTTL: 600,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    // Nobody is asked what the pages may have.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({
        clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid");
      grant.addResourceScope(resource, scope);
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  const server = createServer(async (request, response) => {
    if (!request.url.startsWith("/door/")) return answer(request, response);
    if (request.url.endsWith("/open")) {
      await provider.interactionFinished(request, response, { login: { accountId: "ann" } });
      return;
    }
    response.setHeader("Content-Type", "text/html");
    response.end(`<!doctype html><title>Door</title><p><a href="${request.url}/open">Let in</a></p>`);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
