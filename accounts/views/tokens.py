"""`/profile/tokens/`: the own API tokens, made and revoked; reached by a session alone, never by a token."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import TokenForm
from accounts.models import ApiToken
from accounts.selectors.api_tokens import tokens_of
from accounts.services.api_tokens import NewToken, TokenRefused, make_token, revoke_token
from accounts.viewer import ViewerRequest, viewer_required


@require_http_methods(["GET", "HEAD", "POST"])
@viewer_required
@sensitive_variables("made")
def tokens(request: ViewerRequest) -> HttpResponse:
    """The page; what is posted makes a token, which this one answer shows."""
    if request.method != "POST":
        return _page(request, TokenForm())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        made = make_token(user=request.user, actor=request.user, **form.cleaned_data)
    except TokenRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=400)
    return _page(request, TokenForm(), made=made)


@require_POST
@viewer_required
def revoke(request: ViewerRequest, pk: str) -> HttpResponse:
    """End an own token."""
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    revoke_token(token=token, actor=request.user)
    messages.success(request, f"“{token.name}” is revoked: it opens nothing any more.")
    return redirect("api-tokens")


def _page(request: ViewerRequest, form: TokenForm, *, made: NewToken | None = None, status: int = 200) -> HttpResponse:
    own = tokens_of(request.user)
    now = timezone.now()
    tokens = [(token, token.is_live(now)) for token in own]
    return render(request, "accounts/tokens.html", {"form": form, "tokens": tokens, "made": made}, status=status)
