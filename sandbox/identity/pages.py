"""The few pages a browser sees: choose a person, consent, and the form that carries the answer back."""

from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

from sandbox.people import COMPANY, PEOPLE, Role

_STYLE = """
:root { color-scheme: light dark; font-family: "Segoe UI", system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  background: light-dark(#eef2f6, #15181c); }
main { width: min(26rem, calc(100vw - 3rem)); background: light-dark(#fff, #20252b); padding: 2rem;
  border-radius: .5rem; box-shadow: 0 2px 12px #0003; }
h1 { font-size: 1.35rem; margin: .5rem 0 1rem; } p { line-height: 1.45; }
.tag { font-size: .8rem; letter-spacing: .04em; text-transform: uppercase; opacity: .7; }
ul.scopes { padding-left: 1.1rem; } form.people { display: grid; gap: .5rem; margin: 1rem 0; }
button { font: inherit; padding: .6rem .9rem; border: 1px solid #8888; border-radius: .3rem; background: transparent;
  color: inherit; text-align: left; cursor: pointer; }
button:hover, button:focus-visible { border-color: #0f6cbd; outline: 2px solid #0f6cbd55; }
button small { display: block; opacity: .75; } button.accept { background: #0f6cbd; color: #fff; }
.row { display: flex; gap: .5rem; justify-content: flex-end; margin-top: 1.2rem; }
"""
_EXPLAINED = {
    "Mail.Read": "Read your mail",
    "User.Read": "Sign you in and read your profile",
    "Calendars.Read": "Read your calendars",
    "Calendars.ReadBasic": "Read basic details of your calendars",
}


def page(title: str, inner: str, status: int = 200) -> HTMLResponse:
    """A whole page around `inner`, which must be escaped already."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = f'<main><div class="tag">Sandbox tenant · {escape(COMPANY)}</div>{inner}</main>'
    html = f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{body}</body></html>'
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def hidden_fields(fields: Mapping[str, str]) -> str:
    """Inputs that carry a request's parameters on."""
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">' for name, text in fields.items()
    )


def scope_list(scopes: list[str]) -> str:
    """What is asked for, in words."""
    rows = "".join(
        f"<li>{escape(_EXPLAINED.get(scope, scope))} <small>({escape(scope)})</small></li>" for scope in scopes
    )
    return f'<ul class="scopes">{rows}</ul>' if rows else ""


def choose_person(action: str, fields: Mapping[str, str], scopes: list[str]) -> HTMLResponse:
    """Pick an account: one click signs in and consents."""
    buttons = "".join(
        f'<button name="person" value="{escape(person.email)}">{escape(person.name)}'
        f"<small>{escape(person.email)} · {escape(person.title)}</small></button>"
        for person in PEOPLE
    )
    asked = f"<p>The application asks to:</p>{scope_list(scopes)}" if scopes else ""
    inner = (
        f'<h1>Pick an account</h1>{asked}<form class="people" method="post" action="{escape(action)}">'
        f"{hidden_fields(fields)}{buttons}"
        '<div class="row"><button name="cancel" value="1">Cancel</button></div></form>'
    )
    return page("Pick an account", inner)


def confirm_consent(action: str, fields: Mapping[str, str], scopes: list[str]) -> HTMLResponse:
    """An administrator's consent for everybody."""
    admin = next(person for person in PEOPLE if person.role is Role.ADMIN)
    inner = (
        f"<h1>Permissions requested</h1><p>Signed in as {escape(admin.name)}. If you accept, the application may do "
        f"this for every user of {escape(COMPANY)}:</p>{scope_list(scopes)}"
        f'<form method="post" action="{escape(action)}">'
        f'{hidden_fields(fields)}<div class="row"><button name="cancel" value="1">Cancel</button>'
        '<button class="accept" name="accept" value="1">Accept</button></div></form>'
    )
    return page("Permissions requested", inner)


def form_post(action: str, fields: Mapping[str, str]) -> HTMLResponse:
    """`response_mode=form_post`: a form that sends itself."""
    inner = (
        f'<form method="post" action="{escape(action)}">{hidden_fields(fields)}<h1>Signing you in</h1>'
        '<button class="accept">Continue</button></form><script>document.forms[0].submit()</script>'
    )
    return page("Working...", inner)


def problem(code: int, text: str) -> HTMLResponse:
    """What goes wrong before there is anywhere to go back to."""
    inner = f"<h1>Sorry, but we’re having trouble signing you in.</h1><p>AADSTS{code}: {escape(text)}</p>"
    return page("Sign in", inner, 400)
