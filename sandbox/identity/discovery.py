"""The OpenID Connect discovery document: tokens over https, the browser's page over plain http on loopback."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from sandbox.people import DOMAIN, TENANT_ID
from sandbox.tenant import Tenant

SHARED = frozenset({"common", "organizations"})
KNOWN_TENANTS = SHARED | {TENANT_ID, DOMAIN}


def is_known_tenant(request: Request) -> bool:
    """True where the path names this tenant or one of the shared endpoints."""
    return request.path_params.get("tenant") in KNOWN_TENANTS


def issuer(tenant: Tenant, name: str) -> str:
    """Who issues id tokens, as Microsoft writes it: a template where `name` is for the accounts of any tenant."""
    return f"{tenant.urls['https']}/{'{tenantid}' if name in SHARED else TENANT_ID}/v2.0"


async def discovery(tenant: Tenant, request: Request) -> JSONResponse:
    """`/{tenant}/v2.0/.well-known/openid-configuration`."""
    name = str(request.path_params["tenant"])
    if not is_known_tenant(request):
        body = {"error": "invalid_tenant", "error_description": f"AADSTS90002: Tenant '{name}' not found."}
        return JSONResponse(body, 400)
    https, http = tenant.urls["https"], tenant.urls["http"]
    return JSONResponse(
        {
            "issuer": issuer(tenant, name),
            "authorization_endpoint": f"{http}/{name}/oauth2/v2.0/authorize",
            "token_endpoint": f"{https}/{name}/oauth2/v2.0/token",
            "jwks_uri": f"{https}/{name}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "tenant_region_scope": "EU",
            "cloud_instance_name": "sandbox",
        }
    )
